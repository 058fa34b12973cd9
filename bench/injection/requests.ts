// Requests with hostile values in one parameter, and right values in all others that the route needs to come to its
// statements.
import type { Random } from '../storage/random.ts'
import { carriersOf, forgedCursor } from './carriers.ts'
import type { Target } from './targets.ts'
import { asText, encoded, hostileTexts } from './values.ts'

export interface HostileRequest {
  method: Target['method']
  /** Path and query. */
  url: string
  headers: Record<string, string>
  body?: string
}

/** What is stored, which requests name. */
export interface Stored {
  podUid: string
  pod: string
  /** RFC 3339: before and behind all lines. */
  from: string
  to: string
  /** Of each path that gives one, a true cursor. */
  cursors: ReadonlyMap<string, string>
}

/** Values in one request of a repeatable parameter that takes any text; others refuse all for one of them. */
const together = 10
/** An id has four fields, each with several values, and is planned for a quarter of a second. */
const idsTogether = 3
const anyText = /^(?:namespace|pod|podUid|container|node|unit|cluster|name|uid|event|containerId|code)$/

const isId = (name: string): boolean => name === 'traceId' || name === 'spanId'
/** A longer one is refused, and all that are given with it. */
const idCharsMax = 60

/** Requests for so many values of the parameter. */
export function* requestsOf(target: Target, stored: Stored, random: Random, count: number): Generator<HostileRequest> {
  const texts = hostileTexts(random, count)
  const step = !target.isRepeatable ? 1 : isId(target.name) ? idsTogether : anyText.test(target.name) ? together : 1
  const carriers = carriersOf(target.name)
  for (let at = 0; at < texts.length; at += step) {
    const values = texts.slice(at, at + step).map((whole) => {
      const text = step === idsTogether ? { ...whole, text: whole.text.slice(0, idCharsMax) } : whole
      if (target.place === 'header' || target.place === 'body') return asText(text)
      const cursor = target.name === 'cursor' || target.name === 'continue' ? stored.cursors.get(target.path) : undefined
      if (cursor !== undefined && random.int(2) === 0) return forgedCursor(cursor, asText(text))
      return encoded(random, text.isEdge ? text.text : random.pick(carriers)(text.text))
    })
    yield requestOf(target, stored, values)
  }
}

/** The request without a hostile value: its answer is no error. */
export const plainRequest = (target: Target, stored: Stored, more: Readonly<Record<string, string>> = {}): HostileRequest => {
  const fixed = { ...fixedOf(target, stored), ...more }
  return { method: target.method, url: pathOf(target, stored, undefined) + queryOf(fixed), headers: {}, ...bodyOf(target) }
}

function requestOf(target: Target, stored: Stored, values: readonly string[]): HostileRequest {
  const { method, place, name } = target
  const [value = ''] = values
  const { [name]: _, ...fixed } = fixedOf(target, stored)
  const given = values.map((each) => `${encodeURIComponent(name)}=${each}`).join('&')
  const url = pathOf(target, stored, place === 'path' ? value : undefined)
  switch (place) {
    case 'query':
      return {
        method,
        url: `${url}${queryOf(fixed)}${queryOf(fixed) === '' ? '?' : '&'}${given}`,
        headers: {},
        ...bodyOf(target),
      }
    case 'form': {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      return { method, url, headers, body: [queryOf(fixed).slice(1), given].filter((part) => part !== '').join('&') }
    }
    case 'path':
      return { method, url: url + queryOf(fixed), headers: {}, ...bodyOf(target) }
    case 'header': {
      const { headers = {}, ...rest } = bodyOf(target)
      return { method, url: url + queryOf(fixed), headers: { ...headers, [name]: headerText(value) }, ...rest }
    }
    case 'body':
      return { method, url, headers: { 'content-type': 'application/json' }, body: JSON.stringify(retentionBody(name, value)) }
  }
}

const queryOf = (parameters: Readonly<Record<string, string>>): string => {
  const text = new URLSearchParams(parameters).toString()
  return text === '' ? '' : `?${text}`
}

/** What Node's client sends: bytes without control characters. */
const headerText = (value: string): string =>
  Buffer.from(value)
    .toString('latin1')
    .replaceAll(/(?!\t)\p{ASCII}/gu, (char) => (char < ' ' || char === '\u007f' ? '' : char))
    .trim()
    .slice(0, 4000)

function pathOf({ path, name, place }: Target, { podUid, pod }: Stored, value: string | undefined): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, key: string) => {
    if (place === 'path' && key === name && value !== undefined) return value === '' ? '%20' : value
    if (key === 'uid') return podUid
    if (key === 'namespace') return 'shop'
    if (key === 'name') return path.startsWith('/k8s/') ? pod : 'app'
    return key === 'index' ? 'logs' : 'pod'
  })
}

function fixedOf({ path, name }: Target, { podUid, from, to }: Stored): Record<string, string> {
  if (path.startsWith('/loki/')) return ofLoki(path, name, { start: from, end: to })
  if (path === '/v1/logs/context') return { podUid, time: from }
  if (/^\/v1\/(?:logs|fields|pods\/\{uid\}\/logs)/.test(path))
    return { ...(name === 'tail' ? {} : { from, to }), ...ofName[name] }
  return ofName[name] ?? {}
}
/** What a parameter needs beside it. */
const ofName: Readonly<Record<string, Record<string, string>>> = { fingerprint: {}, replayed: {}, cursor: { limit: '1' } }

function ofLoki(path: string, name: string, times: Record<string, string>): Record<string, string> {
  const lines = { query: '{namespace="shop"} |= "o"' }
  if (path.includes('/status/') || path.includes('drilldown')) return {}
  if (path.endsWith('/format_query')) return lines
  if (path.endsWith('/series')) return { ...times, 'match[]': '{namespace="shop"}' }
  if (path.endsWith('/labels') || path.endsWith('/label') || path.endsWith('/values'))
    return { ...times, query: '{namespace="shop"}' }
  if (path.endsWith('/query')) return { query: 'sum by (app) (count_over_time({namespace="shop"}[1h]))', time: times['end']! }
  const isMetric = path.endsWith('/query_range') && name === 'step'
  return {
    ...times,
    query: isMetric
      ? 'count_over_time({namespace="shop"}[1m])'
      : path.includes('/query_range')
        ? lines.query
        : '{namespace="shop"}',
  }
}

function bodyOf({ method, path }: Target): Partial<Pick<HostileRequest, 'body' | 'headers'>> {
  if (path.includes('_bulk'))
    return { headers: { 'content-type': 'application/x-ndjson' }, body: '{"create":{}}\n{"message":"x"}\n' }
  if (method === 'PUT') return { headers: { 'content-type': 'application/json' }, body: '{"rules":{"default":"36500d"}}' }
  if (path === '/v1/batches') return { headers: { 'content-type': 'application/json' }, body: '{"records":[]}' }
  return {}
}

/** Rules under which nothing that is stored expires. */
function retentionBody(name: string, value: string): unknown {
  const rules = { default: '36500d' }
  const [first, second] = name.split('.')
  if (first === 'rules') return { rules: { ...rules, [second ?? value]: second === undefined ? '36500d' : value } }
  return second === undefined ? { rules, [name]: value } : { rules, lastWords: { [second]: value } }
}
