// Cursors: where a traversal stands, opaque to clients. A cursor carries the absolute bounds that its first page resolved
// (`from=-15m` must not move between pages) and a digest of the filters it belongs to.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { invalidParameter } from '#shared/errors.ts'
import type { LineKey } from './plan/line-order.ts'

export interface Cursor {
  after: LineKey
  from?: bigint
  to?: bigint
  /** Lines still to come of a `tail` that is read backwards in pages. */
  left?: number
  /** Of a tail: the arrival (epoch ms) of the line, or while it reads what was there before, the arrival it follows from then. */
  received?: number
  followFrom?: number
}

const int64 = z
  .string()
  .regex(/^-?\d{1,19}$/)
  .transform(BigInt)
const uint64 = z
  .string()
  .regex(/^\d{1,20}$/)
  .transform(BigInt)
  .refine((value) => value < 2n ** 64n)
const wire = z.strictObject({
  v: z.literal(1),
  h: z.string(),
  k: z.tuple([int64, z.int32(), z.string().max(4096), uint64, uint64]),
  f: int64.optional(),
  t: int64.optional(),
  n: z.int().min(0).optional(),
  r: z.int().min(0).optional(),
  s: z.int().min(0).optional(),
})

/** A digest of whatever must stay the same while a cursor is followed. */
export const digest = (parts: unknown): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16)

export function encodeCursor({ after, from, to, left: n, received: r, followFrom: s }: Cursor, filters: string): string {
  const { ts, restart, file, position, identity } = after
  const k = [String(ts), restart, file, String(position), String(identity)]
  const bounds = { ...(from === undefined ? {} : { f: String(from) }), ...(to === undefined ? {} : { t: String(to) }) }
  return Buffer.from(JSON.stringify({ v: 1, h: filters, k, ...bounds, n, r, s })).toString('base64url')
}

/** The cursor of these filters, else 400: garbage, or a cursor that belongs to other filters or another order. */
export function decodeCursor(text: string, filters: string, parameter = 'cursor'): Cursor {
  const parsed = wire.safeParse(parseJson(text))
  if (!parsed.success) throw invalidParameter(parameter, `${parameter} is not one that this service gave`)
  const { h, k, f, t, n, r, s } = parsed.data
  if (h !== filters) throw invalidParameter(parameter, `${parameter} belongs to a request with other filters or another order`)
  const [ts, restart, file, position, identity] = k
  const bounds = { ...(f === undefined ? {} : { from: f }), ...(t === undefined ? {} : { to: t }) }
  return {
    after: { ts, restart, file, position, identity },
    ...bounds,
    ...(n === undefined ? {} : { left: n }),
    ...(r === undefined ? {} : { received: r }),
    ...(s === undefined ? {} : { followFrom: s }),
  }
}

function parseJson(text: string): unknown {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
