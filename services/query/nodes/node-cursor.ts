// Pure: the cursor of GET /v1/nodes: the last node of a page. Clients do not look into it.
import { z } from 'zod'
import { invalidParameter } from '#shared/errors.ts'
import type { NodeName } from './node-statements.ts'

const wire = z.strictObject({
  v: z.literal(1),
  h: z.string(),
  k: z.tuple([z.string().max(4096), z.string().max(4096)]),
})

/** Base64url text. `filters`: a digest of the parameters that must be the same on every page. */
export const encodeNodeCursor = ({ cluster, name }: NodeName, filters: string): string =>
  Buffer.from(JSON.stringify({ v: 1, h: filters, k: [cluster, name] })).toString('base64url')

/** Throws invalid-parameter where `text` is no cursor of this route, or belongs to other filters. */
export function decodeNodeCursor(text: string, filters: string): NodeName {
  const read = wire.safeParse(/^[\w-]+$/.test(text) ? parseJson(Buffer.from(text, 'base64url').toString()) : undefined)
  if (!read.success)
    throw invalidParameter('cursor', 'cursor is not one that this route gave: leave it out to begin at the first page')
  if (read.data.h !== filters)
    throw invalidParameter(
      'cursor',
      'cursor belongs to a request with other filters: send those again, or leave the cursor out',
    )
  const [cluster, name] = read.data.k
  return { cluster, name }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
