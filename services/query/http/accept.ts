// Chooses the type of an answer from the Accept header: RFC 9110 section 12.5.1. The most specific range decides the
// weight of a type.

export type LineType = 'application/json' | 'application/x-ndjson' | 'text/plain'
const offered: readonly LineType[] = ['application/json', 'application/x-ndjson', 'text/plain']

/** The type to answer with; undefined where the client accepts none. Of types with equal weight the first one wins. */
export function acceptedType(accept: string | undefined): LineType | undefined
export function acceptedType<T extends string>(accept: string | undefined, types: readonly T[]): T | undefined
export function acceptedType(accept: string | undefined, types: readonly string[] = offered): string | undefined {
  if (accept === undefined || accept.trim() === '') return types[0]
  const ranges = accept.split(',').flatMap(parseRange)
  let best: { type: string; weight: number } | undefined
  for (const type of types) {
    const weight = weightOf(type, ranges)
    if (weight > (best?.weight ?? 0)) best = { type, weight }
  }
  return best?.type
}

interface Range {
  range: string
  weight: number
}

function parseRange(text: string): Range[] {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  if (range === '') return []
  const q = parameters.find((parameter) => parameter.startsWith('q='))
  const weight = q === undefined ? 1 : Number(q.slice(2))
  return [
    {
      range: range === 'application/ndjson' || range === 'application/jsonl' ? 'application/x-ndjson' : range,
      weight: Number.isFinite(weight) ? weight : 0,
    },
  ]
}

function weightOf(type: string, ranges: readonly Range[]): number {
  const wild = `${type.split('/')[0]}/*`
  for (const candidate of [type, wild, '*/*']) {
    const match = ranges.find(({ range }) => range === candidate)
    if (match !== undefined) return match.weight
  }
  return 0
}
