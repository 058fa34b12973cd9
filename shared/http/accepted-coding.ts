// Pure: chooses how an answer is compressed from the Accept-Encoding header. RFC 9110, section 12.5.3.
import { weightedItems } from './weighted-items.ts'

/** What is made, the cheapest first: of those that a client likes equally it gets the first. */
export const codings = ['zstd', 'br', 'gzip'] as const
export type Coding = (typeof codings)[number]

/** undefined where the answer is to be sent as it is. */
export function acceptedCoding(header: string | string[] | undefined): Coding | undefined {
  if (header === undefined) return undefined
  const items = weightedItems([header].flat().join(','))
  const weights = new Map(items.map(({ name, weight }) => [name, weight]))
  let best: { coding: Coding; weight: number } | undefined
  for (const coding of codings) {
    const weight =
      weights.get(coding) ?? (coding === 'gzip' ? weights.get('x-gzip') : undefined) ?? weights.get('*') ?? 0
    if (weight > (best?.weight ?? 0)) best = { coding, weight }
  }
  return best !== undefined && best.weight >= (weights.get('identity') ?? 0) ? best.coding : undefined
}
