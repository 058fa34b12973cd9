// What a query says wrongly within its strings is told before anything is read: expressions, patterns, templates.
import { makeStage } from './pipeline/make-stages.ts'
import { regexesTooLarge } from './regex.ts'
import { unwrapper } from './pipeline/unwrap.ts'
import type { LogExpr, LogqlExpr } from './syntax/logql-expr.ts'
import type { QueryText } from './syntax/query-text.ts'

/** Throws LogqlError. */
export function checkStages(query: QueryText, expr: LogqlExpr): void {
  switch (expr.kind) {
    case 'log':
      return checkLog(query, expr)
    case 'range': {
      checkLog(query, expr.log)
      const { unwrap } = expr
      return unwrap === undefined ? undefined : attempt(query, unwrap.at, () => unwrapper(unwrap))
    }
    case 'aggregate':
    case 'label-replace':
      return checkStages(query, expr.of)
    case 'binary':
      checkStages(query, expr.left)
      return checkStages(query, expr.right)
    case 'literal':
    case 'vector':
      return undefined
  }
}

function checkLog(query: QueryText, { matchers, stages, at }: LogExpr): void {
  for (const stage of stages) attempt(query, stage.at, () => makeStage(stage))
  const filters = stages.flatMap((stage) => (stage.kind === 'line-filter' ? [stage] : []))
  const patterns = [
    ...matchers.flatMap(({ op, value }) => (op === '=~' || op === '!~' ? [value] : [])),
    ...filters.flatMap(({ op, alternatives }) =>
      op === '|~' || op === '!~' ? alternatives.map(({ text }) => text) : [],
    ),
  ]
  const texts = filters.reduce((sum, { alternatives }) => sum + alternatives.length, 0)
  if (texts > textsMax || matchers.length > textsMax)
    throw query.error(
      at,
      `at most ${textsMax} matchers and texts of line filters are allowed: use an expression instead`,
    )
  if (regexesTooLarge(patterns))
    throw query.error(at, 'the regular expressions of the query are too large together: use fewer of them, or texts')
}

/** Of a selector, and of line filters. */
const textsMax = 256

function attempt(query: QueryText, at: number, make: () => unknown): void {
  try {
    make()
  } catch (error) {
    throw query.error(at, error instanceof Error ? error.message : 'the stage is wrong')
  }
}
