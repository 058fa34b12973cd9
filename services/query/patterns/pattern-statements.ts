// Pure: statements that count lines by template. Rows of a line that was sent twice are found first, since they are few:
// to group all lines by their identity, with their text, would cost more than everything else (decision 0023).
import { int, join, raw, sql, statement, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { linesFrom, nanoseconds, rowsFrom, type LineFilter } from '#shared/lines/line-filter.ts'
import { templateAs } from './line-masks.ts'

/** Templates that one statement returns, most frequent first. */
export const templatesMax = 10_000
/** Templates of each bucket of time that the engine counts; it leaves lines out of which it has not counted any. */
export const countedMax = 400_000

export const severities = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', ''] as const

export interface RangeRow {
  /** Epoch ns as text. */
  first: string
  last: string
  rows: number
}

/** How many rows there are, and their first and last time. Rows: RangeRow. */
export const rangeOfRows = (filter: LineFilter): Fragment =>
  statement(
    'pattern-range',
    sql`SELECT toString(toUnixTimestamp64Nano(min(ts))) AS first, toString(toUnixTimestamp64Nano(max(ts))) AS last,
      toFloat64(count()) AS rows ${rowsFrom(filter)}`,
  )

export interface TemplateRow {
  /** The template of one of its lines. */
  text: string
  /** Its lines differ in words that are no word of `known`. */
  isLoose: 0 | 1
  count: number
  /** Epoch ns as text. */
  first: string
  last: string
  /** Of the last line. */
  identity: string
  /** In the order of `severities`. */
  bySeverity: number[]
  /** Numbers of buckets since 1970, and how many lines each has. */
  buckets: string[]
  counts: number[]
  /** Of all templates that were counted, and how many these are. */
  lines: number
  templates: number
  /** How many pairs of a template and a bucket were counted. */
  counted: number
}

export interface TemplateOptions {
  stepNs: bigint
  /** Every how manieth line is counted, by its identity. */
  every: number
  /**
   * Words that are the same in many lines. With them lines whose other words differ are one template, as long as at
   * least half of their words are known.
   */
  known?: readonly string[]
}

/** Lines of the filter by template, once each. Rows: TemplateRow. */
export function linesByTemplate(filter: LineFilter, { stepNs, every, known }: TemplateOptions): Fragment {
  const sampled = every === 1 ? raw('') : sql` AND identity % ${uint(every)} = 0`
  const lines = sql`${linesFrom(filter)}${sampled}`
  const twice = sql`SELECT ts, identity ${lines} GROUP BY ts, identity HAVING count() > 1 ${unbounded}`
  const ofLines = sql`WITH ${templateAs()} SELECT ts, identity, toString(severity) AS severity, template ${lines}`
  const counts = join(
    severities.map((severity) => sql`countIf(severity = ${raw(`'${severity}'`)})`),
    ', ',
  )
  return statement(
    'lines-by-template',
    sql`SELECT any(one) AS text, max(loose) AS isLoose, toFloat64(sum(n)) AS count,
      toString(toUnixTimestamp64Nano(min(first_ts))) AS first,
      toString(toUnixTimestamp64Nano(max(last_line).1)) AS last, toString(max(last_line).2) AS identity,
      arrayMap(each -> toFloat64(each), sumForEach(by_severity)) AS bySeverity,
      arrayMap(each -> toString(each), groupArray(bucket)) AS buckets,
      arrayMap(each -> toFloat64(each), groupArray(n)) AS counts,
      toFloat64(sum(sum(n)) OVER ()) AS lines, toFloat64(count() OVER ()) AS templates,
      toFloat64(sum(count()) OVER ()) AS counted
    FROM (
      SELECT k, intDiv(toUnixTimestamp64Nano(ts), ${int(stepNs)}) AS bucket, any(template) AS one, any(loose) AS loose,
        count() AS n, min(ts) AS first_ts, max((ts, identity)) AS last_line, [${counts}] AS by_severity
      FROM (
        WITH ${keyAs(known)}
        SELECT ts, identity, severity, template, k, loose FROM (
          SELECT ts, identity, severity, template FROM (${ofLines} AND (ts, identity) GLOBAL NOT IN (${twice}) ${inLargeBlocks})
          UNION ALL
          SELECT ts, identity, any(ofLines.severity) AS severity, any(ofLines.template) AS template
          FROM (${ofLines} AND (ts, identity) GLOBAL IN (${twice}) ${inLargeBlocks}) AS ofLines GROUP BY ts, identity ${unbounded}))
      GROUP BY k, bucket SETTINGS max_rows_to_group_by = ${raw(String(countedMax))}, group_by_overflow_mode = 'any')
    GROUP BY k ORDER BY count DESC, first, identity LIMIT ${uint(templatesMax)}`,
  )
}

/** The bound of the groups holds in all that they are made from, unless that says otherwise. */
const unbounded = raw('SETTINGS max_rows_to_group_by = 0')

/** Each block compiles its expressions anew, and finds their automata anew. */
const inLargeBlocks = raw('SETTINGS preferred_block_size_bytes = 16000000, max_block_size = 65536')

const letters = raw("'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'")

/** `k` and `loose` of a template. */
function keyAs(known: readonly string[] | undefined): Fragment {
  if (known === undefined) return sql`cityHash64(template) AS k, 0 AS loose`
  return sql`tokens(template) AS words, arrayMap(word -> if(word IN ${strs(known)}, word, ''), words) AS known_words,
    countEqual(known_words, '') AS others, others > 0 AND 2 * others <= length(words) AS loose,
    if(loose, cityHash64(known_words, translate(template, ${letters}, '')), cityHash64(template)) AS k`
}

export interface LineName {
  ts: bigint
  identity: string
}

/** The filter of the lines with these names. */
export function linesNamed(tenant: string, names: readonly LineName[]): LineFilter {
  const times = names.map(({ ts }) => ts)
  const from = times.reduce((a, b) => (a < b ? a : b))
  const to = times.reduce((a, b) => (a > b ? a : b)) + 1n
  const pairs = names.map(({ ts, identity }) => sql`(${nanoseconds(ts)}, ${uint(BigInt(identity))})`)
  const hours = [...new Set(times.map((ts) => ts - (ts % 3_600_000_000_000n)))]
  const scope = sql`toStartOfHour(ts) IN (${join(
    hours.map((hour) => sql`toDateTime(${uint(hour / 1_000_000_000n)}, 'UTC')`),
    ', ',
  )}) AND (ts, identity) IN (${join(pairs, ', ')})`
  return { tenant, fields: {}, from, to, scope }
}
