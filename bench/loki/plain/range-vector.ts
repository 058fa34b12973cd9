// Lines of a range as series of samples, and their values at one time.
import { linesOf, type LogExpression } from './log-lines.ts'
import type { PlainStage } from './stage.ts'
import { needsAll, type Needs, type PlainLine, type StoredLine } from './plain-line.ts'
import { bytesOf, durationOf, numberOf } from './quantities.ts'
import { keyOf, Refused, type Names, type Point } from './vectors.ts'
import type { OverTime, Sample } from './windows.ts'

export interface Unwrapping {
  name: string
  conversion: 'number' | 'duration' | 'bytes'
  /** Filters behind it. */
  filters: readonly PlainStage[]
}

export interface RangeVector {
  of: LogExpression
  rangeNs: bigint
  offsetNs: bigint
  /** Bytes of a line; 1 of a line; a label. */
  takes: 'lines' | 'bytes' | Unwrapping
  over: OverTime
  grouping: Names | undefined
  /** Of a `sum` around it, which needs no other labels; undefined where there is none, or the function is not summable. */
  outer: Names | undefined
  isAbsent: boolean
}

interface Series {
  labels: Record<string, string>
  samples: Sample[]
  isRefused: boolean
}

/** The values at a time. */
export function rangeVector(range: RangeVector, stored: readonly StoredLine[]): (timeNs: bigint) => Point[] {
  if (range.of.selector.isOpen) throw new Refused('an open selector')
  const all = [...seriesOf(range, stored).values()]
  return (timeNs) => {
    const to = timeNs - range.offsetNs
    const points = all.flatMap(({ labels, samples, isRefused }): Point[] => {
      const inside = samples.filter((one) => one.timeNs > to - range.rangeNs && one.timeNs <= to)
      if (inside.length === 0) return []
      if (isRefused) throw new Refused('lines with errors')
      return [{ labels, value: range.over(inside, Number(range.rangeNs) / 1e9) }]
    })
    if (!range.isAbsent) return points
    return points.length === 0 ? [{ labels: absentLabels(range), value: 1 }] : []
  }
}

function seriesOf(range: RangeVector, stored: readonly StoredLine[]): Map<string, Series> {
  const series = new Map<string, Series>()
  for (const line of linesOf(range.of, stored, needsOf(range))) {
    const value = valueOf(line, range.takes)
    if (value === undefined) continue
    const labels = sampleLabels(line, range)
    const key = keyOf(labels)
    const known = series.get(key) ?? { labels, samples: [], isRefused: line.error !== '' && !line.isErrorTaken }
    known.samples.push({ timeNs: line.timeNs, value })
    series.set(key, known)
  }
  return series
}

function valueOf(line: PlainLine, takes: RangeVector['takes']): number | undefined {
  if (takes === 'lines') return 1
  if (takes === 'bytes') return Buffer.byteLength(line.text)
  const text = line.get(takes.name)
  if (text === undefined || text === '') return undefined
  const value = converted(text, takes.conversion)
  if (value === undefined) line.error = 'SampleExtractionErr'
  return takes.filters.every(({ run }) => run(line)) ? (value ?? 0) : undefined
}

function converted(text: string, conversion: Unwrapping['conversion']): number | undefined {
  if (conversion === 'number') return numberOf(text)
  if (conversion === 'bytes') return bytesOf(text)
  const ns = durationOf(text)
  return ns === undefined ? undefined : ns / 1e9
}

const isSingle = (names: Names | undefined): boolean => names !== undefined && !names.isWithout && names.names.length === 0
const groupingOf = ({ grouping, outer }: RangeVector): Names | undefined => outer ?? grouping

/** What became the value is no label. Lines with errors have all labels. */
function sampleLabels(line: PlainLine, range: RangeVector): Record<string, string> {
  const grouping = groupingOf(range)
  const entries = Object.entries(line.labels)
  const name = typeof range.takes === 'string' ? undefined : range.takes.name
  const isOne = range.isAbsent || isSingle(grouping)
  if (isOne && line.error === '') return {}
  if (line.error !== '') return Object.fromEntries(entries)
  if (grouping === undefined || grouping.isWithout)
    return Object.fromEntries(entries.filter(([own]) => own !== name && grouping?.names.includes(own) !== true))
  return Object.fromEntries(entries.filter(([own]) => grouping.names.includes(own)))
}

/** Which labels parsers look for. */
function needsOf(range: RangeVector): Needs {
  const grouping = groupingOf(range)
  const isOne = range.isAbsent || isSingle(grouping)
  if (!isOne && (grouping === undefined || grouping.isWithout || grouping.names.length === 0)) return needsAll
  const { takes, of } = range
  const read = [
    ...of.stages.flatMap(({ reads }) => reads),
    ...(grouping?.names ?? []),
    ...(typeof takes === 'string' ? [] : [takes.name, ...takes.filters.flatMap(({ reads }) => reads)]),
  ]
  const names = new Set(read.flatMap((name) => [name, name.replace(/_extracted$/, '')]))
  if (isOne && names.size === 0) return { names: undefined, nothing: true, filtersAtOnce: true }
  return { names, nothing: false, filtersAtOnce: isOne }
}

/** Those that the selector gives one value. */
function absentLabels({ of }: RangeVector): Record<string, string> {
  const groups = Map.groupBy(of.selector.matchers, ({ name }) => name)
  return Object.fromEntries(
    [...groups].flatMap(([name, all]) => {
      const [{ operator, value }] = all as [(typeof all)[number]]
      return all.length === 1 && operator === '=' && value !== '' ? [[name, value] as const] : []
    }),
  )
}
