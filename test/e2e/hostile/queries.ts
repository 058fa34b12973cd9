// What a client can do wrong in the parameters of every GET route.
import type { BadRequest } from './request.ts'

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
const badTimes = [
  '',
  'yesterday',
  'NaN',
  '1e400',
  '-',
  '-15',
  '-15y',
  '2026-02-30T00:00:00Z',
  '2026-11-23',
  '9'.repeat(63),
  '99999999999999999999',
  '%00',
  '0x10',
  'z'.repeat(65),
]
const badLimits = [
  '',
  '0',
  '-1',
  '1e9',
  '1e3',
  'abc',
  '10001',
  '999999999999',
  '1.5',
  '%2B5',
  '+5',
  'Infinity',
  '0x10',
  encodeURIComponent('٣'),
]
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
].map((q) =>
  q.replaceAll('{', '%7B').replaceAll('}', '%7D').replaceAll('[', '%5B').replaceAll('"', '%22').replaceAll('\\', '%5C'),
)

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
const filters = {
  ...times,
  q: badSearches,
  severity: ['loud', '%00', "'"],
  stream: ['stdin', 'STDOUT2', '1'],
  restart: ['x', '-1', '1.5', '9999999999', '1e3'],
}
const filterOnce = ['from', 'to', 'q']
const deathFilters = {
  ...times,
  outcome: ['', 'dead', 'running', 'completed'],
  owner: ['', 'a/b/c', '/'],
  fingerprint: ['', 'x', "'"],
}
export const routes: readonly Route[] = [
  {
    path: '/v1/logs',
    wrong: { ...filters, limit: badLimits, order: ['', 'up', 'ASCENDING'], cursor: garbageCursors },
    once: [...filterOnce, 'limit', 'order', 'cursor'],
  },
  { path: '/v1/logs/tail', wrong: { ...filters, cursor: garbageCursors }, once: [...filterOnce, 'cursor'] },
  {
    path: '/v1/logs/histogram',
    wrong: { ...filters, step: ['', '0', '5', '5x', '0s', '-5m', '1e3s', 'm', '99999999999999w', '%00'] },
    once: [...filterOnce, 'step'],
  },
  {
    path: '/v1/logs/patterns',
    wrong: { ...filters, step: ['', '0', '5x', '0s', '99999999999999w', '%00'], limit: [...badLimits, '1001'] },
    once: [...filterOnce, 'step', 'limit'],
  },
  {
    path: '/v1/logs/context',
    needs: 'podUid=uid-good&time=now',
    wrong: {
      podUid: ['', 'u'.repeat(4097)],
      time: badTimes,
      offset: ['', 'x', '-1', '1.5', '9'.repeat(17)],
      before: ['', '-1', '1001', 'x'],
      after: ['', '-1', '1001', '1e2'],
    },
    once: ['podUid', 'container', 'time', 'offset', 'before', 'after'],
  },
  { path: '/v1/fields', wrong: { ...filters, limit: badLimits }, once: [...filterOnce, 'limit'] },
  { path: '/v1/fields/pod/values', wrong: { ...filters, limit: badLimits }, once: [...filterOnce, 'limit'] },
  {
    path: '/v1/pods',
    wrong: { ...times, outcome: ['', 'dead', 'run'], owner: ['', 'a/b/c', '/'], limit: badLimits, cursor: garbageCursors },
    once: ['from', 'to', 'limit', 'cursor'],
  },
  {
    path: '/v1/deaths',
    wrong: {
      ...deathFilters,
      group: ['', 'pod'],
      with: ['', 'pods', 'lives,,', "lives'"],
      limit: badLimits,
      cursor: garbageCursors,
    },
    once: ['from', 'to', 'limit', 'cursor', 'group'],
  },
  {
    path: '/v1/deaths/histogram',
    wrong: { ...deathFilters, step: ['', '0', '5x', '0s', '-5m', '99999999999999w', '%00'] },
    once: ['from', 'to', 'step'],
  },
  { path: '/v1/deaths/tail', wrong: { ...deathFilters, to: [], cursor: garbageCursors }, once: ['from', 'cursor'] },
  {
    path: '/v1/deaths/facets',
    wrong: { ...deathFilters, limit: [...badLimits, '1001'] },
    once: ['from', 'to', 'limit'],
  },
  { path: '/v1/nodes', wrong: { limit: badLimits, cursor: garbageCursors }, once: ['limit', 'cursor'] },
  {
    path: '/v1/nodes/node-good',
    wrong: { ...times, pods: ['', 'all'], outcome: ['', 'dead'], limit: badLimits, cursor: garbageCursors },
    once: ['cluster', 'from', 'to', 'pods', 'limit', 'cursor'],
  },
  { path: '/v1/pods/uid-good', wrong: {}, once: [] },
  { path: '/v1/pods/uid-good/obituary', wrong: {}, once: [] },
  { path: '/v1/retention', wrong: {}, once: [] },
  { path: '/v1/store', wrong: {}, once: [] },
  {
    path: '/v1/pods/uid-good/logs',
    wrong: {
      ...filters,
      restart: [],
      life: ['', 'x', '1.5', '99999999999', '1e1'],
      tail: ['', '-1', '10001', 'x'],
      gaps: ['', 'maybe', '2'],
      limit: badLimits,
      order: ['', 'up'],
      cursor: garbageCursors,
    },
    once: [...filterOnce, 'life', 'tail', 'gaps', 'limit', 'order', 'cursor'],
  },
  {
    path: '/v1/dead-letters',
    wrong: { ...times, replayed: ['', 'maybe', '2'], limit: badLimits, cursor: garbageCursors },
    once: ['from', 'to', 'replayed', 'limit', 'cursor'],
  },
]

