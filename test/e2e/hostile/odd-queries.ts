// Queries that are strange: SQL in every filter, catastrophic expressions, bytes that are not UTF-8, times at the
// edges.
import { scale } from '#test/support/campaign.ts'
import type { HostileRequest } from './request.ts'

const injections = [
  "'",
  "' OR '1'='1",
  "'; DROP TABLE logs; --",
  '\\',
  "\\' OR 1=1 --",
  '{p0:String}',
  '%',
  '`',
  '")) UNION ALL SELECT 1 --',
  "x' AND sleepEachRow(3) AND '",
  'a\u0000b',
  '\ud83d\udca9',
  "]') FORMAT Native --",
  '$(reboot)',
  '<script>',
]

/** By day each field gets two of them, so that each of them comes to some fields; at night every field gets all. */
const injectionsOf = (field: number): readonly string[] =>
  scale === 1 ? injections.filter((_, i) => (i + field) % 8 === 0) : injections

const fieldsOfOneValue: readonly ((value: string) => HostileRequest)[] = [
  (value) => ({ name: `code=${JSON.stringify(value)}`, path: `/v1/dead-letters?code=${encodeURIComponent(value)}` }),
  (value) => ({
    name: `label ${JSON.stringify(value)}`,
    path: `/v1/fields/${encodeURIComponent(`labels.${value}`)}/values`,
  }),
  (value) => ({
    name: `field q ${JSON.stringify(value)}`,
    path: `/v1/logs?q=${encodeURIComponent(`attributes.x:"${value.replaceAll(/[\\"]/g, '\\$&')}"`)}`,
  }),
  (value) => ({
    name: `regex ${JSON.stringify(value)}`,
    path: `/v1/logs?q=${encodeURIComponent(`/${value}nothing-is-like-this/`)}`,
  }),
  (value) => ({
    name: `container of a pod ${JSON.stringify(value)}`,
    path: `/v1/pods/uid-good/logs?container=${encodeURIComponent(value)}`,
  }),
]

/** Not wrong, or not for certain: each is answered with 200 and finds nothing, or is refused with 4xx. */
export const oddQueries: readonly HostileRequest[] = [
  ...['namespace', 'pod', 'podUid', 'container', 'node', 'unit', 'cluster', 'restart', 'stream', 'severity', 'q'].flatMap(
    (field, i) =>
      injectionsOf(i).map((value) => ({
        name: `${field}=${JSON.stringify(value)}`,
        path: `/v1/logs?${field}=${encodeURIComponent(`${value}${field === 'q' ? ' nothing-is-like-this' : ''}`)}`,
      })),
  ),
  ...['name', 'owner', 'node', 'namespace', 'cluster'].flatMap((field, i) =>
    injectionsOf(i).map((value) => ({
      name: `pods ${field}=${JSON.stringify(value)}`,
      path: `/v1/pods?${field}=${encodeURIComponent(value)}`,
    })),
  ),
  ...fieldsOfOneValue.flatMap((requestOf, i) => injectionsOf(i).map(requestOf)),
  ...[
    '/(a+)+$b/',
    '/(a|a)*c1x/',
    '/((((z*)*)*)*)*z1x/',
    '/(.*)(.*)(.*)(.*)(.*)nothing/',
    '/(?i)(x+x+)+y1/',
    '/^(([a-z])+.)+[A-Z]([a-z])+$1x/',
  ].map((q) => ({ name: `regex ${q}`, path: `/v1/logs?q=${encodeURIComponent(q)}` })),
  ...['%ED%A0%80', '%ff%fe', '%zz', '%', '%00', '%F0%9F', '%u0041'].flatMap((q) => [
    { name: `q=${q}`, path: `/v1/logs?q=${q}x1x` },
    { name: `pod=${q}`, path: `/v1/logs?pod=${q}` },
    { name: `name=${q}`, path: `/v1/pods?name=${q}` },
  ]),
  { name: 'a thousand values', path: `/v1/logs?${Array.from({ length: 1000 }, (_, i) => `pod=x${i}`).join('&')}` },
  { name: 'before 1970', path: '/v1/logs?to=1969-12-31T23:59:59Z' },
  { name: 'the last second of the store', path: '/v1/logs?from=2262-04-11T23:47:16Z' },
  { name: 'behind the last second of the store', path: '/v1/logs?from=2263-01-01T00:00:00Z' },
  { name: 'the year 9999', path: '/v1/logs?from=9999-12-31T23:59:59Z' },
  { name: 'behind 2106', path: '/v1/logs?from=2107-01-01T00:00:00Z&to=2108-01-01T00:00:00Z' },
  { name: 'a million years ago', path: '/v1/logs?to=-999999w' },
]
