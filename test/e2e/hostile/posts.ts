// What a sender can do wrong in a body: refused as a whole, or record by record, or taken although it is strange.
import zlib from 'node:zlib'
import { compressSync } from 'snappy'
import type { BadRequest, HostileRequest } from './request.ts'

const json = { 'content-type': 'application/json' }
const ndjson = { 'content-type': 'application/x-ndjson' }
const MiB = 1024 * 1024

/** Everything that is stored on purpose belongs to this tenant. */
export const tenant = { 'x-scope-orgid': 'hostile' }
export const paths = ['/v1/batches', '/v1/lifecycle'] as const

export const goodRecord = { time: new Date().toISOString(), namespace: 'shop', pod: 'odd', podUid: 'uid-odd', container: 'app', message: 'odd' }

/** zstd frame of one raw block, whose header asks for a window of 2^(10 + exponent) bytes. */
function zstdFrame(exponent: number, content: string): Buffer {
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, exponent << 3, 0, 0, 0])
  header.writeUIntLE((content.length << 3) | 1, 6, 3)
  return Buffer.concat([header, Buffer.from(content)])
}
const lazily = <T>(make: () => T): (() => T) => {
  let made: { value: T } | undefined
  return () => (made ??= { value: make() }).value
}
const zeros = lazily(() => Buffer.alloc(200 * MiB))
const zeroFrame = (): Buffer => Buffer.concat([Buffer.from([0xff, 6, 0, 0]), Buffer.from('sNaPpY'), ...Array.from({ length: 600 }, () => framedZeros())])
const framedZeros = lazily(() => {
  const block = compressSync(Buffer.alloc(65_536))
  const header = Buffer.alloc(8)
  header.writeUIntLE(block.length + 4, 1, 3)
  return Buffer.concat([header, block])
})

interface BadBody {
  name: string
  body: BadRequest['body']
  headers?: BadRequest['headers']
  status?: number
  names: string
}

