// Pure: reads the parameters of a request into a filter of lines. Every bad value is a 400 that names its parameter.
import { invalidParameter } from '#shared/errors.ts'
import { filterFields, type IdProbe, type LineFilter } from '#shared/lines/line-filter.ts'
import { join, type Fragment } from '#shared/clickhouse/sql.ts'
import { indexAnswers } from './index-answers.ts'
import type { PodScopes } from './pod-terms.ts'
import { probeOf, readSearchText, type SearchText } from './search.ts'
import { idProbe, idsSql } from './search-trace.ts'
import { filterSeverity } from './severity-filter.ts'
import { parseTime } from '#shared/time/parse-time.ts'
import { podFilters, type FilterQuery } from '#query/http/parameters.ts'

export interface RequestContext {
  tenant: string
  /** Epoch ns, from which relative times count. */
  nowNs: bigint
}

/** The lines that a request asks for, with its search text, which is read once. */
export interface RequestedLines extends LineFilter {
  text?: SearchText
}

export function readFilter(query: FilterQuery, { tenant, nowNs }: RequestContext): RequestedLines {
  const fields: LineFilter['fields'] = {}
  for (const field of filterFields) {
    const values = query[field]
    if (values !== undefined) fields[field] = values.map((value) => checked(field, value))
  }
  const filter: RequestedLines = { tenant, fields, ...readTimes(query, nowNs) }
  if (query.q !== undefined && query.q.trim() !== '') filter.text = readSearchText(query.q)
  const search = searchOf(filter.text, query)
  if (search === undefined) return filter
  const probe = probeOfRequest(filter.text, query)
  if (probe !== undefined) filter.idProbe = probe
  return { ...filter, search, indexAnswers: filter.text === undefined || indexAnswers(filter.text.node) }
}

function probeOfRequest(
  text: SearchText | undefined,
  { traceId, spanId }: Pick<FilterQuery, 'traceId' | 'spanId'>,
): IdProbe | undefined {
  if (traceId?.length === 1) return idProbe('trace', traceId[0]!)
  if (spanId?.length === 1) return idProbe('span', spanId[0]!)
  return traceId === undefined && spanId === undefined && text !== undefined ? probeOf(text.node) : undefined
}

/** The search text and the ids, which stand in a line's text too; undefined where the request has none. */
export function searchOf(
  text: SearchText | undefined,
  { traceId, spanId }: Pick<FilterQuery, 'traceId' | 'spanId'>,
  pods?: PodScopes,
): Fragment | undefined {
  const conditions = [text?.condition(pods), idsSql('trace', traceId), idsSql('span', spanId)].filter(
    (each) => each !== undefined,
  )
  return conditions.length === 0 ? undefined : join(conditions, ' AND ')
}

/** `from` inclusive and `to` exclusive in epoch ns; `to` must be after `from`. */
export function readTimes(
  query: { from?: string | undefined; to?: string | undefined },
  nowNs: bigint,
): { from?: bigint; to?: bigint } {
  const from = readTime('from', query.from, nowNs)
  const to = readTime('to', query.to, nowNs)
  if (from !== undefined && to !== undefined && from >= to)
    throw invalidParameter('to', `to must be after from: ${query.to} is not after ${query.from}`)
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
}

export function readTime(parameter: string, value: string | undefined, nowNs: bigint): bigint | undefined {
  if (value === undefined) return undefined
  const ns = parseTime(value, nowNs)
  if (ns === undefined) {
    throw invalidParameter(
      parameter,
      `${parameter} is no time: ${JSON.stringify(value.slice(0, 64))}; ` +
        'give RFC 3339, epoch seconds, ms, µs or ns, or a relative time such as -15m',
    )
  }
  return ns
}

/** Everything that decides which lines a request selects: what a cursor belongs to. */
export function filterDigest(query: FilterQuery, tenant: string, further: unknown): unknown {
  const fields = filterFields.map((field) => query[field]?.toSorted() ?? null)
  const ids = [query.traceId, query.spanId].map((each) => each?.toSorted() ?? null)
  const pods = podFilters.map((name) => query[name]?.map(String).toSorted() ?? null)
  return [tenant, fields, ids, pods, query.q ?? '', query.from ?? '', query.to ?? '', further]
}

function checked(field: (typeof filterFields)[number], value: string): string {
  switch (field) {
    case 'restart':
      if (!/^\d{0,9}$/.test(value))
        throw invalidParameter(
          'restart',
          `restart is no whole number: ${JSON.stringify(value)}; give 0 for the first life`,
        )
      return value
    case 'stream':
      if (!['', 'stdout', 'stderr'].includes(value.toLowerCase()))
        throw invalidParameter('stream', `stream is no stream: ${JSON.stringify(value)}; give stdout or stderr`)
      return value.toLowerCase()
    case 'severity': {
      const severity = filterSeverity(value)
      if (severity === undefined) {
        throw invalidParameter(
          'severity',
          `severity is no severity: ${JSON.stringify(value)}; give trace, debug, info, warn, error, fatal or an alias`,
        )
      }
      return severity
    }
    case 'cluster':
    case 'namespace':
    case 'pod':
    case 'podUid':
    case 'container':
    case 'node':
    case 'unit':
      return value
  }
}
