// label_replace(rate({app="cart"}[5m]), "service", "$1", "pod", "(.*)-.*")
// Where the expression matches the whole label, another label gets the replacement; '' takes it away.
import { inSlices } from '#shared/in-slices.ts'
import { labelsOf } from '../pipeline/line-labels.ts'
import { failedQuery } from '../query-limits.ts'
import { compileRegex, expandGroups } from '../regex.ts'
import type { LabelReplaceExpr } from '../syntax/logql-expr.ts'
import type { SeriesTable } from './series.ts'

export async function labelReplace(
  { to, replacement, from, regex: pattern }: LabelReplaceExpr,
  of: SeriesTable,
): Promise<SeriesTable> {
  const regex = compileRegex(`^(?:${pattern})$`)
  const result = of.empty()
  await inSlices(of.all, ({ labels, values }) => {
    const groups = regex.groups(labels[from] ?? '')
    const replaced = groups === undefined ? labels : withLabel(labels, to, expandGroups(replacement, groups, regex))
    const series = result.of(replaced)
    for (const [step, value] of values.entries()) {
      if (value === undefined) continue
      if (series.values[step] !== undefined)
        throw failedQuery('vector cannot contain metrics with the same labelset: label_replace made two series alike')
      series.values[step] = value
    }
  })
  return result
}

const withLabel = (labels: Readonly<Record<string, string>>, name: string, value: string) =>
  labelsOf([
    ...Object.entries(labels).filter(([own]) => own !== name),
    ...(value === '' ? [] : [[name, value] as const]),
  ])
