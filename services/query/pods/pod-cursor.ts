// Pure: the cursor of GET /v1/pods. It holds a place in the list, the revision at which the listing began, and absolute
// bounds of time, so that every page reads the list of the first one. Clients do not look into it.
import { z } from 'zod'
import { invalidParameter } from '#shared/errors.ts'
import type { PodPosition } from './read-page.ts'
import type { PodFilter } from './pod-filter.ts'

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
  v: z.literal(2),
  h: z.string(),
  k: z.tuple([int64, z.string().max(1024), int64]),
  f: int64.optional(),
  t: int64.optional(),
  a: int64.optional(),
})

/** Base64url text. `filters`: a digest of the parameters that must be the same on every page. */
export function encodePodCursor({ position, times }: PodCursor, filters: string): string {
  const { rank, uid, since } = position
  const bounds = { f: times.from?.toString(), t: times.to?.toString(), a: times.at?.toString() }
  const text = JSON.stringify({ v: 2, h: filters, k: [String(rank), uid, String(since)], ...bounds })
  return Buffer.from(text).toString('base64url')
}

/** Throws invalid-parameter where `text` is no cursor of this version, or belongs to other filters. */
export function decodePodCursor(text: string, filters: string): PodCursor {
  const parsed = wire.safeParse(
    /^[\w-]+$/.test(text) ? parseJson(Buffer.from(text, 'base64url').toString()) : undefined,
  )
  if (!parsed.success)
    throw invalidParameter(
      'cursor',
      'cursor is not one that this service gave: leave it out to begin at the first page',
    )
  const { h, k, f, t, a } = parsed.data
  if (h !== filters)
    throw invalidParameter(
      'cursor',
      'cursor belongs to a request with other filters: send those again, or leave the cursor out',
    )
  return { position: { rank: k[0], uid: k[1], since: k[2] }, times: { from: f, to: t, at: a } }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
