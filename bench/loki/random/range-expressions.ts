// Random aggregations over ranges, of lines, of bytes and of values of labels.
import type { Random } from '../../storage/random.ts'
import type { StoredLine } from '../plain/plain-line.ts'
import { rangeVector, type RangeVector, type Unwrapping } from '../plain/range-vector.ts'
import type { Names, Point } from '../plain/vectors.ts'
import { overTime, quantile, type OverTime } from '../plain/windows.ts'
import { labelFilter, noErrors } from './label-filters.ts'
import { lineFilter } from './line-filters.ts'
import { logExpressionOf, pipeline, themed } from './log-expressions.ts'
import { json, plainLogfmt } from './parsers.ts'
import { matcher, selectorOf } from './selectors.ts'

export interface Made {
  text: string
  over(stored: readonly StoredLine[]): (timeNs: bigint) => readonly Point[]
}

const minuteNs = 60_000_000_000n
const ranges: readonly (readonly [string, bigint])[] = [
  ['1m', minuteNs],
  ['5m', 5n * minuteNs],
  ['7m30s', (15n * minuteNs) / 2n],
  ['15m', 15n * minuteNs],
  ['30m', 30n * minuteNs],
  ['1h', 60n * minuteNs],
]
const offsets: readonly (readonly [string, bigint])[] = [
  [' offset 5m', 5n * minuteNs],
  [' offset 1h', 60n * minuteNs],
  [' offset 30s', minuteNs / 2n],
  [' offset -5m', -5n * minuteNs],
]
const groupings = [
  ['app'],
  ['namespace'],
  ['level'],
  ['app', 'level'],
  ['status'],
  ['pod'],
  ['namespace', 'container'],
  ['tier'],
  ['missing'],
  ['detected_level'],
]

export const grouping = (random: Random): Names => ({
  names: random.int(6) === 0 ? [] : random.pick(groupings),
  isWithout: random.int(3) === 0,
})
export const groupingText = ({ names, isWithout }: Names): string => `${isWithout ? 'without' : 'by'} (${names.join(', ')})`

/** `outer`: of a `sum` right around it. */
export const rangeExpression = (random: Random, outer: Names | undefined): Made =>
  (random.int(5) < 3 ? counted : unwrapped)(random, outer)

const made = (text: string, range: RangeVector): Made => ({ text, over: (stored) => rangeVector(range, stored) })

const timesOf = (random: Random) => {
  const [range, rangeNs] = random.pick(ranges)
  const [offset, offsetNs] = random.int(6) === 0 ? random.pick(offsets) : (['', 0n] as const)
  return { written: `[${range}]${offset}`, rangeNs, offsetNs }
}

/** Lines and bytes. */
function counted(random: Random, outer: Names | undefined): Made {
  const names = ['count_over_time', 'rate', 'bytes_over_time', 'bytes_rate', 'count_over_time', 'absent_over_time']
  const name = random.pick(names)
  const { from, read } = themed(random)
  const stages = random.pick([() => [], () => [lineFilter(random)], () => pipeline(random, { read, atMost: 4 })])()
  const hasLabels = stages.some(({ text }) => text.startsWith('| '))
  const of = logExpressionOf(from, hasLabels && random.int(4) > 0 ? [...stages, noErrors] : stages)
  const { written, rangeNs, offsetNs } = timesOf(random)
  const isAbsent = name === 'absent_over_time'
  return made(`${name}(${of.text} ${written})`, {
    of,
    rangeNs,
    offsetNs,
    takes: name.startsWith('bytes') ? 'bytes' : 'lines',
    over: name.endsWith('rate') ? overTime.rate : overTime.sum,
    grouping: undefined,
    outer: isAbsent ? undefined : outer,
    isAbsent,
  })
}

const labels: readonly { written: string; name: string; conversion: Unwrapping['conversion'] }[] = [
  ...['status', 'retries', 'ratio', 'big', 'attempt', 'size', 'missing'].map((name) => ({
    written: name,
    name,
    conversion: 'number' as const,
  })),
  { written: 'duration(took)', name: 'took', conversion: 'duration' },
  { written: 'duration_seconds(took)', name: 'took', conversion: 'duration' },
  { written: 'duration(latency)', name: 'latency', conversion: 'duration' },
  { written: 'bytes(size)', name: 'size', conversion: 'bytes' },
]

interface OfValues {
  name: string
  parameter?: string
  over: OverTime
  isGrouped?: boolean
  isSummable?: boolean
}

const ofValues: readonly OfValues[] = [
  { name: 'sum_over_time', over: overTime.sum, isSummable: true },
  { name: 'rate', over: overTime.rate, isSummable: true },
  ...(['avg', 'min', 'max', 'stddev', 'stdvar'] as const).map((name) => ({
    name: `${name}_over_time`,
    over: overTime[name],
    isGrouped: true,
  })),
  ...['0.5', '0.99', '0', '1', '0.25', '1.5'].map((parameter) => ({
    name: 'quantile_over_time',
    parameter: `${parameter}, `,
    over: quantile(Number(parameter)),
    isGrouped: true,
  })),
  { name: 'absent_over_time', over: overTime.count },
]
/** Of these the order of the values counts: of lines whose times differ. */
const inOrder: readonly OfValues[] = [
  { name: 'first_over_time', over: overTime.first, isGrouped: true },
  { name: 'last_over_time', over: overTime.last, isGrouped: true },
  { name: 'rate_counter', over: overTime.counter },
]
const ticks = selectorOf([matcher('container', '=', 'ticks')])

function unwrapped(random: Random, outer: Names | undefined): Made {
  const isInOrder = random.int(4) === 0
  const { name, parameter = '', over, isGrouped = false, isSummable = false } = random.pick(isInOrder ? inOrder : ofValues)
  const { from, read } = isInOrder ? { from: ticks, read: [random.pick([plainLogfmt, json])] } : themed(random)
  const of = logExpressionOf(from, [...read, ...(random.int(2) === 0 ? [labelFilter(random)] : [])])
  const label = random.pick(labels)
  const filters = random.int(6) === 0 ? [] : [noErrors]
  const { written, rangeNs, offsetNs } = timesOf(random)
  const names = isGrouped && random.int(2) === 0 ? grouping(random) : undefined
  const behind = filters.map(({ text }) => `${text} `).join('')
  const by = names === undefined ? '' : ` ${groupingText(names)}`
  return made(`${name}(${parameter}${of.text} | unwrap ${label.written} ${behind}${written})${by}`, {
    of,
    rangeNs,
    offsetNs,
    takes: { name: label.name, conversion: label.conversion, filters },
    over,
    grouping: names,
    outer: isSummable ? outer : undefined,
    isAbsent: name === 'absent_over_time',
  })
}
