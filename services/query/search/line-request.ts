// From the parameters of a request to a filter of lines. Every bad value is 400 and names its parameter.
import { invalidParameter } from '#shared/errors.ts'
import { filterFields, type LineFilter } from '#shared/lines/line-filter.ts'
import { compileSearch } from './search.ts'
import { filterSeverity } from './severity-filter.ts'
import { parseTime } from '#shared/time/parse-time.ts'
import type { FilterQuery } from '#query/http/parameters.ts'

export interface RequestContext {
  tenant: string
  /** Epoch ns that relative times count from. */
  nowNs: bigint
}

export function readFilter(query: FilterQuery, { tenant, nowNs }: RequestContext): LineFilter {
  const fields: LineFilter['fields'] = {}
  for (const field of filterFields) {
    const values = query[field]
    if (values !== undefined) fields[field] = values.map((value) => checked(field, value))
  }
  const search = query.q === undefined || query.q.trim() === '' ? undefined : compileSearch(query.q)
  return { tenant, fields, ...readTimes(query, nowNs), ...(search === undefined ? {} : { search }) }
}

/** `from` inclusive and `to` exclusive in epoch ns; `to` must be after `from`. */
export function readTimes(
  query: { from?: string | undefined; to?: string | undefined },
  nowNs: bigint,
): { from?: bigint; to?: bigint } {
  const from = readTime('from', query.from, nowNs)
  const to = readTime('to', query.to, nowNs)
  if (from !== undefined && to !== undefined && from >= to) throw invalidParameter('to', 'to must be after from')
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
}

export function readTime(parameter: string, value: string | undefined, nowNs: bigint): bigint | undefined {
  if (value === undefined) return undefined
  const ns = parseTime(value, nowNs)
  if (ns === undefined) {
    throw invalidParameter(
      parameter,
      `${parameter} is a time: RFC 3339, epoch seconds, ms, µs or ns, or relative like -15m, not ${JSON.stringify(value.slice(0, 64))}`,
    )
  }
  return ns
}

/** What a cursor belongs to: everything that decides which lines come, except how many at once. */
export function filterDigest(query: FilterQuery, tenant: string, further: unknown): unknown {
  const fields = filterFields.map((field) => query[field]?.toSorted() ?? null)
  return [tenant, fields, query.q ?? '', query.from ?? '', query.to ?? '', further]
}

function checked(field: (typeof filterFields)[number], value: string): string {
  switch (field) {
    case 'restart':
      if (!/^\d{0,9}$/.test(value)) throw invalidParameter('restart', `restart is a whole number, not ${JSON.stringify(value)}`)
      return value
    case 'stream':
      if (!['', 'stdout', 'stderr'].includes(value))
        throw invalidParameter('stream', `stream is stdout or stderr, not ${JSON.stringify(value)}`)
      return value
    case 'severity': {
      const severity = filterSeverity(value)
      if (severity === undefined) {
        throw invalidParameter(
          'severity',
          `severity is trace, debug, info, warn, error, fatal or an alias of theirs, not ${JSON.stringify(value)}`,
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
