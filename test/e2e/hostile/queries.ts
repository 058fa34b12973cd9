// What a client can do wrong in the parameters of every GET route, and strange requests that are not wrong.
import type { BadRequest, HostileRequest } from './request.ts'

const garbageCursors = [
  'x',
  '%00',
  '!!!!',
  encode('null'),
  encode('[]'),
  encode('{"v":1}'),
  encode('{"__proto__":{"v":1,"h":"x"},"constructor":{"prototype":{}}}'),
  encode('{"v":1,"h":"__proto__","k":["1",0,"","0","0"],"__proto__":{"f":"1"}}'),
  encode('{"v":1,"h":"x","k":["99999999999999999999",0,"","0","0"]}'),
  encode(`{"v":1,"h":"x","k":["1",0,"${'f'.repeat(5000)}","0","0"]}`),
  encode('['.repeat(8000)),
]
const badTimes = ['', 'yesterday', 'NaN', '1e400', '-', '-15', '-15y', '2026-02-30T00:00:00Z', '2026-11-23', '2263-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '9'.repeat(63), '99999999999999999999', '%00', '0x10', 'z'.repeat(65)]
const badLimits = ['', '0', '-1', '1e9', '1e3', 'abc', '10001', '999999999999', '1.5', '%2B5', '+5', 'Infinity', '0x10', encodeURIComponent('٣')]
const badSearches = [
  'x'.repeat(8193),
  '('.repeat(2000),
  `${'('.repeat(33)}a${')'.repeat(33)}`,
  Array.from({ length: 257 }, (_, i) => `w${i}`).join('+'),
  '"never+closed',
  '(a',
  'a+OR',
  'OR',
  '*a*',
  '404+NOT+FOUND',
  '/[/',
  '/(/',
  '/a**/',
  '/(?<=a)b/',
  '/(a)\\1/',
  '/a{1001}/',
  '/((a{100}){100}){100}/',
  `/${'a'.repeat(1001)}/`,
  'restart:x',
  'severity:loud',
].map((q) => q.replaceAll('{', '%7B').replaceAll('}', '%7D').replaceAll('[', '%5B').replaceAll('"', '%22').replaceAll('\\', '%5C'))

interface Route {
  path: string
  /** Values that are wrong, by parameter. */
  wrong: Record<string, readonly string[]>
  /** Parameters that may stand once. */
  once: readonly string[]
  /** Parameters without which it does not answer. */
  needs?: string
}

const times = { from: badTimes, to: badTimes }
const filters = { ...times, q: badSearches, severity: ['loud', '%00', "'"], stream: ['stdin', 'STDOUT', '1'], restart: ['x', '-1', '1.5', '9999999999', '1e3'] }
const filterOnce = ['from', 'to', 'q']
export const routes: readonly Route[] = [
  { path: '/v1/logs', wrong: { ...filters, limit: badLimits, order: ['', 'up', 'ASC'], cursor: garbageCursors }, once: [...filterOnce, 'limit', 'order', 'cursor'] },
  { path: '/v1/logs/tail', wrong: { ...filters, cursor: garbageCursors }, once: [...filterOnce, 'cursor'] },
  { path: '/v1/logs/histogram', wrong: { ...filters, step: ['', '0', '5', '5x', '0s', '-5m', '1e3s', 'm', '99999999999999w', '%00'] }, once: [...filterOnce, 'step'] },
  {
    path: '/v1/logs/context',
    needs: 'podUid=uid-good&time=now',
    wrong: { podUid: ['', 'u'.repeat(4097)], time: badTimes, offset: ['', 'x', '-1', '1.5', '9'.repeat(17)], before: ['', '-1', '1001', 'x'], after: ['', '-1', '1001', '1e2'] },
    once: ['podUid', 'container', 'time', 'offset', 'before', 'after'],
  },
  { path: '/v1/fields', wrong: { ...filters, limit: badLimits }, once: [...filterOnce, 'limit'] },
  { path: '/v1/fields/pod/values', wrong: { ...filters, limit: badLimits }, once: [...filterOnce, 'limit'] },
  {
    path: '/v1/pods',
    wrong: { ...times, outcome: ['', 'dead', 'RUNNING'], owner: ['', 'a/b/c', '/'], limit: badLimits, cursor: garbageCursors },
    once: ['from', 'to', 'limit', 'cursor'],
  },
  { path: '/v1/pods/uid-good', wrong: {}, once: [] },
  {
    path: '/v1/pods/uid-good/logs',
    wrong: { ...filters, restart: [], life: ['', 'x', '1.5', '99999999999', '1e1'], tail: ['', '-1', '10001', 'x'], gaps: ['', 'maybe', '2'], limit: badLimits, order: ['', 'up'], cursor: garbageCursors },
    once: [...filterOnce, 'life', 'tail', 'gaps', 'limit', 'order', 'cursor'],
  },
  { path: '/v1/dead-letters', wrong: { ...times, limit: badLimits, cursor: garbageCursors }, once: ['from', 'to', 'limit', 'cursor'] },
]

const good: Record<string, string> = { time: 'now', podUid: 'uid-good', order: 'asc', step: '5m', gaps: 'true', cursor: 'x', q: 'x', container: 'app' }

export const badQueries: readonly BadRequest[] = routes.flatMap(({ path, wrong, once, needs }) => {
  const withNeeds = (parameter: string, query: string): string => {
    const others = (needs ?? '').split('&').filter((pair) => pair !== '' && !pair.startsWith(`${parameter}=`))
    return `${path}?${[...others, query].join('&')}`
  }
  const rows: BadRequest[] = Object.entries(wrong).flatMap(([parameter, values]) =>
    values.map((value) => ({ name: `${path} ${parameter}=${value.slice(0, 60)}`, path: withNeeds(parameter, `${parameter}=${value}`), names: parameter })),
  )
  for (const parameter of once) {
    const value = good[parameter] ?? '1'
    rows.push({ name: `${path} ${parameter} twice`, path: withNeeds(parameter, `${parameter}=${value}&${parameter}=${value}`), names: parameter })
  }
  for (const parameter of ['nope', '__proto__', 'constructor', 'toString', 'Limit', 'limit[]', '%00', 'q.x']) {
    const name = decodeURIComponent(parameter)
    rows.push({ name: `${path} unknown ${parameter}`, path: withNeeds('', `${parameter}=1`), names: name })
  }
  if (once.includes('from') && once.includes('to')) {
    for (const [from, to] of [['now', 'now'], ['2', '1'], ['now', '-1h'], ['2026-11-23T10:00:00.000000001Z', '2026-11-23T10:00:00Z']])
      rows.push({ name: `${path} from=${from} to=${to}`, path: `${path}?from=${from}&to=${to}`, names: 'to' })
  }
  return rows
})

export const strangers: readonly BadRequest[] = [
  { name: 'a cursor of lines with another filter', path: ({ lines }) => `/v1/logs?order=asc&limit=1&pod=other&cursor=${lines}`, names: 'cursor' },
  { name: 'a cursor of lines in another order', path: ({ lines }) => `/v1/logs?order=desc&limit=1&cursor=${lines}`, names: 'cursor' },
  { name: 'a cursor of lines for a tail', path: ({ lines }) => `/v1/logs/tail?cursor=${lines}`, names: 'cursor' },
  { name: 'a cursor of lines for a pod', path: ({ lines }) => `/v1/pods/uid-good/logs?limit=1&cursor=${lines}`, names: 'cursor' },
  { name: 'a cursor of lines for pods', path: ({ lines }) => `/v1/pods?limit=1&cursor=${lines}`, names: 'cursor' },
  { name: 'a cursor of pods with another filter', path: ({ pods }) => `/v1/pods?limit=1&name=x&cursor=${pods}`, names: 'cursor' },
  { name: 'a cursor of pods for lines', path: ({ pods }) => `/v1/logs?cursor=${pods}`, names: 'cursor' },
  { name: 'a cursor of dead letters with another filter', path: ({ letters }) => `/v1/dead-letters?limit=1&reason=x&cursor=${letters}`, names: 'cursor' },
  { name: 'a cursor cut short', path: ({ lines }) => `/v1/logs?order=asc&limit=1&cursor=${lines.slice(0, -7)}`, names: 'cursor' },
  { name: "another tenant's cursor", path: ({ lines }) => `/v1/logs?order=asc&limit=1&cursor=${lines}`, headers: { 'x-scope-orgid': 'other' }, names: 'cursor' },
  { name: 'Last-Event-ID garbage', path: '/v1/logs/tail', headers: { 'last-event-id': 'garbage' }, names: 'Last-Event-ID' },
  { name: 'Last-Event-ID of prototype keys', path: '/v1/logs/tail', headers: { 'last-event-id': encode('{"__proto__":null}') }, names: 'Last-Event-ID' },
  { name: 'Last-Event-ID of another request', path: '/v1/logs/tail?pod=x', headers: { 'last-event-id': encode('{"v":1,"h":"x","k":["1",0,"","0","0"]}') }, names: 'Last-Event-ID' },
  ...['/v1/logs', '/v1/pods/uid-good/logs'].flatMap((path) =>
    ['image/png', 'application/xml', 'text/html;q=1', 'application/json;q=0', 'x', ',,,', 'text/plain;q=NaN', `${'a,'.repeat(3000)}b`].map((accept) => ({
      name: `${path} Accept ${accept.slice(0, 40)}`, path, headers: { accept }, status: 406, names: 'Accept',
    })),
  ),
  ...['/v1/logs', '/v1/pods', '/healthz'].flatMap((path) =>
    ['a b', 't\u00e4nant', 'x'.repeat(129), 'a\tb', 'a, b'].map((tenant) => ({ name: `${path} tenant ${tenant.slice(0, 20)}`, path, headers: { 'x-scope-orgid': tenant }, names: 'X-Scope-OrgID' })),
  ),
  ...['nope', 'message', 'tenant', 'labels', 'labels.', 'attributes.', '__proto__', 'constructor', 'toString', 'hasOwnProperty', '%00', '..%2F..%2Fetc%2Fpasswd', 'pod%27%20OR%201=1', 'f'.repeat(4000)].map((field) => ({
    name: `field ${field.slice(0, 40)}`, path: `/v1/fields/${field}/values`, names: 'field',
  })),
  ...['nobody', '__proto__', 'constructor', '..%2F..%2Fetc%2Fpasswd', '%2e%2e', '%00', "x'%20OR%20'1'='1", 'unresolved:', 'unresolved:a', 'unresolved:%2F%2F', 'unresolved:a%2Fb%2Fc', 'u'.repeat(4000), '%F0%9F%92%A9', 'null', '0'].flatMap((uid) => [
    { name: `pod ${uid.slice(0, 40)}`, path: `/v1/pods/${uid}`, status: 404, names: 'uid' },
    { name: `logs of pod ${uid.slice(0, 40)}`, path: `/v1/pods/${uid}/logs`, status: 404, names: 'uid' },
    { name: `context of pod ${uid.slice(0, 40)}`, path: `/v1/logs/context?time=now&podUid=${uid}`, status: 404, names: 'podUid' },
  ]),
  { name: 'logs of a pod without a name', path: '/v1/pods//logs', status: 404, names: 'uid' },
  { name: 'context without a pod', path: '/v1/logs/context?time=now', names: 'podUid' },
  { name: 'context without a time', path: '/v1/logs/context?podUid=x', names: 'time' },
  { name: 'context of a time without a line', path: '/v1/logs/context?podUid=uid-good&time=1', status: 404, names: 'time' },
  { name: 'a billion buckets', path: '/v1/logs/histogram?from=1&to=now&step=1s', names: 'step' },
  { name: 'a million buckets', path: '/v1/logs/histogram?from=2000-01-01T00:00:00Z&to=2020-01-01T00:00:00Z&step=10m', names: 'step' },
  ...['/v1/pods/%', '/v1/pods/%zz', '/v1/pods/%ff', '/v1/pods/%ED%A0%80/logs', '/v1/fields/%c3%28/values'].map((path) => ({ name: `${path} is no URL`, path, names: path })),
]

const injections = ["'", "' OR '1'='1", "'; DROP TABLE logs; --", '\\', "\\' OR 1=1 --", '{p0:String}', '%', '`', '")) UNION ALL SELECT 1 --', "x' AND sleepEachRow(3) AND '", 'a\u0000b', '\ud83d\udca9', "]') FORMAT Native --", '$(reboot)', '<script>']

/** Not wrong, or not for certain: each is answered with 200 and finds nothing, or is refused with 4xx. */
export const oddQueries: readonly HostileRequest[] = [
  ...['namespace', 'pod', 'podUid', 'container', 'node', 'unit', 'cluster', 'restart', 'stream', 'severity', 'q'].flatMap((field) =>
    injections.map((value) => ({ name: `${field}=${JSON.stringify(value)}`, path: `/v1/logs?${field}=${encodeURIComponent(`${value}${field === 'q' ? ' nothing-is-like-this' : ''}`)}` })),
  ),
  ...['name', 'owner', 'node', 'namespace', 'cluster'].flatMap((field) => injections.map((value) => ({ name: `pods ${field}=${JSON.stringify(value)}`, path: `/v1/pods?${field}=${encodeURIComponent(value)}` }))),
  ...injections.flatMap((value) => [
    { name: `reason=${JSON.stringify(value)}`, path: `/v1/dead-letters?reason=${encodeURIComponent(value)}` },
    { name: `label ${JSON.stringify(value)}`, path: `/v1/fields/${encodeURIComponent(`labels.${value}`)}/values` },
    { name: `field q ${JSON.stringify(value)}`, path: `/v1/logs?q=${encodeURIComponent(`attributes.x:"${value.replaceAll(/[\\"]/g, '\\$&')}"`)}` },
    { name: `regex ${JSON.stringify(value)}`, path: `/v1/logs?q=${encodeURIComponent(`/${value}nothing-is-like-this/`)}` },
    { name: `container of a pod ${JSON.stringify(value)}`, path: `/v1/pods/uid-good/logs?container=${encodeURIComponent(value)}` },
  ]),
  ...['/(a+)+$b/', '/(a|a)*c1x/', '/((((z*)*)*)*)*z1x/', '/(.*)(.*)(.*)(.*)(.*)nothing/', '/(?i)(x+x+)+y1/', '/^(([a-z])+.)+[A-Z]([a-z])+$1x/'].map((q) => ({ name: `regex ${q}`, path: `/v1/logs?q=${encodeURIComponent(q)}` })),
  ...['%ED%A0%80', '%ff%fe', '%zz', '%', '%00', '%F0%9F', '%u0041'].flatMap((q) => [
    { name: `q=${q}`, path: `/v1/logs?q=${q}x1x` }, { name: `pod=${q}`, path: `/v1/logs?pod=${q}` }, { name: `name=${q}`, path: `/v1/pods?name=${q}` },
  ]),
  { name: 'a thousand values', path: `/v1/logs?${Array.from({ length: 1000 }, (_, i) => `pod=x${i}`).join('&')}` },
  { name: 'before 1970', path: '/v1/logs?to=1969-12-31T23:59:59Z' },
  { name: 'the last second of the store', path: '/v1/logs?from=2262-04-11T23:47:16Z' },
  { name: 'behind 2106', path: '/v1/logs?from=2107-01-01T00:00:00Z&to=2108-01-01T00:00:00Z' },
  { name: 'a million years ago', path: '/v1/logs?to=-999999w' },
]

function encode(json: string): string {
  return Buffer.from(json).toString('base64url')
}
