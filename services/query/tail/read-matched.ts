// Reads the lines among some rows that any reader wants, in one statement, and hands each to the readers whose filters
// select it.
import { join, nameOfStatement, raw, type Fragment } from '#shared/clickhouse/sql.ts'
import { createSlices } from '#shared/in-slices.ts'
import { conditionsOf, type LineFilter } from '#shared/lines/line-filter.ts'
import { matchedLines, type RowsToMatch } from '#shared/lines/line-statements.ts'
import { decodeMatched, type MatchedLine } from '#shared/lines/row-decoder.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { isBehind, type ArrivalPlace } from './arrival-place.ts'
import type { FirstPlaces } from './first-places.ts'
import type { FedArrival } from './line-buffer.ts'

export interface Reader {
  readonly filter: LineFilter
  /** Lines that arrived first before this place are not for the reader. */
  readonly after: ArrivalPlace
  push(arrivals: readonly FedArrival[]): void
  /** The store refuses the filter, or is away. */
  fail(error: unknown): void
}

const linesOfStep = 500

const slices = createSlices()

export interface Handing {
  reading: RowReading
  firstPlaces: FirstPlaces
}

/** Resolves to the names of parts from which lines were read. */
export const handOver = (handing: Handing, source: RowsToMatch, readers: readonly Reader[]): Promise<Set<string>> =>
  handOverTo(handing, source, groupByFilter(readers))

async function handOverTo(handing: Handing, source: RowsToMatch, groups: readonly FilterGroup[]): Promise<Set<string>> {
  if (groups.length === 0) return new Set()
  let matched: MatchedLine[]
  try {
    matched = await readMatched(handing.reading, source, groups)
  } catch (error) {
    // One filter that the store refuses is no other reader's trouble.
    if (groups.length > 1) for (const group of groups) await handOverTo(handing, source, [group])
    else for (const reader of groups[0]!.readers) reader.fail(error)
    return new Set()
  }
  const begun = Math.max(...groups.flatMap(({ readers }) => readers.map(({ after }) => after.received)))
  const lines = matched.map(({ line }) => line)
  const places = await handing.firstPlaces.of(source.tenant, lines, begun)
  const arrivals = lines.map((line, row): FedArrival => ({
    line,
    received: line.received,
    first: places[row]!,
    held: 0,
  }))
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
  source: RowsToMatch,
  groups: readonly FilterGroup[],
): Promise<MatchedLine[]> {
  const conditions = groups.map(({ condition }) => condition)
  const bytes = await reading.binary(matchedLines(source, conditions))
  const lines: MatchedLine[] = []
  const step = decodeMatched(bytes, lines, linesOfStep)
  while (await slices(step));
  return lines
}
