// Where lines arrived first: agents send lines again, and a tail does not tell a line that arrived before the tail began.
// A line of a time before the newest tail began is looked up by its name. A later one arrived before only where the clock
// of its node is ahead: those are few, and are asked for once.
import { nameOf } from '#shared/lines/line-names.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import type { ArrivalPlace } from './arrival-place.ts'
import { arrivedBefore, firstArrivals, placeOfArrival, type ArrivalRow } from './arrival-statements.ts'

export interface FirstPlaces {
  /** The place of each line of `tenant`, in their order. `begun`: the newest tail began there, epoch ms. */
  of(tenant: string, lines: readonly Line[], begun: number): Promise<ArrivalPlace[]>
}

const namesAtOnce = 2000
/** ms by which the clock of a node may be ahead of that of ingest: a line that is later was not sent before. */
const aheadMs = 60_000

const nsOf = (ms: number): bigint => BigInt(Math.floor(ms)) * 1_000_000n

export interface FirstPlacesOptions {
  reading: Pick<RowReading, 'rows'>
  /** Where more lines of a tenant are ahead, each is looked up by its name. */
  aheadMax?: number
}

export function createFirstPlaces({ reading, aheadMax = 20_000 }: FirstPlacesOptions): FirstPlaces {
  const aheadByTenant = new Map<string, { begun: number; places: PlacesByName | undefined }>()

  /** Undefined where they are too many. */
  async function linesAhead(tenant: string, begun: number): Promise<PlacesByName | undefined> {
    const known = aheadByTenant.get(tenant)
    if (known?.begun === begun) return known.places
    const times = { from: nsOf(begun), to: nsOf(begun + aheadMs) }
    const rows = await reading.rows<ArrivalRow>(arrivedBefore(tenant, times, begun, aheadMax + 1))
    const places = rows.length > aheadMax ? undefined : byName(rows)
    aheadByTenant.set(tenant, { begun, places })
    return places
  }

  return {
    async of(tenant, lines, begun) {
      const isUnsure = ({ ts }: Line): boolean => ts < nsOf(begun + aheadMs)
      const ahead = lines.some(isUnsure) ? await linesAhead(tenant, begun) : byName([])
      const asked = lines.filter((line) => (ahead === undefined ? isUnsure(line) : line.ts < nsOf(begun)))
      const places: PlacesByName = new Map(ahead)
      for (let at = 0; at < asked.length; at += namesAtOnce) {
        const rows = await reading.rows<ArrivalRow>(firstArrivals(tenant, asked.slice(at, at + namesAtOnce)))
        for (const [name, place] of byName(rows)) places.set(name, place)
      }
      return lines.map((line) => {
        const place = places.size === 0 ? undefined : places.get(nameOf(line))
        return place ?? { received: line.received, key: keyOf(line) }
      })
    },
  }
}

type PlacesByName = Map<string, ArrivalPlace>

const byName = (rows: readonly ArrivalRow[]): PlacesByName =>
  new Map(rows.map(placeOfArrival).map((place) => [nameOf(place.key), place]))
