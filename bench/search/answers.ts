// The right answers to questions, by plain code over every line as the generator makes it, and whether another answer
// is the same.
import { createHash } from 'node:crypto'
import type { CorpusLine } from './corpus/lines.ts'
import type { Ask, Where } from './questions.ts'

export interface AnswerLine {
  /** RFC 3339 with nine digits, so that text sorts like time. */
  time: string
  pod: string
  message: string
}

/** As a store gives it. */
export type Answer =
  | { kind: 'newest'; lines: readonly AnswerLine[] }
  | { kind: 'count'; count: number }
  | { kind: 'groups'; groups: Readonly<Record<string, number>> }
  /** By epoch seconds; an empty bucket may be there or not. */
  | { kind: 'buckets'; buckets: Readonly<Record<string, number>> }

/** As the manifest has it. */
export type Expected =
  | { kind: 'newest'; count: number; newest: string; oldest: string; digest: string }
  | { kind: 'count'; count: number }
  | { kind: 'groups'; groups: Readonly<Record<string, number>>; top: number }
  | { kind: 'buckets'; buckets: Readonly<Record<string, number>> }

export interface Counting {
  add(line: CorpusLine): void
  expected(): Expected
}

/** Lines must come oldest first. */
export function countAnswer(ask: Ask): Counting {
  const matches = matcher(ask.where)
  switch (ask.kind) {
    case 'newest':
      return newestOf(matches, ask)
    case 'count': {
      let count = 0
      return { add: (line) => void (matches(line) && count++), expected: () => ({ kind: 'count', count }) }
    }
    case 'groups': {
      const { add, counts } = tally((line) => (matches(line) ? line.pod[ask.by] : undefined))
      return { add, expected: () => ({ kind: 'groups', groups: counts, top: ask.top ?? Object.keys(counts).length }) }
    }
    case 'buckets': {
      const bucket = (time: string): string =>
        String(Math.floor(Date.parse(time.slice(0, 19) + 'Z') / 1000 / ask.stepSeconds) * ask.stepSeconds)
      const { add, counts } = tally((line) => (matches(line) ? bucket(line.time) : undefined))
      return { add, expected: () => ({ kind: 'buckets', buckets: counts }) }
    }
  }
}

function tally(keyOf: (line: CorpusLine) => string | undefined) {
  const counts: Record<string, number> = {}
  const add = (line: CorpusLine): void => {
    const key = keyOf(line)
    if (key !== undefined) counts[key] = (counts[key] ?? 0) + 1
  }
  return { add, counts }
}

function newestOf(matches: (line: CorpusLine) => boolean, { limit, skip }: { limit: number; skip: number }): Counting {
  const most = limit + skip
  let last: AnswerLine[] = []
  return {
    add(line) {
      if (!matches(line)) return
      last.push({ time: line.time, pod: line.pod.pod, message: line.message })
      if (last.length >= 2 * most) last = last.slice(-most)
    },
    expected: () => summary(last.slice(-most).toReversed().slice(skip)),
  }
}

function summary(lines: readonly AnswerLine[]): Extract<Expected, { kind: 'newest' }> {
  const digest = createHash('sha256')
  for (const { time, pod, message } of lines) digest.update(`${time}\t${pod}\t${message}\n`)
  const [newest, oldest] = [lines[0]?.time ?? '', lines.at(-1)?.time ?? '']
  return { kind: 'newest', count: lines.length, newest, oldest, digest: digest.digest('hex') }
}

function matcher(where: Where): (line: CorpusLine) => boolean {
  const tests: ((line: CorpusLine) => boolean)[] = []
  const { namespace, pod, severity, word, phrase, substring, expression, traceId } = where
  if (namespace !== undefined) tests.push((line) => line.pod.namespace === namespace)
  if (pod !== undefined) tests.push((line) => line.pod.pod === pod)
  if (severity !== undefined) tests.push((line) => line.severity === severity)
  for (const text of [word, phrase]) {
    if (text === undefined) continue
    const whole = wholeWords(text)
    tests.push(({ message }) => message.includes(text) && whole.test(message))
  }
  if (substring !== undefined) tests.push(({ message }) => message.includes(substring))
  if (expression !== undefined) {
    const compiled = new RegExp(expression)
    tests.push(({ message }) => compiled.test(message))
  }
  if (traceId !== undefined) {
    const whole = wholeWords(traceId)
    tests.push((line) => line.traceId === traceId || (line.message.includes(traceId) && whole.test(line.message)))
  }
  return (line) => tests.every((test) => test(line))
}

/** No store may take another word's part for it, so what stands beside it is neither letter, digit nor underscore. */
const wholeWords = (text: string): RegExp => new RegExp(`(?<![0-9A-Za-z_])${text}(?![0-9A-Za-z_])`)

/** What is wrong with an answer, as a sentence; undefined where it is right. */
export function mistakeOf(answer: Answer, expected: Expected): string | undefined {
  if (answer.kind === 'newest' && expected.kind === 'newest') return mistakeOfLines(answer.lines, expected)
  if (answer.kind === 'count' && expected.kind === 'count')
    return answer.count === expected.count ? undefined : `${answer.count} lines instead of ${expected.count}`
  if (answer.kind === 'groups' && expected.kind === 'groups') return mistakeOfGroups(answer.groups, expected)
  if (answer.kind === 'buckets' && expected.kind === 'buckets') return difference(answer.buckets, expected.buckets)
  return `an answer of kind ${answer.kind} instead of ${expected.kind}`
}

function mistakeOfLines(lines: readonly AnswerLine[], expected: Extract<Expected, { kind: 'newest' }>): string | undefined {
  const found = summary(lines)
  if (found.digest === expected.digest) return undefined
  const say = ({ count, newest, oldest }: typeof found): string => `${count} lines from ${newest} to ${oldest}`
  return `${say(found)} instead of ${say(expected)}`
}

/** Of the largest groups, which of those of one size are shown is free. */
function mistakeOfGroups(
  groups: Readonly<Record<string, number>>,
  { groups: all, top }: Extract<Expected, { kind: 'groups' }>,
): string | undefined {
  for (const [name, count] of Object.entries(groups))
    if (all[name] !== count) return `${name} has ${count} lines instead of ${all[name] ?? 0}`
  const sizes = (from: Readonly<Record<string, number>>): string =>
    Object.values(from)
      .toSorted((a, b) => b - a)
      .slice(0, top)
      .join(', ')
  return sizes(groups) === sizes(all) ? undefined : `groups of ${sizes(groups)} lines instead of ${sizes(all)}`
}

function difference(found: Readonly<Record<string, number>>, expected: Readonly<Record<string, number>>): string | undefined {
  for (const key of new Set([...Object.keys(found), ...Object.keys(expected)]))
    if ((found[key] ?? 0) !== (expected[key] ?? 0)) return `${key} has ${found[key] ?? 0} lines instead of ${expected[key] ?? 0}`
  return undefined
}
