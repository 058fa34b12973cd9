// An answer beside the plain evaluation of the same expression over the same lines. A sentence says how they differ.
import type { Answer } from './ask.ts'
import { linesOf } from './plain/log-lines.ts'
import type { LabelSet, StoredLine } from './plain/plain-line.ts'
import { keyOf, Refused, type Point } from './plain/vectors.ts'
import type { LinesQuestion, NumbersQuestion, Question } from './random/questions.ts'

export type Outcome = { is: 'equal'; about: 'values' | 'nothing' | 'refusal' } | { is: 'different'; how: string }

const seriesMax = 500
const different = (how: string): Outcome => ({ is: 'different', how })

/** What is due. */
export interface Expected {
  about: 'values' | 'nothing' | 'refusal'
  compared(answer: Answer): Outcome
}

/** Throws ManyAnswers where more than one is right. */
export function expectedOf(question: Question, stored: readonly StoredLine[]): Expected {
  try {
    return question.kind === 'lines' ? lines(question, stored) : numbers(question, stored)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const compared = (answer: Answer): Outcome =>
      answer.type === 'refused' && answer.status === 400
        ? { is: 'equal', about: 'refusal' }
        : different(`${error.message} should have been refused`)
    return { about: 'refusal', compared }
  }
}

/** What an error says in words is not compared. */
const compareKey = (labels: LabelSet): string =>
  keyOf(
    Object.fromEntries(Object.entries(labels).filter(([name]) => name !== '__error_details__' && name !== '__preserve_error__')),
  )

function lines({ expression, startNs, endNs, limit, direction }: LinesQuestion, stored: readonly StoredLine[]): Expected {
  if (expression.selector.isOpen) throw new Refused('an open selector')
  const inTime = stored.filter(({ timeNs }) => timeNs >= startNs && timeNs < endNs)
  const sign = direction === 'forward' ? 1 : -1
  const order = (a: bigint, b: bigint): number => (a === b ? 0 : a < b ? -sign : sign)
  const due = linesOf(expression, inTime)
    .map((line) => ({ timeNs: line.timeNs, key: `${line.timeNs} ${compareKey(line.labels)} ${line.text}` }))
    .toSorted((a, b) => order(a.timeNs, b.timeNs))
  const about = due.length === 0 ? 'nothing' : 'values'
  // Of lines of the last time, any may be those within the limit.
  const last = due[limit - 1]?.timeNs
  const compare = (answer: Answer): Outcome => {
    if (answer.type !== 'streams') return different(JSON.stringify(answer).slice(0, 500))
    const given: string[] = []
    for (const { stream, values } of answer.result) {
      const times = values.map(([time]) => BigInt(time))
      if (times.some((time, i) => i > 0 && order(times[i - 1]!, time) > 0)) return different('lines are out of order')
      for (const [time, text] of values) given.push(`${time} ${compareKey(stream)} ${text}`)
    }
    if (given.length !== Math.min(limit, due.length))
      return different(`${given.length} lines, due are ${due.length}; ${firstOf(due, given)}`)
    const left = new Map<string, number>()
    for (const { key } of due) left.set(key, (left.get(key) ?? 0) + 1)
    for (const key of given) {
      const count = left.get(key) ?? 0
      if (count === 0) return different(`not due: ${key}; ${firstOf(due, given)}`)
      left.set(key, count - 1)
    }
    const isWithin = (timeNs: bigint): boolean => last === undefined || order(timeNs, last) < 0
    const missing = due.find(({ timeNs, key }) => isWithin(timeNs) && (left.get(key) ?? 0) > 0)
    return missing === undefined ? { is: 'equal', about } : different(`missing: ${missing.key}`)
  }
  return { about, compared: compare }
}

function firstOf(due: readonly { key: string }[], given: readonly string[]): string {
  const [has, isDue] = [new Set(given), new Set(due.map(({ key }) => key))]
  return `due alone: ${due.find(({ key }) => !has.has(key))?.key}; given alone: ${given.find((key) => !isDue.has(key))}`
}

function numbers({ expression, startNs, endNs, stepNs }: NumbersQuestion, stored: readonly StoredLine[]): Expected {
  const at = expression.over(stored)
  const due = new Map<string, number>()
  const series = new Set<string>()
  for (let timeNs = startNs; timeNs <= endNs; timeNs += stepNs) {
    const points = at(timeNs)
    for (const { labels, value } of typeof points === 'number' ? [{ labels: {}, value: points }] : points) {
      series.add(compareKey(labels))
      due.set(`${timeNs / 1_000_000n} ${compareKey(labels)}`, value)
    }
    if (stepNs === 0n) break
  }
  if (series.size > seriesMax) throw new Refused(`${series.size} series`)
  const about = due.size === 0 ? 'nothing' : 'values'
  const compare = (answer: Answer): Outcome => {
    if (answer.type === 'refused' || answer.type === 'streams') return different(JSON.stringify(answer).slice(0, 500))
    const given = pointsOf(answer)
    if (stepNs === 0n && expression.order !== undefined && !isSorted(given, expression.order)) return different('not sorted')
    for (const { key, value } of given) {
      const expected = due.get(key)
      if (expected === undefined) return different(`not due: ${key} ${value}; ${due.size} due, ${given.length} given`)
      if (!isClose(expected, value)) return different(`${key} is ${value} instead of ${expected}`)
    }
    const keys = new Set(given.map(({ key }) => key))
    const missing = [...due.keys()].find((key) => !keys.has(key))
    if (missing !== undefined) return different(`missing: ${missing} ${due.get(missing)}`)
    return given.length === due.size ? { is: 'equal', about } : different('two series are alike')
  }
  return { about, compared: compare }
}

type Numbers = Exclude<Answer, { type: 'refused' | 'streams' }>

function pointsOf(answer: Numbers): { key: string; value: number }[] {
  const point = (metric: LabelSet, [seconds, value]: [number, string]) => ({
    key: `${Math.round(seconds * 1000)} ${compareKey(metric)}`,
    value: Number(value.replace('Inf', 'Infinity')),
  })
  switch (answer.type) {
    case 'matrix':
      return answer.result.flatMap(({ metric, values }) => values.map((value) => point(metric, value)))
    case 'vector':
      return answer.result.map(({ metric, value }) => point(metric, value))
    case 'scalar':
      return [point({}, answer.result)]
  }
}

/** Sums are of another order, so their last digits differ. */
const isClose = (a: number, b: number): boolean =>
  Object.is(a, b) || (Number.isFinite(a) && Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b)) + 1e-12)

function isSorted(points: readonly Pick<Point, 'value'>[], order: 'rising' | 'falling'): boolean {
  const values = points.map(({ value }) => value).filter((value) => !Number.isNaN(value))
  return values.every((value, i) => i === 0 || (order === 'rising' ? values[i - 1]! <= value : values[i - 1]! >= value))
}
