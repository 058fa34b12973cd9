// What a query says wrongly within its strings is told before anything is read: expressions, patterns, templates.
import { makeStage } from './pipeline/make-stages.ts'
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

function checkLog(query: QueryText, { stages }: LogExpr): void {
  for (const stage of stages) attempt(query, stage.at, () => makeStage(stage))
}

function attempt(query: QueryText, at: number, make: () => unknown): void {
  try {
    make()
  } catch (error) {
    throw query.error(at, error instanceof Error ? error.message : 'the stage is wrong')
  }
}
