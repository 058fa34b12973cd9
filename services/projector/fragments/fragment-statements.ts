// Pure: statements that join fragments in the store. Identities and columns are copied or computed by the engine.
import { bind, sql, statement, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { joinedBytesMax } from '#shared/lines/assembly.ts'
import { digestDigits, markParts } from '#shared/lines/cut-mark.ts'
import { linesFrom, rowsFrom } from '#shared/lines/line-filter.ts'
import { nameOf, nameOfRow, namesFilter, type LineName } from '#shared/lines/line-names.ts'

/** Pods of these uids that have fragments, with the times of their lines. Rows: FragmentedPod. */
export const fragmentedPods = (tenant: string, uids: readonly string[]): Fragment =>
  statement(
    'fragmented-pods',
    sql`SELECT toString(namespace) AS namespace, pod, toString(toUnixTimestamp64Nano(min(first_line))) AS first,
      toString(toUnixTimestamp64Nano(max(last_line))) AS last
    ${fromTable(tenant, 'lines_of_lives')} AND pod_uid IN ${strs(uids)}
    GROUP BY namespace, pod HAVING max(fragments) = 1`,
  )

export interface FragmentedPod {
  namespace: string
  pod: string
  /** Epoch ns. */
  first: string
  last: string
}

/** A row that a line has, and what it has of it. */
export interface PartOfLine extends LineName {
  /** The last bytes of its message that the line has, behind those of the parts before; 0 of one that repeats others. */
  bytes: number
  /** Whether its bytes lie apart from those that the line covers. */
  covers: boolean
}

export interface JoinedLine {
  /** The first is the one that gives the line its place. */
  parts: readonly PartOfLine[]
  /** Bytes of the whole text, before it is cut. */
  size: number
  partial: boolean
  /** Of the bytes that follow each other from the first part on; -1 where they are not known. */
  length: number
  /** The row with the last of these bytes, which says whether the file ends there. */
  last: LineName
}

/** Stores the line, with all else of its first part. */
export function storeJoined(tenant: string, line: JoinedLine): Fragment {
  const [first] = line.parts as [PartOfLine, ...PartOfLine[]]
  const texts = line.parts.filter(({ bytes }) => bytes > 0)
  const bytesOf = sql`transform(${nameOfRow}, ${strs(texts.map(nameOf))}, ${bind(
    'Array(UInt64)',
    texts.map(({ bytes }) => bytes),
  )}, 0)`
  const whole = sql`SELECT arrayStringConcat(arrayMap(part -> part.2, arraySort(groupArray((at, text))))) AS whole FROM (
      SELECT indexOf(${strs(texts.map(nameOf))}, ${nameOfRow}) AS at,
        substring(logs.message, toInt64(length(logs.message)) - ${bytesOf} + 1) AS text
      ${rowsFrom(namesFilter(tenant, texts))} LIMIT 1 BY ts, identity)`
  const text = line.size <= joinedBytesMax ? sql`(${whole})` : sql`(SELECT ${cut(line.size)} FROM (${whole}))`
  return statement(
    'store-joined-line',
    sql`INSERT INTO logs (* EXCEPT (identity, precedence)) SELECT * EXCEPT (identity, precedence) REPLACE (
      ${text} AS message, toUInt8(${uint(line.partial ? 1 : 0)}) AS partial,
      ${bind('Int64', String(line.length))} AS length,
      (SELECT max(logs.eof) ${rowsFrom(namesFilter(tenant, [line.last]))}) AS eof, 0 AS absorbed)
    ${rowsFrom(namesFilter(tenant, [first]))} LIMIT 1`,
  )
}

/** The text of `whole`, which has so many bytes, cut as ingest cuts it: what ingest joins afterwards is the same line. */
function cut(size: number): Fragment {
  const [before, between, behind] = markParts(size)
  const places = bind(
    'Array(UInt64)',
    [0, 1, 2, 3, 4].map((back) => joinedBytesMax - back),
  )
  const isEdge = sql`bitAnd(reinterpretAsUInt8(substring(whole, at + 1, 1)), 192) != 128`
  const kept = sql`arrayFirst(at -> ${isEdge} OR at = ${uint(joinedBytesMax - 4)}, ${places})`
  const digest = sql`substring(lower(hex(SHA256(whole))), 1, ${uint(digestDigits)})`
  return sql`concat(substring(whole, 1, ${kept}), ${str(before)}, toString(${kept}), ${str(between)}, ${digest}, ${str(behind)})`
}

/** How many of these rows are lines. Rows: { count }. */
export const countLines = (tenant: string, names: readonly LineName[]): Fragment =>
  statement(
    'count-fragments',
    sql`SELECT toFloat64(uniqExact(ts, identity)) AS count ${linesFrom(namesFilter(tenant, names))}`,
  )

/** Names rows as absorbed. */
export const absorbRows = (tenant: string, rows: readonly PartOfLine[]): Fragment => {
  const covering = strs(rows.filter(({ covers }) => covers).map(nameOf))
  return statement(
    'absorb-rows',
    sql`INSERT INTO absorbed_lines (tenant, ts, identity, class, covers)
    SELECT DISTINCT tenant, ts, identity, class, has(${covering}, ${nameOfRow})
    ${rowsFrom(namesFilter(tenant, rows))}`,
  )
}
