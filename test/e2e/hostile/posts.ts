// What a sender can do wrong in a body: refused as a whole, or record by record, or taken although it is strange.
import zlib from 'node:zlib'
import { compressSync } from 'snappy'
import type { BadRequest } from './request.ts'

const json = { 'content-type': 'application/json' }
const ndjson = { 'content-type': 'application/x-ndjson' }
const MiB = 1024 * 1024

const paths = ['/v1/batches', '/v1/lifecycle'] as const

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
const zeros = lazily(() => Buffer.alloc(100 * MiB))
const zeroFrame = (): Buffer =>
  Buffer.concat([Buffer.from([0xff, 6, 0, 0]), Buffer.from('sNaPpY'), ...Array.from({ length: 600 }, () => framedZeros())])
const framedZeros = lazily(() => {
  const block = compressSync(Buffer.alloc(65_536))
  const header = Buffer.alloc(8)
  header.writeUIntLE(block.length + 4, 1, 3)
  return Buffer.concat([header, block])
})

type BadBody = Omit<BadRequest, 'method' | 'path'>

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
  {
    name: 'a form',
    body: 'a=b',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
    names: 'content-type',
  },
  { name: 'a prototype as type', body: '{}', headers: { 'content-type': '__proto__' }, status: 415, names: 'content-type' },
  {
    name: 'a method of objects as type',
    body: '{}',
    headers: { 'content-type': 'toString' },
    status: 415,
    names: 'content-type',
  },
  {
    name: 'another encoding',
    body: '{}',
    headers: { ...json, 'content-encoding': 'br' },
    status: 415,
    names: 'content-encoding',
  },
  {
    name: 'encodings one over the other',
    body: zlib.gzipSync(zlib.gzipSync('{}')),
    headers: { ...json, 'content-encoding': 'gzip, gzip' },
    status: 415,
    names: 'content-encoding',
  },
  ...['gzip', 'zstd', 'deflate', 'snappy'].map((encoding) => ({
    name: `${encoding} that is none`,
    body: 'plain text',
    headers: { ...json, 'content-encoding': encoding },
    names: 'content-encoding',
  })),
  ...['gzip', 'zstd', 'deflate', 'snappy'].map((encoding) => ({
    name: `${encoding} of nothing`,
    body: '',
    headers: { ...json, 'content-encoding': encoding },
    names: 'body',
  })),
  {
    name: 'gzip cut short',
    body: zlib.gzipSync(Buffer.alloc(1000)).subarray(0, -9),
    headers: { ...json, 'content-encoding': 'gzip' },
    names: 'content-encoding',
  },
  {
    name: 'gzip with garbage behind it',
    body: Buffer.concat([zlib.gzipSync('{'), Buffer.from('garbage')]),
    headers: { ...json, 'content-encoding': 'gzip' },
    names: 'body',
  },
  {
    name: 'gzip in gzip',
    body: zlib.gzipSync(zlib.gzipSync('{}')),
    headers: { ...json, 'content-encoding': 'gzip' },
    names: 'body',
  },
  {
    name: 'a bomb of gzip',
    body: lazily(() => zlib.gzipSync(zeros())),
    headers: { ...json, 'content-encoding': 'gzip' },
    status: 413,
    names: 'AFTERLOG_BODY_BYTES_MAX',
  },
  {
    name: 'a bomb of many gzip members',
    body: lazily(() => Buffer.concat(Array.from({ length: 400 }, () => zlib.gzipSync(Buffer.alloc(MiB / 8))))),
    headers: { ...json, 'content-encoding': 'gzip' },
    status: 413,
    names: 'AFTERLOG_BODY_BYTES_MAX',
  },
  {
    name: 'a bomb of deflate',
    body: lazily(() => zlib.deflateSync(zeros())),
    headers: { ...json, 'content-encoding': 'deflate' },
    status: 413,
    names: 'AFTERLOG_BODY_BYTES_MAX',
  },
  {
    name: 'a bomb of zstd',
    body: lazily(() => zlib.zstdCompressSync(zeros())),
    headers: { ...json, 'content-encoding': 'zstd' },
    status: 413,
    names: 'AFTERLOG_BODY_BYTES_MAX',
  },
  {
    name: 'a bomb of snappy',
    body: lazily(() => compressSync(zeros().subarray(0, 64 * MiB))),
    headers: { ...json, 'content-encoding': 'snappy' },
    status: 413,
    names: 'AFTERLOG_BODY_BYTES_MAX',
  },
  {
    name: 'a bomb of framed snappy',
    body: zeroFrame,
    headers: { ...json, 'content-encoding': 'snappy' },
    names: 'content-encoding',
  },
  {
    name: 'zstd with a window of 2 TB',
    body: zstdFrame(31, '{"'),
    headers: { ...json, 'content-encoding': 'zstd' },
    names: 'content-encoding',
  },
  {
    name: 'zstd with a window of 128 MiB',
    body: zstdFrame(17, '{"'),
    headers: { ...json, 'content-encoding': 'zstd' },
    names: 'body',
  },
  {
    name: 'snappy that says 4 GB',
    body: Buffer.from('ffffffff0f00', 'hex'),
    headers: { ...json, 'content-encoding': 'snappy' },
    status: 413,
    names: 'AFTERLOG_BODY_BYTES_MAX',
  },
  {
    name: 'snappy that says 30 MB and has 1',
    body: Buffer.from('8087a70e0061', 'hex'),
    headers: { ...json, 'content-encoding': 'snappy' },
    names: 'content-encoding',
  },
  {
    name: 'snappy without a size',
    body: Buffer.from('ffffffffffff', 'hex'),
    headers: { ...json, 'content-encoding': 'snappy' },
    names: 'content-encoding',
  },
  {
    name: 'chunks beyond the cap',
    body: () => [...Array.from({ length: 32 }, () => Buffer.alloc(MiB, 0x20)), Buffer.from(' ')],
    status: 413,
    names: 'AFTERLOG_BODY_BYTES_MAX',
  },
  {
    name: 'a node of 300 characters',
    body: '{}',
    headers: { ...json, 'x-afterlog-node': 'n'.repeat(300) },
    names: 'x-afterlog-node',
  },
  {
    name: 'a cluster that is not ASCII',
    body: '{}',
    headers: { ...json, 'x-afterlog-cluster': '\u00e4' },
    names: 'x-afterlog-cluster',
  },
  { name: 'a tenant with blanks', body: '{}', headers: { ...json, 'x-scope-orgid': 'a b' }, names: 'X-Scope-OrgID' },
]

