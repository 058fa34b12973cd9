// What a query says wrongly within its strings is told before anything is read: expressions, patterns, templates.
import type { LogqlExpr } from './syntax/logql-expr.ts'
import type { QueryText } from './syntax/query-text.ts'

/** Throws LogqlError. */
export function checkStages(_query: QueryText, _expr: LogqlExpr): void {}
