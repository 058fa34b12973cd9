// Reads the lines among some rows that any reader wants, in one statement, and hands each to the readers whose filters
// select it.
import { join, nameOfStatement, raw, type Fragment } from '#shared/clickhouse/sql.ts'
import { createSlices } from '#shared/in-slices.ts'
import { conditionsOf, type LineFilter } from '#shared/lines/line-filter.ts'
import { nameOf } from '#shared/lines/line-names.ts'
import { matchedLines } from '#shared/lines/line-statements.ts'
import { decodeMatched, keyOf, type MatchedLine } from '#shared/lines/row-decoder.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { isBehind, type ArrivalPlace } from './arrival-place.ts'
import { firstArrivals, placeOfArrival, type ArrivalRow } from './arrival-statements.ts'
import type { FedArrival } from './line-buffer.ts'

export interface Reader {
  readonly filter: LineFilter
  /** Lines that arrived first before this place are not for the reader. */
  readonly after: ArrivalPlace
  push(arrivals: readonly FedArrival[]): void
  /** The store refuses the filter, or is away. */
  fail(error: unknown): void
}

/** Rows of one tenant, and the times of their lines, epoch ns. */
export interface RowSource {
  tenant: string
  rows: Fragment
  times: { from: bigint; to: bigint }
}

const linesOfStep = 500
const namesAtOnce = 2000
/** ms by which the clock of a node may be ahead of that of ingest: what is later was not sent before. */
const aheadMs = 60_000

const slices = createSlices()

/** Resolves to the names of parts from which lines were read. */
export const handOver = (reading: RowReading, source: RowSource, readers: readonly Reader[]): Promise<Set<string>> =>
  handOverTo(reading, source, groupByFilter(readers))

async function handOverTo(
  reading: RowReading,
  source: RowSource,
  groups: readonly FilterGroup[],
): Promise<Set<string>> {
  if (groups.length === 0) return new Set()
  let matched: MatchedLine[]
  try {
    matched = await readMatched(reading, source, groups)
  } catch (error) {
    // One filter that the store refuses is no other reader's trouble.
    if (groups.length > 1) for (const group of groups) await handOverTo(reading, source, [group])
    else for (const reader of groups[0]!.readers) reader.fail(error)
    return new Set()
  }
  const readers = groups.flatMap((group) => group.readers)
  const firstPlaces = await readFirstPlaces(reading, source.tenant, matched, readers)
  const arrivals = matched.map(({ line }): FedArrival => {
    const place = { received: line.received, key: keyOf(line) }
    return { line, received: line.received, first: firstPlaces.get(nameOf(line)) ?? place, held: 0 }
  })
  for (const [index, group] of groups.entries()) {
    const selected = arrivals.filter((_, row) => matched[row]!.matches[index] === 1)
    for (const reader of group.readers) {
      const own = selected.filter(({ first }) => isBehind(first, reader.after))
      if (own.length > 0) reader.push(own)
    }
  }
  return new Set(matched.map(({ part }) => part))
}

interface FilterGroup {
  condition: Fragment
  readers: Reader[]
}

function groupByFilter(readers: readonly Reader[]): FilterGroup[] {
  const groups = new Map<string, FilterGroup>()
  for (const reader of readers) {
    const { condition, name } = conditionOf(reader.filter)
    const group = groups.get(name) ?? { condition, readers: [] }
    groups.set(name, group)
    group.readers.push(reader)
  }
  return [...groups.values()]
}

const conditionOfFilter = new WeakMap<LineFilter, { condition: Fragment; name: string }>()

function conditionOf(filter: LineFilter): { condition: Fragment; name: string } {
  const known = conditionOfFilter.get(filter)
  if (known !== undefined) return known
  const conditions = conditionsOf(filter)
  const condition = conditions.length === 0 ? raw('1') : join(conditions, ' AND ')
  const made = { condition, name: nameOfStatement(condition) }
  conditionOfFilter.set(filter, made)
  return made
}

async function readMatched(
  reading: RowReading,
  { tenant, rows, times }: RowSource,
  groups: readonly FilterGroup[],
): Promise<MatchedLine[]> {
  const conditions = groups.map(({ condition }) => condition)
  const bytes = await reading.binary(matchedLines(tenant, rows, conditions, times))
  const lines: MatchedLine[] = []
  const step = decodeMatched(bytes, lines, linesOfStep)
  while (await slices(step));
  return lines
}

/** Of lines that may have been sent before a reader began: where they arrived first, by their names. */
async function readFirstPlaces(
  reading: RowReading,
  tenant: string,
  matched: readonly MatchedLine[],
  readers: readonly Reader[],
): Promise<Map<string, ArrivalPlace>> {
  const latest = Math.max(...readers.map(({ after }) => after.received))
  const until = BigInt(Math.floor(latest + aheadMs)) * 1_000_000n
  const names = matched.map(({ line }) => line).filter(({ ts }) => ts < until)
  const places = new Map<string, ArrivalPlace>()
  for (let at = 0; at < names.length; at += namesAtOnce) {
    const rows = await reading.rows<ArrivalRow>(firstArrivals(tenant, names.slice(at, at + namesAtOnce)))
    for (const place of rows.map(placeOfArrival)) places.set(nameOf(place.key), place)
  }
  return places
}