const badBodies: readonly BadBody[] = [
  { name: 'nothing', body: '', names: 'body' },
  { name: 'blanks', body: ' \n ', names: 'body' },
  { name: 'text', body: 'hello', names: 'body' },
  { name: 'a number', body: '5', names: 'body' },
  { name: 'null', body: 'null', names: 'body' },
  { name: 'a string', body: '"x"', names: 'body' },
  { name: 'JSON cut short', body: '{"records":[{"message":"x', names: 'body' },
  { name: 'JSON and more', body: '{"records":[]}{', names: 'body' },
  { name: 'a byte order mark of UTF-16', body: Buffer.from('feff007b007d', 'hex'), names: 'body' },
  { name: 'bytes', body: Buffer.from('00ff00ff', 'hex'), names: 'body' },
  { name: '100,000 arrays, never closed', body: '['.repeat(100_000), names: 'body' },
  { name: '100,000 objects, never closed', body: '{"a":'.repeat(100_000), names: 'body' },
  { name: 'NDJSON of text', body: 'a\nb\n', headers: ndjson, names: 'line' },
  { name: 'no type', body: '{}', headers: { 'content-type': '' }, status: 415, names: 'content-type' },
  { name: 'another type', body: '{}', headers: { 'content-type': 'text/plain' }, status: 415, names: 'content-type' },
  { name: 'a type of 4 KB', body: '{}', headers: { 'content-type': 'a/'.repeat(2000) }, status: 415, names: 'content-type' },
  { name: 'a form', body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' }, status: 415, names: 'content-type' },
  { name: 'a prototype as type', body: '{}', headers: { 'content-type': '__proto__' }, status: 415, names: 'content-type' },
  { name: 'a method of objects as type', body: '{}', headers: { 'content-type': 'toString' }, status: 415, names: 'content-type' },
  { name: 'another encoding', body: '{}', headers: { ...json, 'content-encoding': 'br' }, status: 415, names: 'content-encoding' },
  { name: 'encodings one over the other', body: zlib.gzipSync(zlib.gzipSync('{}')), headers: { ...json, 'content-encoding': 'gzip, gzip' }, status: 415, names: 'content-encoding' },
  ...['gzip', 'zstd', 'deflate', 'snappy'].map((encoding) => ({ name: `${encoding} that is none`, body: 'plain text', headers: { ...json, 'content-encoding': encoding }, names: 'content-encoding' })),
  ...['gzip', 'zstd', 'deflate', 'snappy'].map((encoding) => ({ name: `${encoding} of nothing`, body: '', headers: { ...json, 'content-encoding': encoding }, names: 'body' })),
  { name: 'gzip cut short', body: zlib.gzipSync(Buffer.alloc(1000)).subarray(0, -9), headers: { ...json, 'content-encoding': 'gzip' }, names: 'content-encoding' },
  { name: 'gzip with garbage behind it', body: Buffer.concat([zlib.gzipSync('{'), Buffer.from('garbage')]), headers: { ...json, 'content-encoding': 'gzip' }, names: 'body' },
  { name: 'gzip in gzip', body: zlib.gzipSync(zlib.gzipSync('{}')), headers: { ...json, 'content-encoding': 'gzip' }, names: 'body' },
  { name: 'a bomb of gzip', body: lazily(() => zlib.gzipSync(zeros())), headers: { ...json, 'content-encoding': 'gzip' }, status: 413, names: 'AFTERLOG_BODY_BYTES_MAX' },
  { name: 'a bomb of many gzip members', body: lazily(() => Buffer.concat(Array.from({ length: 400 }, () => zlib.gzipSync(Buffer.alloc(MiB / 8))))), headers: { ...json, 'content-encoding': 'gzip' }, status: 413, names: 'AFTERLOG_BODY_BYTES_MAX' },
  { name: 'a bomb of deflate', body: lazily(() => zlib.deflateSync(zeros())), headers: { ...json, 'content-encoding': 'deflate' }, status: 413, names: 'AFTERLOG_BODY_BYTES_MAX' },
  { name: 'a bomb of zstd', body: lazily(() => zlib.zstdCompressSync(zeros())), headers: { ...json, 'content-encoding': 'zstd' }, status: 413, names: 'AFTERLOG_BODY_BYTES_MAX' },
  { name: 'a bomb of snappy', body: lazily(() => compressSync(zeros().subarray(0, 64 * MiB))), headers: { ...json, 'content-encoding': 'snappy' }, status: 413, names: 'AFTERLOG_BODY_BYTES_MAX' },
  { name: 'a bomb of framed snappy', body: zeroFrame, headers: { ...json, 'content-encoding': 'snappy' }, names: 'content-encoding' },
  { name: 'zstd with a window of 2 TB', body: zstdFrame(31, '{"'), headers: { ...json, 'content-encoding': 'zstd' }, names: 'content-encoding' },
  { name: 'zstd with a window of 128 MiB', body: zstdFrame(17, '{"'), headers: { ...json, 'content-encoding': 'zstd' }, names: 'body' },
  { name: 'snappy that says 4 GB', body: Buffer.from('ffffffff0f00', 'hex'), headers: { ...json, 'content-encoding': 'snappy' }, status: 413, names: 'AFTERLOG_BODY_BYTES_MAX' },
  { name: 'snappy that says 30 MB and has 1', body: Buffer.from('8087a70e0061', 'hex'), headers: { ...json, 'content-encoding': 'snappy' }, names: 'content-encoding' },
  { name: 'snappy without a size', body: Buffer.from('ffffffffffff', 'hex'), headers: { ...json, 'content-encoding': 'snappy' }, names: 'content-encoding' },
  { name: 'chunks without end', body: () => Array.from({ length: 40 }, () => Buffer.alloc(MiB, 0x20)), status: 413, names: 'AFTERLOG_BODY_BYTES_MAX' },
  { name: 'a declared 40 MB', body: lazily(() => Buffer.alloc(40 * MiB, 0x20)), status: 413, names: 'AFTERLOG_BODY_BYTES_MAX' },
  { name: 'a node of 300 characters', body: '{}', headers: { ...json, 'x-afterlog-node': 'n'.repeat(300) }, names: 'x-afterlog-node' },
  { name: 'a cluster that is not ASCII', body: '{}', headers: { ...json, 'x-afterlog-cluster': '\u00e4' }, names: 'x-afterlog-cluster' },
  { name: 'a tenant with blanks', body: '{}', headers: { ...json, 'x-scope-orgid': 'a b' }, names: 'X-Scope-OrgID' },
]

const batch = (name: string, body: string, names: string): BadRequest => ({ name: `batches: ${name}`, method: 'POST', path: '/v1/batches', headers: json, body, names })

export const badPosts: readonly BadRequest[] = [
  ...paths.flatMap((path) => badBodies.map(({ name, ...row }) => ({ headers: json, ...row, name: `${path} ${name}`, method: 'POST', path }))),
  batch('an array', '[]', 'records'),
  batch('an object without records', '{}', 'records'),
  batch('records that are null', '{"records":null}', 'records'),
  batch('records that are an object', '{"records":{}}', 'records'),
  batch('records that are text', '{"records":"x"}', 'records'),
  batch('records twice', '{"records":[],"records":[]}', 'records'),
  batch('a prototype for records', '{"__proto__":{"records":[]}}', 'records'),
  batch('a cluster that is a number', '{"cluster":5,"records":[]}', 'cluster'),
  batch('a node that is an object', '{"node":{},"records":[]}', 'node'),
  batch('an agent that is an array', '{"agent":[],"records":[]}', 'agent'),
  batch('a node of 1 MB', `{"node":"${'n'.repeat(MiB)}","records":[]}`, 'node'),
  batch('a record of 100,000 arrays', `{"records":[{"attributes":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`, 'nested'),
  { name: 'lifecycle: 100,000 arrays in each other', method: 'POST', path: '/v1/lifecycle', headers: { ...json, ...tenant }, body: '5', names: 'body' },
]

const wrongTypes: Record<string, readonly unknown[]> = {
  time: [null, {}, [], true, '', 'yesterday', '2026-02-30T00:00:00Z', 0, '0', -1, 1e400, '1970-01-01T00:00:00Z', '2262-04-11T23:47:16Z', '9999-12-31T23:59:59Z', '9'.repeat(40)],
  ...Object.fromEntries(['namespace', 'pod', 'podUid', 'container', 'containerId', 'node', 'cluster', 'agent', 'unit', 'traceId', 'spanId'].map((field) => [field, [5, {}, [], true, 'x'.repeat(MiB)]])),
  restart: ['x', -1, 1.5, {}, [], true, 2 ** 31, '1e3'],
  offset: ['x', -1, 1.5, {}, true, 2 ** 53, 1e300],
  length: ['x', -1, 1.5, {}, true, 2 ** 53],
  ordinal: ['x', -1, 1.5, {}, true],
  file: [{}, [], true, 'x'.repeat(MiB)],
  eof: ['x', 1, {}, 'true'],
  partial: ['x', 1, {}, 'P'],
  severity: [5, {}, [], true],
  stream: [5, {}, 'stdin', true],
  message: [null, 5, {}, [], true],
  labels: [5, 'x', [], true],
  attributes: [5, 'x', [], true],
  path: [5, {}, [], '/etc/passwd', '../../x', 'x'.repeat(MiB)],
  cri: [5, {}, [], '', 'boom', '2026-11-23T10:00:00Z stdin F x', '{"log":', '{"log":5}'],
}

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'odd', namespace: 'shop', uid: 'uid-odd' }, spec: {}, status: {} }
const event = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'odd', namespace: 'shop', uid: 'e' }, involvedObject: { kind: 'Pod', name: 'odd', namespace: 'shop', uid: 'uid-odd' }, lastTimestamp: new Date().toISOString() }

