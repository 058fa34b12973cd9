// What a client can ask for that is not there or not its own: cursors, headers, fields, pods, times.
import { encode } from './queries.ts'
import type { BadRequest } from './request.ts'

export const strangers: readonly BadRequest[] = [
  {
    name: 'a cursor of lines with another filter',
    path: ({ lines }) => `/v1/logs?order=asc&limit=1&pod=other&cursor=${lines}`,
    names: 'cursor',
  },
  {
    name: 'a cursor of lines in another order',
    path: ({ lines }) => `/v1/logs?order=desc&limit=1&cursor=${lines}`,
    names: 'cursor',
  },
  { name: 'a cursor of lines for a tail', path: ({ lines }) => `/v1/logs/tail?cursor=${lines}`, names: 'cursor' },
  { name: 'a cursor of lines for a pod', path: ({ lines }) => `/v1/pods/uid-good/logs?limit=1&cursor=${lines}`, names: 'cursor' },
  { name: 'a cursor of lines for pods', path: ({ lines }) => `/v1/pods?limit=1&cursor=${lines}`, names: 'cursor' },
  { name: 'a cursor of pods with another filter', path: ({ pods }) => `/v1/pods?limit=1&name=x&cursor=${pods}`, names: 'cursor' },
  { name: 'a cursor of pods for lines', path: ({ pods }) => `/v1/logs?cursor=${pods}`, names: 'cursor' },
  {
    name: 'a cursor of dead letters with another filter',
    path: ({ letters }) => `/v1/dead-letters?limit=1&code=x&cursor=${letters}`,
    names: 'cursor',
  },
  { name: 'a cursor cut short', path: ({ lines }) => `/v1/logs?order=asc&limit=1&cursor=${lines.slice(0, -7)}`, names: 'cursor' },
  {
    name: "another tenant's cursor",
    path: ({ lines }) => `/v1/logs?order=asc&limit=1&cursor=${lines}`,
    headers: { 'x-scope-orgid': 'other' },
    names: 'cursor',
  },
  { name: 'Last-Event-ID garbage', path: '/v1/logs/tail', headers: { 'last-event-id': 'garbage' }, names: 'Last-Event-ID' },
  {
    name: 'Last-Event-ID of prototype keys',
    path: '/v1/logs/tail',
    headers: { 'last-event-id': encode('{"__proto__":null}') },
    names: 'Last-Event-ID',
  },
  {
    name: 'Last-Event-ID of another request',
    path: '/v1/logs/tail?pod=x',
    headers: { 'last-event-id': encode('{"v":1,"h":"x","k":["1",0,"","0","0"]}') },
    names: 'Last-Event-ID',
  },
  ...['/v1/logs', '/v1/pods/uid-good/logs'].flatMap((path) =>
    [
      'image/png',
      'application/xml',
      'text/html;q=1',
      'application/json;q=0',
      'x',
      ',,,',
      'text/plain;q=NaN',
      `${'a,'.repeat(3000)}b`,
    ].map((accept) => ({
      name: `${path} Accept ${accept.slice(0, 40)}`,
      path,
      headers: { accept },
      status: 406,
      names: 'Accept',
    })),
  ),
  ...['/v1/logs', '/v1/pods', '/healthz'].flatMap((path) =>
    ['a b', 't\u00e4nant', 'x'.repeat(129), 'a\tb', 'a, b'].map((tenant) => ({
      name: `${path} tenant ${tenant.slice(0, 20)}`,
      path,
      headers: { 'x-scope-orgid': tenant },
      names: 'X-Scope-OrgID',
    })),
  ),
  // Any well-formed name may be a key of messages: a name that no line has is an empty answer with a hint.
  ...['%00', '..%2F..%2Fetc%2Fpasswd', 'pod%27%20OR%201=1', 'f'.repeat(4000)].map((field) => ({
    name: `field ${field.slice(0, 40)}`,
    path: `/v1/fields/${field}/values`,
    names: 'field',
  })),
  ...[
    'nobody',
    '__proto__',
    'constructor',
    '..%2F..%2Fetc%2Fpasswd',
    '%2e%2e',
    '%00',
    "x'%20OR%20'1'='1",
    'unresolved:',
    'unresolved:a',
    'unresolved:%2F%2F',
    'unresolved:a%2Fb%2Fc',
    'u'.repeat(4000),
    '%F0%9F%92%A9',
    'null',
    '0',
  ].flatMap((uid) => [
    { name: `pod ${uid.slice(0, 40)}`, path: `/v1/pods/${uid}`, status: 404, names: 'uid' },
    { name: `obituary of pod ${uid.slice(0, 40)}`, path: `/v1/pods/${uid}/obituary`, status: 404, names: 'uid' },
    { name: `logs of pod ${uid.slice(0, 40)}`, path: `/v1/pods/${uid}/logs`, status: 404, names: 'uid' },
    { name: `context of pod ${uid.slice(0, 40)}`, path: `/v1/logs/context?time=now&podUid=${uid}`, status: 404, names: 'podUid' },
  ]),
  { name: 'logs of a pod without a name', path: '/v1/pods//logs', status: 404, names: 'uid' },
  { name: 'context without a pod', path: '/v1/logs/context?time=now', names: 'podUid' },
  { name: 'context without a time', path: '/v1/logs/context?podUid=x', names: 'time' },
  { name: 'context of a time without a line', path: '/v1/logs/context?podUid=uid-good&time=1', status: 404, names: 'time' },
  { name: 'a billion buckets', path: '/v1/logs/histogram?from=1&to=now&step=1s', names: 'step' },
  {
    name: 'a million buckets',
    path: '/v1/logs/histogram?from=2000-01-01T00:00:00Z&to=2020-01-01T00:00:00Z&step=10m',
    names: 'step',
  },
  ...['/v1/pods/%', '/v1/pods/%zz', '/v1/pods/%ff', '/v1/pods/%ED%A0%80/logs', '/v1/fields/%c3%28/values'].map((path) => ({
    name: `${path} is no URL`,
    path,
    names: path,
  })),
]
