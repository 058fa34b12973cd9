// Pure: places in the order of arrival.
import { compareKeys, nowhere, type LineKey } from '#shared/lines/line-order.ts'

/** A place in the order of arrival. What arrived in one millisecond has the order of lines. */
export interface ArrivalPlace {
  /** Epoch ms. */
  received: number
  key: LineKey
}

/** Before everything that arrived at `received` or later. */
export const placeBefore = (received: number): ArrivalPlace => ({ received, key: nowhere })

export const isBehind = (place: ArrivalPlace, other: ArrivalPlace): boolean =>
  place.received === other.received ? compareKeys(place.key, other.key) > 0 : place.received > other.received

export const laterOf = (a: ArrivalPlace, b: ArrivalPlace): ArrivalPlace => (isBehind(b, a) ? b : a)