const good: Record<string, string> = {
  time: 'now',
  podUid: 'uid-good',
  order: 'asc',
  step: '5m',
  gaps: 'true',
  replayed: 'true',
  cursor: 'x',
  q: 'x',
  container: 'app',
}

export const badQueries: readonly BadRequest[] = routes.flatMap(({ path, wrong, once, needs }) => {
  const withNeeds = (parameter: string, query: string): string => {
    const others = (needs ?? '').split('&').filter((pair) => pair !== '' && !pair.startsWith(`${parameter}=`))
    return `${path}?${[...others, query].join('&')}`
  }
  const rows: BadRequest[] = Object.entries(wrong).flatMap(([parameter, values]) =>
    values.map((value) => ({
      name: `${path} ${parameter}=${value.slice(0, 60)}`,
      path: withNeeds(parameter, `${parameter}=${value}`),
      names: parameter,
    })),
  )
  for (const parameter of once) {
    const value = good[parameter] ?? '1'
    rows.push({
      name: `${path} ${parameter} twice`,
      path: withNeeds(parameter, `${parameter}=${value}&${parameter}=${value}`),
      names: parameter,
    })
  }
  for (const parameter of ['nope', '__proto__', 'constructor', 'toString', 'Limit', 'limit[]', '%00', 'q.x']) {
    const name = decodeURIComponent(parameter)
    rows.push({ name: `${path} unknown ${parameter}`, path: withNeeds('', `${parameter}=1`), names: name })
  }
  if (once.includes('from') && once.includes('to')) {
    for (const [from, to] of [
      ['now', 'now'],
      ['2', '1'],
      ['now', '-1h'],
      ['2026-11-23T10:00:00.000000001Z', '2026-11-23T10:00:00Z'],
    ])
      rows.push({ name: `${path} from=${from} to=${to}`, path: `${path}?from=${from}&to=${to}`, names: 'to' })
  }
  return rows
})

export function encode(json: string): string {
  return Buffer.from(json).toString('base64url')
}
