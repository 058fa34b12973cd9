// A selector with its pipeline, and the lines that leave it.
import type { TextOperator } from './filters.ts'
import type { LabelSet, Needs, PlainLine, StoredLine } from './plain-line.ts'
import { runStages, type PlainStage } from './stage.ts'

export interface Matcher {
  name: string
  operator: TextOperator
  value: string
}

export interface Selector {
  text: string
  matchers: readonly Matcher[]
  selects(labels: LabelSet): boolean
  /** Whether a stream without any of these labels would be selected: such a selector is refused. */
  isOpen: boolean
}

export interface LogExpression {
  text: string
  selector: Selector
  stages: readonly PlainStage[]
}

export const linesOf = (
  { selector: { selects }, stages }: Pick<LogExpression, 'selector' | 'stages'>,
  stored: readonly StoredLine[],
  needs?: Needs,
): PlainLine[] => stored.filter(({ labels }) => selects(labels)).flatMap((line) => runStages(stages, line, needs) ?? [])
