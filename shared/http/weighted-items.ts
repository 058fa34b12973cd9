// Pure: the items of Accept and its like with their weights: RFC 9110, section 12.4.2.

export interface WeightedItem {
  /** In lower case. */
  name: string
  /** 1 where none is given, and 0 where it is no number. */
  weight: number
}

export function weightedItems(header: string): WeightedItem[] {
  return header.split(',').flatMap((text) => {
    const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
    if (name === '') return []
    const q = parameters.find((parameter) => parameter.startsWith('q='))
    const weight = q === undefined ? 1 : Number(q.slice(2))
    return [{ name, weight: Number.isFinite(weight) ? weight : 0 }]
  })
}
