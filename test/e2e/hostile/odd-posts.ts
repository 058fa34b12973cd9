// Posts that are strange, though a sender may mean them.
import { goodRecord, pod, tenant } from './records.ts'
import type { HostileRequest } from './request.ts'

const json = { 'content-type': 'application/json' }
const ndjson = { 'content-type': 'application/x-ndjson' }
const MiB = 1024 * 1024

const recordText = (more: string): string => `{"records":[${JSON.stringify(goodRecord).slice(0, -1)},${more}}]}`
const post = (
  name: string,
  body: HostileRequest['body'],
  path = '/v1/batches',
  headers: HostileRequest['headers'] = json,
): HostileRequest & { path: string } => ({
  name,
  method: 'POST',
  path,
  headers: { ...headers, ...tenant },
  ...(body === undefined ? {} : { body }),
})

/** Strange, but a sender may mean it: 200 or 4xx, and whatever is stored can be read. */
export const oddPosts: readonly (HostileRequest & { path: string })[] = [
  post('no records', '{"records":[]}'),
  post('keys twice', recordText('"message":"first","message":"second"')),
  post(
    '__proto__ and constructor as labels',
    recordText('"labels":{"__proto__":"a","constructor":"b","toString":"c"},"attributes":{"__proto__":{"x":1}}'),
  ),
  post('__proto__ as field', recordText('"__proto__":{"message":"x"},"constructor":5')),
  post('a label of 1 MB', recordText(`"labels":{"${'k'.repeat(MiB)}":"v"}`)),
  post('a value of 1 MB', recordText(`"labels":{"k":"${'v'.repeat(MiB)}"}`)),
  post('100,000 labels', recordText(`"labels":{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":"v"`).join()}}`)),
  post('a field of 1 MB', recordText(`"${'k'.repeat(MiB)}":"v"`)),
  post('a message of 20 MB', recordText(`"message":"${'m'.repeat(20 * MiB)}"`)),
  post('a message of escapes', recordText(`"message":"${'\\u0000'.repeat(100_000)}"`)),
  post('lone surrogates', recordText('"message":"\\ud800","pod":"\\udfff","labels":{"\\ud800":"\\udfff"}')),
  post('NUL in names', recordText('"pod":"a\\u0000b","namespace":"\\u0000"')),
  post(
    'names that are not UTF-8',
    Buffer.concat([Buffer.from(recordText('"pod":"@"').split('@')[0]!), Buffer.from([0xff, 0xfe, 0xc3]), Buffer.from('"}]}')]),
  ),
  post('a byte order mark', `\ufeff{"records":[]}`),
  post('CRLF', `${JSON.stringify(goodRecord)}\r\n${JSON.stringify(goodRecord)}\r\n`, '/v1/batches', ndjson),
  post('a line of NDJSON that is none', `${JSON.stringify(goodRecord)}\n{"time":\n`, '/v1/batches', ndjson),
  post('a million newlines', `${'\n'.repeat(1_000_000)}${JSON.stringify(goodRecord)}`, '/v1/batches', ndjson),
  post(
    'a million lines of lifecycle that are nothing',
    `{"kind":"PodList","items":[]}\n${'\n'.repeat(1_000_000)}`,
    '/v1/lifecycle',
    ndjson,
  ),
  post('an empty list', '{"kind":"PodList","items":[]}', '/v1/lifecycle'),
  post(
    'prototype keys in a Pod',
    JSON.stringify(pod).replace('"spec":{}', '"spec":{},"__proto__":{"kind":"x"},"constructor":{"prototype":1}'),
    '/v1/lifecycle',
  ),
  post('lone surrogates and NUL in a Pod', JSON.stringify(pod).replace('"uid-odd"', '"uid-\\ud800\\u0000"'), '/v1/lifecycle'),
  post(
    'a Pod of 1970',
    JSON.stringify({ ...pod, metadata: { ...pod.metadata, uid: 'uid-1970', creationTimestamp: '1970-01-01T00:00:00Z' } }),
    '/v1/lifecycle',
  ),
  post(
    'a Pod of 2262',
    JSON.stringify({ ...pod, metadata: { ...pod.metadata, uid: 'uid-2262', creationTimestamp: '2262-04-11T23:47:16Z' } }),
    '/v1/lifecycle',
  ),
  post(
    'a Pod of 9999',
    JSON.stringify({ ...pod, metadata: { ...pod.metadata, uid: 'uid-9999', creationTimestamp: '9999-12-31T23:59:59Z' } }),
    '/v1/lifecycle',
  ),
  post(
    'a Pod with huge numbers',
    JSON.stringify({
      ...pod,
      metadata: { ...pod.metadata, uid: 'uid-huge', resourceVersion: '9'.repeat(40), generation: 1e300 },
    }),
    '/v1/lifecycle',
  ),
]
