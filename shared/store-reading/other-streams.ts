// Finds what other streams of a life said between two rows of one: it tells whether a byte is missing between these.
import { sql, str } from '#shared/clickhouse/sql.ts'
import { inSlices } from '#shared/in-slices.ts'
import { othersMax } from '#shared/lines/covered-bytes.ts'
import { lifeKey, type OthersBetween } from '#shared/lines/join-fragments.ts'
import { compareKeys, type LineKey } from '#shared/lines/line-order.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'
import { readPage } from './line-pages.ts'
import { lifeScope, type StreamRows } from './stream-rows.ts'

/** Times that the store is asked for one stretch of rows. Nearly no stretch needs one. */
const lookUpsMax = 30

/**
 * For one stretch of rows, ascending. `hasEveryStream`: where the two rows are among them, so is all between. The store
 * is asked for what is not.
 */
export function createOthersBetween(
  streams: StreamRows,
  rows: readonly Line[],
  hasEveryStream: boolean,
): OthersBetween {
  let rowsByLife: Map<string, Line[]> | undefined
  let lookUps = 0
  return async (after, row) => {
    if (hasEveryStream) {
      rowsByLife ??= await byLife(rows)
      const ofLife = rowsByLife.get(lifeKey(row)) ?? []
      const [from, to] = [firstNotBefore(ofLife, after), firstNotBefore(ofLife, keyOf(row))]
      if (from < to && to < ofLife.length && compareKeys(keyOf(ofLife[from]!), after) === 0)
        return ofLife.slice(from, to).filter(({ stream }) => stream !== row.stream)
    }
    return lookUps++ < lookUpsMax ? readOthers(streams, after, row) : undefined
  }
}

async function byLife(rows: readonly Line[]): Promise<Map<string, Line[]>> {
  const rowsByLife = new Map<string, Line[]>()
  await inSlices(rows, (row) => {
    const key = lifeKey(row)
    const ofLife = rowsByLife.get(key)
    if (ofLife === undefined) rowsByLife.set(key, [row])
    else ofLife.push(row)
  })
  return rowsByLife
}

/** The index of the first row that does not stand before `key`. */
function firstNotBefore(rows: readonly Line[], key: LineKey): number {
  let [low, high] = [0, rows.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareKeys(keyOf(rows[middle]!), key) < 0) low = middle + 1
    else high = middle
  }
  return low
}

async function readOthers({ reading, filter }: StreamRows, after: LineKey, row: Line): Promise<Line[]> {
  const ofOthers = {
    ...filter,
    fields: {},
    to: row.ts + 1n,
    scope: sql`${filter.scope} AND ${lifeScope(row)} AND stream != ${str(row.stream)}`,
  }
  const { lines } = await readPage({ reading, filter: ofOthers, order: 'asc', limit: othersMax + 1, after })
  return lines.filter((line) => compareKeys(keyOf(line), keyOf(row)) < 0)
}
