// What parsers must find for a metric query: only labels that a stage, the grouping or the value needs. A parser that
// has found all of them stops, so a mistake behind them is none.
import type { LabelTest, RangeExpr, Stage, Unwrap } from '../syntax/logql-expr.ts'
import { templateFields } from '../template/template.ts'
import { errorLabel, noHints, type ParserHints } from '../pipeline/line-labels.ts'
import type { SampleGrouping } from './sample-labels.ts'

export function parserHints({ log, unwrap }: RangeExpr, { grouping, noLabels }: SampleGrouping): ParserHints {
  const all = [
    ...log.stages.flatMap(namesOfStage),
    ...(grouping?.labels ?? []),
    ...(unwrap === undefined ? [] : namesOfUnwrap(unwrap)),
  ]
  const required = new Set(
    all.flatMap((name) => [name, ...(name.endsWith(suffix) ? [name.slice(0, -suffix.length)] : [])]),
  )
  const preserveError = required.has(errorLabel)
  if (noLabels)
    return required.size === 0
      ? { ...noHints, noLabels: true }
      : { noLabels: false, required, preserveError, testsAtOnce: true }
  if (grouping === undefined || grouping.without) return noHints
  return { noLabels: false, required, preserveError, testsAtOnce: false }
}

const suffix = '_extracted'

/** Names of labels that a stage reads. */
export function namesOfStage(stage: Stage): string[] {
  switch (stage.kind) {
    case 'label-filter':
      return namesOfTest(stage.test)
    case 'line-format':
      return templateFields(stage.template)
    case 'label-format':
      return stage.formats.flatMap(({ from, template }) => (from === undefined ? templateFields(template) : [from]))
    case 'line-filter':
    case 'json':
    case 'logfmt':
    case 'regexp':
    case 'pattern':
    case 'unpack':
    case 'decolorize':
    case 'drop':
    case 'keep':
      return []
  }
}

/** Names of labels that make a value, or keep one out. */
export const namesOfUnwrap = ({ name, filters }: Unwrap): string[] => [name, ...filters.flatMap(namesOfTest)]

function namesOfTest(test: LabelTest): string[] {
  switch (test.kind) {
    case 'and':
    case 'or':
      return [...namesOfTest(test.left), ...namesOfTest(test.right)]
    case 'string':
      return [test.matcher.name]
    case 'ip':
    case 'number':
    case 'duration':
    case 'bytes':
      return [test.name]
  }
}
