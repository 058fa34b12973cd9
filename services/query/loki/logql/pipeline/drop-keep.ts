// | drop level, method="GET"   | keep level, method="GET"
// Of a label with a matcher, only values that match are dropped or kept.
import type { NamedLabel } from '../syntax/logql-expr.ts'
import { matchesValue, type MatchesText } from '../match-values.ts'
import { errorDetailsLabel, errorLabel, preserveErrorLabel, type LineLabels } from './line-labels.ts'
import type { RunStage } from './stage.ts'

interface Named {
  name: string
  matches: MatchesText | undefined
}

const ready = (labels: readonly NamedLabel[]): Named[] =>
  labels.map(({ name, matcher }) => ({ name, matches: matcher === undefined ? undefined : matchesValue(matcher) }))

export function dropStage(named: readonly NamedLabel[]): RunStage {
  const dropped = ready(named)
  return (line, labels) => {
    for (const { name, matches } of dropped) drop(labels, name, matches)
    return line
  }
}

function drop(labels: LineLabels, name: string, matches: Named['matches']): void {
  if (name === errorLabel) {
    if (matches === undefined || matches(labels.error, labels.work)) labels.error = ''
  } else if (name === errorDetailsLabel) {
    if (matches === undefined || matches(labels.errorDetails, labels.work)) labels.errorDetails = ''
  } else if (matches === undefined || matches(labels.get(name) ?? '', labels.work)) labels.delete(name)
}

const special = new Set([errorLabel, errorDetailsLabel, preserveErrorLabel])

export function keepStage(named: readonly NamedLabel[]): RunStage {
  const kept = ready(named)
  return (line, labels) => {
    const all = Array.from(labels.entries())
    for (const [name, value] of all)
      if (!special.has(name) && !kept.some((one) => one.name === name && (one.matches?.(value, labels.work) ?? true)))
        labels.delete(name)
    return line
  }
}
