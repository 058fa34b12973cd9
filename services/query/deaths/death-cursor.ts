// Pure: the cursor of GET /v1/deaths: a place in the list, and absolute bounds of time. Clients do not look into it.
import { z } from 'zod'
import { invalidParameter } from '#shared/errors.ts'
import type { DeathPlace } from './death-statements.ts'

export interface DeathCursor {
  after: DeathPlace
  /** As the first page resolved them. */
  times: { from?: bigint | undefined; to?: bigint | undefined }
}

const int64 = z
  .string()
  .regex(/^-?\d{1,19}$/)
  .transform(BigInt)
const name = z.string().max(4096)
const wire = z.strictObject({
  v: z.literal(1),
  h: z.string(),
  k: z.tuple([int64, name, name, z.int().min(-1).max(2_147_483_647), name]),
  f: int64.optional(),
  t: int64.optional(),
})

/** Base64url text. `filters`: a digest of the parameters that must be the same on every page. */
export function encodeDeathCursor({ after, times }: DeathCursor, filters: string): string {
  const k = [String(after.diedNs), after.uid, after.container, after.restart, after.containerId]
  const text = JSON.stringify({ v: 1, h: filters, k, f: times.from?.toString(), t: times.to?.toString() })
  return Buffer.from(text).toString('base64url')
}

/** Throws invalid-parameter where `text` is no cursor of this route, or belongs to other filters. */
export function decodeDeathCursor(text: string, filters: string): DeathCursor {
  const parsed = wire.safeParse(
    /^[\w-]+$/.test(text) ? parseJson(Buffer.from(text, 'base64url').toString()) : undefined,
  )
  if (!parsed.success)
    throw invalidParameter('cursor', 'cursor is not one that this route gave: leave it out to begin at the first page')
  const { h, k, f, t } = parsed.data
  if (h !== filters)
    throw invalidParameter(
      'cursor',
      'cursor belongs to a request with other filters: send those again, or leave the cursor out',
    )
  const [diedNs, uid, container, restart, containerId] = k
  return { after: { diedNs, uid, container, restart, containerId }, times: { from: f, to: t } }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
