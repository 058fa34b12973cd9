// Statements that count lines by stretch of time and severity. Buckets start at multiples of the step since 1970.
import { int, raw, sql, statement, type Fragment } from '#shared/clickhouse/sql.ts'
import { countedLines, linesFrom, type LineFilter } from '#shared/lines/line-filter.ts'

export const bucketsMax = 10_000

/** Times of the first and the last line, in ns as text; `any` is 0 where there is no line. */
export const lineExtent = (filter: LineFilter): Fragment =>
  statement(
    'line-extent',
    sql`
  SELECT toString(toUnixTimestamp64Nano(min(ts))) AS first, toString(toUnixTimestamp64Nano(max(ts))) AS last,
    toUInt8(count() > 0) AS any
  ${linesFrom(filter)}`,
  )

/** `bucket` is its number since 1970, as text. A line that an agent sent again with another severity counts once. */
export const histogram = (filter: LineFilter, stepNs: bigint): Fragment =>
  statement(
    'line-histogram',
    sql`
  SELECT toString(b) AS bucket, one_severity AS severity, toFloat64(count()) AS count
  FROM (${countedLines(filter, {
    b: sql`intDiv(toUnixTimestamp64Nano(ts), ${int(stepNs)})`,
    one_severity: raw('toString(severity)'),
  })})
  GROUP BY b, one_severity ORDER BY b`,
  )

const second = 1_000_000_000n
const steps: readonly (readonly [string, bigint])[] = [
  ['1ms', 1_000_000n],
  ['10ms', 10_000_000n],
  ['100ms', 100_000_000n],
  ['1s', second],
  ['5s', 5n * second],
  ['10s', 10n * second],
  ['30s', 30n * second],
  ['1m', 60n * second],
  ['5m', 300n * second],
  ['10m', 600n * second],
  ['30m', 1_800n * second],
  ['1h', 3_600n * second],
  ['3h', 10_800n * second],
  ['6h', 21_600n * second],
  ['12h', 43_200n * second],
  ['1d', 86_400n * second],
  ['7d', 604_800n * second],
  ['30d', 2_592_000n * second],
]

/** The finest round step that gives at most 100 buckets. */
export function standardStep(extentNs: bigint): { text: string; ns: bigint } {
  const [text, ns] = steps.find(([, step]) => extentNs / step < 100n) ?? steps.at(-1)!
  return { text, ns }
}
