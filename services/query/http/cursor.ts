// Cursors: the place up to which a client has read, as text that is opaque to it. A cursor has the absolute times that
// the first page resolved (`from=-15m` must not move between pages) and a digest of the filters that it belongs to.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { invalidParameter } from '#shared/errors.ts'
import type { LineKey } from '#shared/lines/line-order.ts'

export interface Cursor {
  after: LineKey
  from?: bigint
  to?: bigint
  /** Of a request with `tail` that reads backwards in pages: how many lines are still to come. */
  left?: number
  /** Of a tail that follows arrivals: the arrival of `after`, epoch ms. Nothing that arrived before is sent. */
  received?: number
  /** Of a tail that follows arrivals: the lines that it sent behind `after`. */
  sent?: { tail: string; hashes: readonly number[]; count: number }
  /** Of a tail: epoch ms of the arrival from which it follows once it has sent the lines of before. */
  followFrom?: number
  owner?: OwnerPlace
}

/** How far a tail that follows an owner has come. */
export interface OwnerPlace {
  /** Which transitions of the owner's pods the tail has sent: tail/read-owner-changes.ts. */
  floor: number
  sent: readonly number[]
  /** A pod that joined late: the tail sends the lines that arrived before, and has sent those up to `after`. */
  joining?: { uid: string; after: LineKey }
  /** Of a tail with `from`: the last divider of the past that the tail has sent. */
  past?: string
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
const ms = z.int().min(0).max(8.64e15)
const lineKey = z.tuple([int64, z.int32(), z.string().max(4096), z.int().min(-1), ms, uint64, z.uint32(), uint64])
const wire = z.strictObject({
  v: z.literal(2),
  h: z.string(),
  k: lineKey,
  f: int64.optional(),
  t: int64.optional(),
  n: z.int().min(0).optional(),
  r: ms.optional(),
  s: ms.optional(),
  o: z.tuple([z.number().min(0).max(Number.MAX_SAFE_INTEGER), z.array(z.uint32()).max(100)]).optional(),
  j: z.tuple([z.string().max(1024), lineKey]).optional(),
  p: z.string().max(64).optional(),
  w: z.tuple([z.string().max(32), z.string().max(1024), z.int().min(0)]).optional(),
})

/** A digest of what must stay the same from page to page. */
export const digest = (parts: unknown): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16)

export function encodeCursor(
  { after, from, to, left: n, received: r, followFrom: s, owner, sent }: Cursor,
  filters: string,
): string {
  const bounds = { ...(from === undefined ? {} : { f: String(from) }), ...(to === undefined ? {} : { t: String(to) }) }
  const o = owner === undefined ? undefined : [owner.floor, owner.sent]
  const j = owner?.joining === undefined ? undefined : [owner.joining.uid, wireKey(owner.joining.after)]
  const w = sent === undefined ? undefined : [sent.tail, hashesText(sent.hashes), sent.count]
  return Buffer.from(
    JSON.stringify({ v: 2, h: filters, k: wireKey(after), ...bounds, n, r, s, o, j, p: owner?.past, w }),
  ).toString('base64url')
}

function hashesText(hashes: readonly number[]): string {
  const bytes = Buffer.alloc(4 * hashes.length)
  hashes.forEach((hash, i) => bytes.writeUInt32LE(hash, 4 * i))
  return bytes.toString('base64url')
}

function hashesIn(text: string): number[] {
  const bytes = Buffer.from(text, 'base64url')
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => bytes.readUInt32LE(4 * i))
}

const wireKey = ({ ts, restart, file, offset, received, arrival, seq, identity }: LineKey) => [
  String(ts),
  restart,
  file,
  offset,
  received,
  String(arrival),
  seq,
  String(identity),
]

/** Throws 400 where the text is no cursor, or one that belongs to other filters or another order. */
export function decodeCursor(text: string, filters: string, parameter = 'cursor'): Cursor {
  const parsed = wire.safeParse(parseJson(text))
  if (!parsed.success)
    throw invalidParameter(parameter, `${parameter} is not one that this service gave: begin again without it`)
  const { h, k, f, t, n, r, s, o, j, p, w } = parsed.data
  if (h !== filters)
    throw invalidParameter(
      parameter,
      `${parameter} belongs to a request with other filters or another order: send those again, or leave it out`,
    )
  const bounds = { ...(f === undefined ? {} : { from: f }), ...(t === undefined ? {} : { to: t }) }
  const joining = j === undefined ? {} : { joining: { uid: j[0], after: keyOf(j[1]) } }
  return {
    after: keyOf(k),
    ...bounds,
    ...(n === undefined ? {} : { left: n }),
    ...(r === undefined ? {} : { received: r }),
    ...(s === undefined ? {} : { followFrom: s }),
    ...(w === undefined ? {} : { sent: { tail: w[0], hashes: hashesIn(w[1]), count: w[2] } }),
    ...(o === undefined
      ? {}
      : { owner: { floor: o[0], sent: o[1], ...joining, ...(p === undefined ? {} : { past: p }) } }),
  }
}

const keyOf = ([ts, restart, file, offset, received, arrival, seq, identity]: z.output<typeof lineKey>): LineKey => ({
  ts,
  restart,
  file,
  offset,
  received,
  arrival,
  seq,
  identity,
})

function parseJson(text: string): unknown {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) return undefined
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
