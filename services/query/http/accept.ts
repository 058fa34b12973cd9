// Which of the types on offer a client takes: RFC 9110 section 12.5.1, the most specific range decides a type's weight.

export type LineType = 'application/json' | 'application/x-ndjson' | 'text/plain'
const offered: readonly LineType[] = ['application/json', 'application/x-ndjson', 'text/plain']

/** The type to answer with; undefined where none is acceptable. The first on offer wins among equals. */
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
  for (const wanted of [type, wild, '*/*']) {
    const found = ranges.find(({ range }) => range === wanted)
    if (found !== undefined) return found.weight
  }
  return 0
}
