// Finds what stands in a life between two rows of one stream: it tells whether a byte is missing between these.
import { inSlices } from '#shared/in-slices.ts'
import { othersMax } from '#shared/lines/covered-bytes.ts'
import { lifeKey, type LookUps } from '#shared/lines/join-fragments.ts'
import { compareKeys, type LineKey } from '#shared/lines/line-order.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'
import { linesAndParts, type StreamRows } from './stream-rows.ts'

/** Times that the store is asked for one stretch of rows. Nearly no stretch needs one. */
const lookUpsMax = 30

/**
 * For one stretch of rows, ascending. `hasEveryStream`: where two rows are among them, so are all lines between. What
 * these do not tell, the store is asked for.
 */
export function createLookUps(streams: StreamRows, rows: readonly Line[], hasEveryStream: boolean): LookUps {
  let rowsByLife: Map<string, Line[]> | undefined
  let lookUps = 0
  return {
    async atHand(after, row) {
      if (!hasEveryStream) return undefined
      rowsByLife ??= await byLife(rows)
      const ofLife = rowsByLife.get(lifeKey(row)) ?? []
      const [from, to] = [firstNotBefore(ofLife, after), firstNotBefore(ofLife, keyOf(row))]
      const isAmongThem = from < to && to < ofLife.length && compareKeys(keyOf(ofLife[from]!), after) === 0
      return isAmongThem ? ofLife.slice(from, to).filter(({ stream }) => stream !== row.stream) : undefined
    },
    inStore: async (after, row) => (lookUps++ < lookUpsMax ? readBetween(streams, after, row) : undefined),
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

/** With parts at the place of `row`, from which ingest may have gone on. */
async function readBetween(streams: StreamRows, after: LineKey, row: Line): Promise<Line[]> {
  const rows = await linesAndParts(streams, row, { from: after.ts, to: row.ts + 1n }, othersMax + 1)
  const isAtRow = ({ ts, file, offset }: Line): boolean => ts === row.ts && file === row.file && offset === row.offset
  return rows.filter(
    (each) => compareKeys(keyOf(each), after) > 0 && (isAtRow(each) || compareKeys(keyOf(each), keyOf(row)) < 0),
  )
}
