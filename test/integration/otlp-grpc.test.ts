// OTLP over gRPC with a real client: LogsService/Export, its partial success, its failures, and its compression.
// https://opentelemetry.io/docs/specs/otlp/#otlpgrpc
import {
  compressionAlgorithms,
  credentials,
  Metadata,
  makeGenericClientConstructor,
  status,
  type Client,
  type ServiceError,
} from '@grpc/grpc-js'
import http2 from 'node:http2'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeAnswer, encodeProto } from '#test/support/agents/otlp-proto.ts'
import { freePort } from '#test/support/kafka/free-port.ts'
import { messagesOf } from '#test/support/lines.ts'
import { startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
let port: number
beforeAll(async () => {
  port = await freePort()
  service = await startTestService({
    AFTERLOG_LISTEN_OTLP_GRPC: `127.0.0.1:${port}`,
    AFTERLOG_BODY_BYTES_MAX: String(1024 * 1024),
  })
})
afterAll(async () => service[Symbol.asyncDispose]())

const path = '/opentelemetry.proto.collector.logs.v1.LogsService/Export'
const LogsService = makeGenericClientConstructor({}, 'LogsService')

function clientOf(options: Record<string, number> = {}): Client {
  return new LogsService(`127.0.0.1:${port}`, credentials.createInsecure(), options)
}

async function call(client: Client, message: Buffer, tenant = 'default', to = path): Promise<Buffer> {
  const metadata = new Metadata()
  metadata.set('x-scope-orgid', tenant)
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const same = (bytes: Buffer): Buffer => bytes
  client.makeUnaryRequest(to, same, same, message, metadata, (error, answer) => (error ? reject(error) : resolve(answer!)))
  return promise
}
const failure = async (answer: Promise<unknown>): Promise<ServiceError> =>
  answer.then(
    () => expect.unreachable(),
    (error: unknown) => error as ServiceError,
  )

const resource = {
  attributes: Object.entries({ 'k8s.namespace.name': 'shop', 'k8s.pod.name': 'cart', 'service.name': 'app' }).map(
    ([key, stringValue]) => ({ key, value: { stringValue } }),
  ),
}
const now = BigInt(Date.now()) * 1_000_000n
const exported = (messages: readonly string[], time = now): Buffer =>
  encodeProto({
    resourceLogs: [
      {
        resource,
        scopeLogs: [
          { logRecords: messages.map((stringValue, i) => ({ timeUnixNano: String(time + BigInt(i)), body: { stringValue } })) },
        ],
      },
    ],
  })

test.each([
  ['as it is', {}],
  ['with gzip', { 'grpc.default_compression_algorithm': compressionAlgorithms.gzip }],
])('an export is stored once it is answered, sent %s', async (name, options) => {
  const tenant = name.replaceAll(' ', '-')
  const client = clientOf(options)
  expect(await call(client, exported(['a', 'b']), tenant)).toEqual(Buffer.alloc(0))
  expect(await messagesOf({ url: service.url, tenant })).toEqual(['a', 'b'])
  client.close()
})

test('many calls of one connection are answered each', async () => {
  const client = clientOf()
  const texts = Array.from({ length: 200 }, (_, i) => `line ${String(i).padStart(3, '0')}`)
  await Promise.all(texts.map((text, i) => call(client, exported([text], now + BigInt(i)), 'many')))
  expect(await messagesOf({ url: service.url, tenant: 'many' })).toEqual(texts)
  client.close()
})

test('an empty x-scope-orgid is the tenant default, as over HTTP', async () => {
  const client = clientOf()
  await call(client, exported(['of nobody']), '')
  expect(await messagesOf({ url: service.url, tenant: 'default' })).toContain('of nobody')
  client.close()
})

describe('a failure', () => {
  test('of some records is a partial success', async () => {
    const client = clientOf()
    const answer = await call(client, exported(['old'], 31_536_000_000_000_001n))
    expect(decodeAnswer(answer)).toMatchObject({ partialSuccess: { rejectedLogRecords: '1' } })
    client.close()
  })

  test('of a call has a code of gRPC and a sentence', async () => {
    const client = clientOf({ 'grpc.max_send_message_length': -1 })
    expect(await failure(call(client, Buffer.from('no protobuf')))).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining('OTLP') as string,
    })
    expect(await failure(call(client, exported(['x']), 'a tenant with blanks'))).toMatchObject({ code: status.INVALID_ARGUMENT })
    expect(await failure(call(client, exported(['x'.repeat(1024 * 1024)])))).toMatchObject({ code: status.INVALID_ARGUMENT })
    expect(await failure(call(client, exported(['x']), 'default', '/a.b/C'))).toMatchObject({ code: status.UNIMPLEMENTED })
    client.close()
  })

  test('of the framing, a bomb and a call that is cut short store nothing, and end nothing else', async () => {
    const session = http2.connect(`http://127.0.0.1:${port}`)
    const raw = async (body: Buffer, headers: Record<string, string> = {}): Promise<string> => {
      const stream = session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        'x-scope-orgid': 'raw',
        ...headers,
      })
      stream.end(body)
      const { promise, resolve } = Promise.withResolvers<string>()
      stream.on('response', (answer) => resolve(String(answer['grpc-status'] ?? answer[':status'])))
      stream.resume()
      return promise
    }
    const framed = (message: Buffer, compressed = 0, length = message.length): Buffer => {
      const prefix = Buffer.alloc(5, compressed)
      prefix.writeUInt32BE(length, 1)
      return Buffer.concat([prefix, message])
    }
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
    expect(await raw(Buffer.alloc(0))).toBe('3')
    expect(await raw(framed(exported(['x']), 0, 9))).toBe('3')
    expect(await raw(framed(exported(['x']), 1))).toBe('3')
    expect(await raw(framed(bomb, 1), { 'grpc-encoding': 'gzip' })).toBe('3')
    expect(await raw(framed(exported(['x']), 1), { 'grpc-encoding': 'br' })).toBe('3')
    expect(await raw(framed(exported(['x'])), { 'content-type': 'text/plain' })).toBe('415')
    expect(await messagesOf({ url: service.url, tenant: 'raw' })).toEqual([])
    expect(await raw(framed(exported(['x'])))).toBe('200')
    expect(await messagesOf({ url: service.url, tenant: 'raw' })).toEqual(['x'])
    session.close()
  })
})
