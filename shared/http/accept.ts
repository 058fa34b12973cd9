// Chooses the type of an answer from the Accept header: RFC 9110 section 12.5.1. The most specific range decides the
// weight of a type.
import type { FastifyRequest } from 'fastify'
import { AfterlogError } from '#shared/errors.ts'
import { weightedItems, type WeightedItem } from './weighted-items.ts'

/** The type to answer with; undefined where the client accepts none. Of types with equal weight the first one wins. */
export function acceptedType<T extends string>(accept: string | undefined, types: readonly T[]): T | undefined {
  if (accept === undefined || accept.trim() === '') return types[0]
  const ranges = weightedItems(accept).map(({ name, weight }) => ({ name: otherNames.get(name) ?? name, weight }))
  let best: { type: T; weight: number } | undefined
  for (const type of types) {
    const weight = weightOf(type, ranges)
    if (weight > (best?.weight ?? 0)) best = { type, weight }
  }
  return best?.type
}

/** The same for a request. Throws `not-acceptable`, with all that there is. */
export function negotiatedType<T extends string>(
  { headers, url }: Pick<FastifyRequest, 'headers' | 'url'>,
  types: readonly T[],
): T {
  const type = acceptedType(headers.accept, types)
  if (type !== undefined) return type
  const path = url.split('?', 1)[0]!.slice(0, 200)
  throw new AfterlogError('not-acceptable', `${path} comes as ${listOf(types)}: name one of them in Accept`, {
    parameter: 'Accept',
    available: types,
  })
}

const listOf = (types: readonly string[]): string =>
  types.length < 2 ? types.join('') : `${types.slice(0, -1).join(', ')} or ${types.at(-1)}`

/** The clients of Elasticsearch name JSON so. */
const otherNames = new Map([
  ['application/ndjson', 'application/x-ndjson'],
  ['application/jsonl', 'application/x-ndjson'],
  ['application/vnd.elasticsearch+json', 'application/json'],
])

function weightOf(type: string, ranges: readonly WeightedItem[]): number {
  const wild = `${type.split('/')[0]}/*`
  for (const candidate of [type, wild, '*/*']) {
    const match = ranges.find(({ name }) => name === candidate)
    if (match !== undefined) return match.weight
  }
  return 0
}
