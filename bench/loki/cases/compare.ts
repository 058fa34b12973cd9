// Whether two answers are the same. What Loki leaves open is no difference: the order of lines of one time, and so which
// of them a limit cuts off; which of equal values topk keeps; the last digits of a sum, whose order is open too. Later
// Lokis say behind `__error__` in `__error_details__` what went wrong: that is left out.
import type { LabelSet } from '../plain/plain-line.ts'
import type { Kind, Question, Series } from './judge.ts'

export interface Answer {
  kind: Kind
  series: readonly Series[]
}

/** Undefined where they are the same, or a sentence about the first difference. `expected` has no limit of lines. */
export function difference(expected: Answer, came: Answer, question: Question): string | undefined {
  if (expected.kind !== came.kind) return `expected ${expected.kind}, came ${came.kind}`
  if (expected.kind === 'streams') return streamsDifference(expected, came, question)
  return samplesDifference(expected, came, /\b(topk|bottomk|approx_topk)\b/.test(question.query))
}

/** Labels as text, whatever their order. */
export function labelKey(labels: LabelSet | null): string {
  const entries = Object.entries(labels ?? {}).filter(([name]) => name !== '__error_details__')
  return JSON.stringify(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

interface Line {
  timeNs: bigint
  key: string
}

const linesOf = ({ series }: Answer): Line[] =>
  series.flatMap(({ labels, values }) =>
    values.map(([time, line]) => ({ timeNs: BigInt(time), key: `${time} ${labelKey(labels)} ${JSON.stringify(line)}` })),
  )

function streamsDifference(expected: Answer, came: Answer, { limit, direction }: Question): string | undefined {
  const sign = direction === 'forward' ? 1 : -1
  const order = (a: Line, b: Line): number => (a.timeNs < b.timeNs ? -sign : a.timeNs > b.timeNs ? sign : 0)
  const [all, some] = [linesOf(expected).toSorted(order), linesOf(came)]
  const wanted = Math.min(limit, all.length)
  const last = all[wanted - 1]?.timeNs
  const certain = all.filter((line, i) => i < wanted && (line.timeNs !== last || wanted === all.length))
  const possible = all.filter(({ timeNs }) => timeNs === last)
  const rest = counted(some)
  for (const { key, timeNs } of certain)
    if (!take(rest, key)) {
      const others = some.filter((line) => line.timeNs === timeNs).map((line) => line.key)
      return `expected the line ${key}, came ${others.join(', ') || 'none of this time'}`
    }
  for (const { key } of wanted === all.length ? [] : possible) take(rest, key)
  for (const [key, count] of rest) if (count > 0) return `came the line ${key}`
  if (some.length !== wanted) return `expected ${wanted} lines, came ${some.length}`
  for (const { values } of came.series)
    for (const [i, [time]] of values.entries())
      if (i > 0 && sign * Number(BigInt(time) - BigInt(values[i - 1]![0])) < 0) return `lines are not in order at ${time}`
  return undefined
}

function counted(lines: readonly Line[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { key } of lines) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

function take(counts: Map<string, number>, key: string): boolean {
  const count = counts.get(key) ?? 0
  if (count > 0) counts.set(key, count - 1)
  return count > 0
}

function samplesDifference(expected: Answer, came: Answer, isTop: boolean): string | undefined {
  const [wanted, got] = [byTime(expected), byTime(came)]
  for (const [time, samples] of wanted) {
    const others = got.get(time) ?? new Map<string, string>()
    const at = `at ${time} ms`
    if (isTop) {
      const wrong = topDifference(samples, others)
      if (wrong !== undefined) return `${at}: ${wrong}`
      continue
    }
    for (const [key, value] of samples) {
      const other = others.get(key)
      if (other === undefined) return `${at} expected ${key} = ${value}, came nothing`
      if (!isEqual(value, other)) return `${at} expected ${key} = ${value}, came ${other}`
    }
    for (const [key, value] of others) if (!samples.has(key)) return `${at} came ${key} = ${value}, expected nothing`
  }
  for (const [time, others] of got)
    for (const [key, value] of others) if (!wanted.has(time)) return `at ${time} ms came ${key} = ${value}, expected nothing`
  return undefined
}

/** Of equal values at the edge any may be kept. */
function topDifference(samples: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>): string | undefined {
  const sorted = (of: ReadonlyMap<string, string>): string[] => [...of.values()].toSorted((a, b) => Number(a) - Number(b))
  const [wanted, got] = [sorted(samples), sorted(others)]
  if (wanted.length !== got.length) return `expected ${wanted.length} values, came ${got.length}`
  const wrong = wanted.findIndex((value, i) => !isEqual(value, got[i]!))
  if (wrong !== -1) return `expected the values ${wanted.join(' ')}, came ${got.join(' ')}`
  const edges = [wanted[0]!, wanted.at(-1)!]
  for (const [key, value] of samples)
    if (!others.has(key) && !edges.some((edge) => isEqual(edge, value))) return `expected ${key} = ${value}, came nothing`
  return undefined
}

function byTime({ series }: Answer): Map<string, Map<string, string>> {
  const times = new Map<string, Map<string, string>>()
  for (const { labels, values } of series)
    for (const [time, value] of values) {
      const samples = times.get(time) ?? new Map<string, string>()
      times.set(time, samples.set(labelKey(labels), value))
    }
  return times
}

function isEqual(a: string, b: string): boolean {
  const [x, y] = [numberOf(a), numberOf(b)]
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) && Number.isNaN(y)
  return x === y || Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y)) || Math.abs(x - y) < 1e-12
}

/** Go writes +Inf and -Inf. */
const numberOf = (text: string): number =>
  /^[+-]?Inf$/.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text)
