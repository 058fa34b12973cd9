// Random LogQL expressions of lines: a selector, and a pipeline of every element that the language has.
import type { Random } from '../../storage/random.ts'
import type { LogExpression, Matcher, Selector } from '../plain/log-lines.ts'
import type { PlainStage } from '../plain/stage.ts'
import { decolorize, format } from './formats.ts'
import { labelFilter } from './label-filters.ts'
import { lineFilter } from './line-filters.ts'
import { accessParsers, allParsers, json, jsonParsers, levelRegexp, logfmtParsers, plainLogfmt, unpack } from './parsers.ts'
import { matcher, selector } from './selectors.ts'

/** Sources of one kind of lines, and what reads them. */
const themes: readonly { only: readonly Matcher[]; parsers: readonly (readonly PlainStage[])[] }[] = [
  { only: [matcher('pod', '=~', 'cart-.*')], parsers: jsonParsers.map((one) => [one]) },
  { only: [matcher('app', '=~', 'pay|ticks')], parsers: logfmtParsers.map((one) => [one]) },
  { only: [matcher('container', '=~', 'files|ticks')], parsers: [[plainLogfmt], [json], [json, plainLogfmt]] },
  { only: [matcher('app', '=', 'web')], parsers: accessParsers.map((one) => [one]) },
  { only: [matcher('container', '=', 'sidecar')], parsers: [[unpack], [unpack, plainLogfmt], [unpack, json], [json]] },
  { only: [matcher('app', '=', 'agent')], parsers: [[decolorize], [decolorize, plainLogfmt], [levelRegexp]] },
  { only: [], parsers: allParsers.map((one) => [one]) },
  { only: [], parsers: allParsers.map((one) => [one]) },
]

/** A selector, and what reads the lines that it finds. */
export function themed(random: Random): { from: Selector; read: readonly PlainStage[] } {
  const { only, parsers } = random.pick(themes)
  return { from: selector(random, only), read: random.pick(parsers) }
}

const parser = (random: Random): PlainStage => random.pick(allParsers)

/** Stages after a selector, in any order. */
export function pipeline(random: Random, { read, atMost = 6 }: { read: readonly PlainStage[]; atMost?: number }): PlainStage[] {
  const stages: PlainStage[] = []
  for (let i = random.pick([0, 0, 0, 1, 1, 2]); i > 0; i--) stages.push(lineFilter(random))
  if (random.int(8) === 0) stages.push(decolorize, ...(random.int(2) === 0 ? [lineFilter(random)] : []))
  if (random.int(5) > 0) {
    stages.push(...read)
    for (let i = random.int(atMost - 1); i > 0; i--)
      stages.push(random.pick([labelFilter, labelFilter, format, lineFilter, parser])(random))
  } else if (random.int(2) === 0) stages.push(labelFilter(random))
  return stages.filter((stage, i) => !isMatcherOf(stages.slice(0, i), stage)).slice(0, atMost)
}

/** Behind the name that ends a `drop` or `keep`, `!= "a"` would be a matcher of it. */
const isMatcherOf = (before: readonly PlainStage[], { text }: PlainStage): boolean =>
  text.startsWith('!') && /^\| (?:drop|keep) .*\w$/.test(before.findLast((one) => !one.text.startsWith('!'))?.text ?? '')

export const logExpressionOf = (from: Selector, stages: readonly PlainStage[]): LogExpression => ({
  text: [from.text, ...stages.map(({ text }) => text)].join(' '),
  selector: from,
  stages,
})

export function logExpression(random: Random): LogExpression {
  const { from, read } = themed(random)
  return logExpressionOf(from, pipeline(random, { read }))
}
