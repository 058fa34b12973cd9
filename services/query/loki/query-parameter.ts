// Pure: the query of a request, and how its answer is encoded.
import type { FastifyRequest } from 'fastify'
import { invalidParameter } from '#shared/errors.ts'
import type { LogqlExpr } from './logql/syntax/logql-expr.ts'
import { parseLogQL } from './logql/syntax/parse-logql.ts'
import type { RequestForm } from './request-form.ts'
import { categorizeLabels } from './result-json.ts'

/** `query`; LogqlError where it is no LogQL. */
export function readQuery(form: RequestForm): { text: string; expr: LogqlExpr } {
  const text = readQueryText(form)
  return { text, expr: parseLogQL(text) }
}

export function readQueryText(form: RequestForm): string {
  const text = form.get('query')
  if (text === undefined) throw invalidParameter('query', 'query is missing: give LogQL, such as {namespace="shop"}')
  return text
}

export function readCategorize({ headers }: FastifyRequest): boolean {
  const flags = headers['x-loki-response-encoding-flags']
  return typeof flags === 'string' && flags.split(',').some((flag) => flag.trim() === categorizeLabels)
}