const batch = (name: string, body: string, names: string): BadRequest => ({
  name: `batches: ${name}`,
  method: 'POST',
  path: '/v1/batches',
  headers: json,
  body,
  names,
})

export const badPosts: readonly BadRequest[] = [
  ...paths.flatMap((path) =>
    badBodies.map(({ name, ...row }) => ({ headers: json, ...row, name: `${path} ${name}`, method: 'POST', path })),
  ),
  batch('a number', '17', 'records'),
  batch('an array cut short', '[{}', 'expected'),
  batch('an object without records', '{}', 'records'),
  batch('records that are null', '{"records":null}', 'records'),
  batch('records that are an object', '{"records":{}}', 'records'),
  batch('records that are text', '{"records":"x"}', 'records'),
  batch('records twice', '{"records":[],"records":[]}', 'records'),
  batch('a node twice', '{"node":"a","records":[],"node":"b"}', 'node'),
  batch('a prototype for records', '{"__proto__":{"records":[]}}', 'records'),
  batch('a cluster that is a number', '{"cluster":5,"records":[]}', 'cluster'),
  batch('a node that is an object', '{"node":{},"records":[]}', 'node'),
  batch('an agent that is an array', '{"agent":[],"records":[]}', 'agent'),
  batch('a node of 1 MB', `{"node":"${'n'.repeat(MiB)}","records":[]}`, 'node'),
]