export interface RejectedRecord {
  name: string
  path: string
  body: string
  /** What the sentence must name. */
  names: string
}

const lifecycle = (names: string, object: unknown): RejectedRecord => ({ name: `lifecycle ${names} ${JSON.stringify(object).slice(0, 90)}`, path: '/v1/lifecycle', body: JSON.stringify(object), names })

/** Answered with 200, one rejected record, and a sentence. */
export const rejectedRecords: readonly RejectedRecord[] = [
  ...Object.entries(wrongTypes).flatMap(([field, values]) =>
    values.map((value) => {
      const { pod: _, ...system } = goodRecord
      const record = field === 'path' ? { time: goodRecord.time, message: 'x', path: value } : field === 'unit' ? { ...system, unit: value } : { ...goodRecord, [field]: value }
      const text = JSON.stringify({ records: [record] }).replace('"time":null', value === 1e400 ? '"time":1e400' : '"time":null')
      return { name: `record ${field} ${JSON.stringify(value)?.slice(0, 40)}`, path: '/v1/batches', body: text, names: field === 'cri' ? 'CRI|cri|log|docker' : field }
    }),
  ),
  ...[null, 5, 'x', [], true].map((record) => ({ name: `record ${JSON.stringify(record)}`, path: '/v1/batches', body: JSON.stringify({ records: [record] }), names: 'record' })),
  ...[5, 'x', [], true].map((metadata) => lifecycle('metadata', { ...pod, metadata })),
  ...['name', 'uid', 'namespace'].flatMap((field) => [5, {}, [], true, 'x'.repeat(MiB)].map((value) => lifecycle(field, { ...pod, metadata: { ...pod.metadata, [field]: value } }))),
  ...[5, 'x'].flatMap((value) => ['spec', 'status'].map((field) => lifecycle(field, { ...pod, [field]: value }))),
  lifecycle('labels', { ...pod, metadata: { ...pod.metadata, labels: 5 } }),
  lifecycle('annotations', { ...pod, metadata: { ...pod.metadata, annotations: 'x' } }),
  lifecycle('ownerReferences', { ...pod, metadata: { ...pod.metadata, ownerReferences: 'x' } }),
  lifecycle('creationTimestamp', { ...pod, metadata: { ...pod.metadata, creationTimestamp: 'then' } }),
  lifecycle('containerStatuses', { ...pod, status: { containerStatuses: 'x' } }),
  lifecycle('containerStatuses', { ...pod, status: { containerStatuses: [5] } }),
  lifecycle('restartCount', { ...pod, status: { containerStatuses: [{ name: 'a', restartCount: 'x' }] } }),
  lifecycle('exitCode', { ...pod, status: { containerStatuses: [{ name: 'a', restartCount: 0, state: { terminated: { exitCode: 'x' } } }] } }),
  lifecycle('involvedObject', { ...event, involvedObject: 5 }),
  lifecycle('lastTimestamp', { ...event, lastTimestamp: 'then' }),
  lifecycle('lastTimestamp', { ...event, lastTimestamp: null }),
  lifecycle('count', { ...event, count: 'x' }),
  lifecycle('message', { ...event, message: {} }),
  lifecycle('Secret', { apiVersion: 'v1', kind: 'Secret' }),
  lifecycle('kind', { __proto__: null, constructor: 5 }),
  lifecycle('ERROR', { type: 'ERROR', object: { kind: 'Status', code: 410 } }),
  lifecycle('type', { type: 'EXPLODED', object: pod }),
  lifecycle('object', { type: 'ADDED', object: null }),
  lifecycle('items', { kind: 'PodList', items: 5 }),
  lifecycle('deep', [[[[[[[[[[pod]]]]]]]]]]),
  { name: 'lifecycle 100,000 arrays in each other', path: '/v1/lifecycle', body: `${'['.repeat(100_000)}${']'.repeat(100_000)}`, names: 'deep' },
  { name: 'lifecycle 100,000 lists in each other', path: '/v1/lifecycle', body: `${'{"kind":"List","items":['.repeat(100_000)}${']}'.repeat(100_000)}`, names: 'deep' },
  { name: 'lifecycle a label nested 100,000 deep', path: '/v1/lifecycle', body: JSON.stringify(pod).replace('"spec":{}', `"spec":${'{"a":'.repeat(100_000)}5${'}'.repeat(100_000)}`), names: 'deep' },
  lifecycle('characters', { ...pod, metadata: { ...pod.metadata, annotations: { a: 'x'.repeat(10 * MiB) } } }),
]

