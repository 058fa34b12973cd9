// The cursor of GET /v1/pods: position, absolute bounds, and the pods that may speak again before the next page, as 4 bytes each.
import { z } from 'zod'
import { invalidParameter } from '#shared/errors.ts'
import type { PodFilter, PodPosition } from './plan/pods.ts'

export interface PodCursor {
  position: PodPosition
  /** Absolute, as the first page resolved them. */
  times: Pick<PodFilter, 'from' | 'to' | 'at'>
}

const int64 = z
  .string()
  .regex(/^-?\d{1,19}$/)
  .transform(BigInt)
const wire = z.strictObject({
  v: z.literal(1),
  h: z.string(),
  k: z.tuple([int64, z.string().max(1024), int64]),
  f: int64.optional(),
  t: int64.optional(),
  a: int64.optional(),
  m: z.boolean(),
})

/** `filters`: a digest of what must stay the same while the cursor is followed. */
export function encodePodCursor({ position, times }: PodCursor, filters: string): string {
  const { last, uid, since, visited } = position
  const bounds = { f: times.from?.toString(), t: times.to?.toString(), a: times.at?.toString() }
  const head = JSON.stringify({ v: 1, h: filters, k: [String(last), uid, String(since)], ...bounds, m: visited !== undefined })
  return Buffer.concat([Buffer.from(`${head}\n`), Buffer.from(Uint32Array.from(visited ?? []).buffer)]).toString('base64url')
}

/** Throws 400 on garbage and on a cursor of other filters. */
export function decodePodCursor(text: string, filters: string): PodCursor {
  const bytes = Buffer.from(text, 'base64url')
  const head = bytes.indexOf(0x0a)
  const parsed = wire.safeParse(parseJson(bytes.subarray(0, Math.max(head, 0)).toString()))
  const rest = bytes.subarray(head + 1)
  if (!/^[\w-]+$/.test(text) || !parsed.success || rest.length % 4 !== 0)
    throw invalidParameter('cursor', 'cursor is not one that this service gave')
  const { h, k, f, t, a, m } = parsed.data
  if (h !== filters) throw invalidParameter('cursor', 'cursor belongs to a request with other filters')
  const visited = m ? Array.from({ length: rest.length / 4 }, (_, i) => rest.readUInt32LE(i * 4)) : undefined
  return { position: { last: k[0], uid: k[1], since: k[2], visited }, times: { from: f, to: t, at: a } }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