const recordText = (more: string): string => `{"records":[${JSON.stringify(goodRecord).slice(0, -1)},${more}}]}`
const post = (name: string, body: HostileRequest['body'], path = '/v1/batches', headers: HostileRequest['headers'] = json): HostileRequest & { path: string } => ({ name, method: 'POST', path, headers: { ...headers, ...tenant }, ...(body === undefined ? {} : { body }) })

/** Strange, but a sender may mean it: 200 or 4xx, and whatever is stored can be read. */
export const oddPosts: readonly (HostileRequest & { path: string })[] = [
  post('no records', '{"records":[]}'),
  post('keys twice', recordText('"message":"first","message":"second"')),
  post('__proto__ and constructor as labels', recordText('"labels":{"__proto__":"a","constructor":"b","toString":"c"},"attributes":{"__proto__":{"x":1}}')),
  post('__proto__ as field', recordText('"__proto__":{"message":"x"},"constructor":5')),
  post('a label of 1 MB', recordText(`"labels":{"${'k'.repeat(MiB)}":"v"}`)),
  post('a value of 1 MB', recordText(`"labels":{"k":"${'v'.repeat(MiB)}"}`)),
  post('100,000 labels', recordText(`"labels":{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":"v"`).join()}}`)),
  post('a field of 1 MB', recordText(`"${'k'.repeat(MiB)}":"v"`)),
  post('a message of 20 MB', recordText(`"message":"${'m'.repeat(20 * MiB)}"`)),
  post('a message of escapes', recordText(`"message":"${'\\u0000'.repeat(100_000)}"`)),
  post('lone surrogates', recordText('"message":"\\ud800","pod":"\\udfff","labels":{"\\ud800":"\\udfff"}')),
  post('NUL in names', recordText('"pod":"a\\u0000b","namespace":"\\u0000"')),
  post('names that are not UTF-8', Buffer.concat([Buffer.from(recordText('"pod":"@"').split('@')[0]!), Buffer.from([0xff, 0xfe, 0xc3]), Buffer.from('"}]}')])),
  post('a byte order mark', `\ufeff{"records":[]}`),
  post('CRLF', `${JSON.stringify(goodRecord)}\r\n${JSON.stringify(goodRecord)}\r\n`, '/v1/batches', ndjson),
  post('a line of NDJSON that is none', `${JSON.stringify(goodRecord)}\n{"time":\n`, '/v1/batches', ndjson),
  post('a million newlines', `${'\n'.repeat(1_000_000)}${JSON.stringify(goodRecord)}`, '/v1/batches', ndjson),
  post('a million lines of lifecycle that are nothing', `{"kind":"PodList","items":[]}\n${'\n'.repeat(1_000_000)}`, '/v1/lifecycle', ndjson),
  post('an empty list', '{"kind":"PodList","items":[]}', '/v1/lifecycle'),
  post('prototype keys in a Pod', JSON.stringify(pod).replace('"spec":{}', '"spec":{},"__proto__":{"kind":"x"},"constructor":{"prototype":1}'), '/v1/lifecycle'),
  post('lone surrogates and NUL in a Pod', JSON.stringify(pod).replace('"uid-odd"', '"uid-\\ud800\\u0000"'), '/v1/lifecycle'),
  post('a Pod of 1970', JSON.stringify({ ...pod, metadata: { ...pod.metadata, uid: 'uid-1970', creationTimestamp: '1970-01-01T00:00:00Z' } }), '/v1/lifecycle'),
  post('a Pod of 2262', JSON.stringify({ ...pod, metadata: { ...pod.metadata, uid: 'uid-2262', creationTimestamp: '2262-04-11T23:47:16Z' } }), '/v1/lifecycle'),
  post('a Pod of 9999', JSON.stringify({ ...pod, metadata: { ...pod.metadata, uid: 'uid-9999', creationTimestamp: '9999-12-31T23:59:59Z' } }), '/v1/lifecycle'),
  post('a Pod with huge numbers', JSON.stringify({ ...pod, metadata: { ...pod.metadata, uid: 'uid-huge', resourceVersion: '9'.repeat(40), generation: 1e300 } }), '/v1/lifecycle'),
]
