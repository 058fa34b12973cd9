// The Forward protocol as its specification has it: its modes, options, answers and heartbeats, and what breaks a stream.
// https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1 and …-v1.5
import { encode } from '@msgpack/msgpack'
import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventTime } from '#test/support/agents/fluent.ts'
import { connectForward, type ForwardSender } from '#test/support/agents/forward.ts'
import { freePort } from '#test/support/kafka/free-port.ts'
import { messagesOf } from '#test/support/lines.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

const sharedKey = 'a shared key'
const MiB = 1024 * 1024
let service: TestService
let port: number
beforeAll(async () => {
  port = await freePort()
  service = await startTestService({
    AFTERLOG_LISTEN_FORWARD: `127.0.0.1:${port}`,
    AFTERLOG_FORWARD_SHARED_KEY: sharedKey,
    AFTERLOG_BODY_BYTES_MAX: String(MiB),
  })
})
afterAll(async () => service[Symbol.asyncDispose]())

const open = (tenant: string): Promise<ForwardSender> => connectForward({ port, sharedKey }, tenant)
const stored = (tenant: string): Promise<string[]> => messagesOf({ url: service.url, tenant })
const seconds = Math.floor(Date.now() / 1000) - 60
const time = eventTime(BigInt(seconds) * 1_000_000_000n + 123_456_789n)
const record = (log: string) => ({
  log,
  kubernetes: { namespace_name: 'shop', pod_name: 'cart', pod_id: 'uid-1', container_name: 'app' },
})
const packed = (...entries: unknown[]): Buffer => Buffer.concat(entries.map((each) => encode(each)))

describe('a mode', () => {
  const two = [
    [time, record('a')],
    [time, record('b')],
  ] as const
  const gzipped = Buffer.concat(two.map((entry) => gzipSync(packed(entry))))
  test.each([
    [
      'Message',
      [
        ['t', time, record('a')],
        ['t', seconds, record('b')],
      ],
    ],
    ['Forward', [['t', two]]],
    ['PackedForward', [['t', packed(...two)]]],
    ['PackedForward, entries with metadata', [['t', packed([[time, {}], record('a')], [[time, { a: 1 }], record('b')])]]],
    ['CompressedPackedForward, a member of gzip for each entry', [['t', gzipped, { compressed: 'gzip', size: 2 }]]],
    ['CompressedPackedForward, zstd', [['t', zstdCompressSync(packed(...two)), { compressed: 'zstd', size: 2 }]]],
    ['PackedForward with the compression text', [['t', packed(...two), { compressed: 'text' }]]],
  ] as const)('%s is stored, and acknowledged where a chunk asks for it', async (name, events) => {
    const tenant = name.replaceAll(/\W/g, '')
    const sender = await open(tenant)
    for (const [i, event] of events.entries()) {
      const isOptional =
        typeof event.at(-1) === 'object' && !Array.isArray(event.at(-1)) && 'compressed' in (event.at(-1) as object)
      const option = { ...(isOptional ? (event.at(-1) as object) : {}), chunk: `chunk ${i}` }
      sender.send(isOptional ? [...event.slice(0, -1), option] : [...event, option])
      expect(await sender.answer()).toEqual({ ack: `chunk ${i}` })
    }
    expect((await stored(tenant)).toSorted()).toEqual(['a', 'b'])
    sender.socket.end()
    expect(await sender.answer()).toBeUndefined()
  })
})

test('events without a chunk are stored in their order, also of a sender that leaves at once', async () => {
  const sender = await open('fire')
  const texts = Array.from({ length: 5000 }, (_, i) => `line ${String(i).padStart(4, '0')}`)
  for (const text of texts) sender.send(['t', seconds, record(text)])
  sender.socket.end()
  expect(await sender.answer()).toBeUndefined()
  expect(await stored('fire')).toEqual(texts)
})

test('chunks that are sent without waiting are each acknowledged, and stored in their order', async () => {
  const sender = await open('chunks')
  const texts = Array.from({ length: 500 }, (_, i) => `line ${String(i).padStart(4, '0')}`)
  for (const text of texts) sender.send(['t', seconds, record(text), { chunk: text }])
  const acks = new Set<string>()
  while (acks.size < texts.length) acks.add(((await sender.answer()) as { ack: string }).ack)
  expect(await stored('chunks')).toEqual(texts)
  sender.socket.destroy()
})

test('a chunk that comes again adds nothing, and another chunk with the same lines does', async () => {
  const lines = [
    [seconds, record('x')],
    [seconds, record('x')],
  ]
  const send = async (chunk: string | Uint8Array): Promise<void> => {
    const sender = await open('again')
    sender.send(['t', lines, { chunk }])
    expect(await sender.answer()).toEqual({ ack: chunk })
    sender.socket.destroy()
  }
  const bytes = Buffer.from([0, 255, 7])
  await send('one')
  await send('one')
  expect(await stored('again')).toEqual(['x', 'x'])
  await send('two')
  await send(bytes)
  await send(bytes)
  expect(await stored('again')).toHaveLength(6)
})

test('records that cannot be lines are dead letters, and acknowledged', async () => {
  const sender = await open('rejects')
  const broken = [
    [
      't',
      [
        [seconds, record('a')],
        [seconds, 'no map'],
        [1, record('old')],
      ],
    ],
    ['t', Buffer.from('92c1', 'hex')],
  ]
  for (const [i, event] of broken.entries()) {
    sender.send([...event, { chunk: `${i}` }])
    expect(await sender.answer()).toEqual({ ack: `${i}` })
  }
  sender.send(['t', Buffer.from('no gzip'), { chunk: 'c', compressed: 'gzip' }])
  expect(await sender.answer()).toEqual({ ack: 'c' })
  sender.send(['no event'], [7], ['t', seconds, record('b'), { chunk: 'last' }])
  expect(await sender.answer()).toEqual({ ack: 'last' })
  expect(await stored('rejects')).toEqual(['a', 'b'])
  const { body } = await request(`${service.url}/v1/dead-letters`, { headers: { 'x-scope-orgid': 'rejects' } })
  expect((body['deadLetters'] as unknown[]).length).toBe(6)
  sender.socket.destroy()
})

test('an event whose time is none, or of another kind, is a dead letter, and acknowledged', async () => {
  const sender = await open('wrong-times')
  for (const wrong of ['yesterday', true, null, { a: 1 }, Number.NaN]) {
    sender.send(['t', wrong, record('x'), { chunk: 'of a wrong time' }])
    expect(await sender.answer()).toEqual({ ack: 'of a wrong time' })
  }
  sender.socket.end()
  expect(await stored('wrong-times')).toEqual([])
})

test('heartbeats, and the metrics of Fluent Bit, are no lines', async () => {
  const heartbeat = connect(port, '127.0.0.1')
  await once(heartbeat, 'connect')
  heartbeat.destroy()
  const sender = await open('beats')
  sender.send(null, null, ['t', Buffer.from('metrics'), { chunk: 'm', fluent_signal: 1 }])
  expect(await sender.answer()).toEqual({ ack: 'm' })
  sender.send(['t', packed([time, record('a')]), { chunk: 'l', fluent_signal: 0 }])
  expect(await sender.answer()).toEqual({ ack: 'l' })
  expect(await stored('beats')).toEqual(['a'])
  sender.socket.destroy()
})

describe('a stream that is broken ends its connection, and no other one', () => {
  const announced = Buffer.from('92a174c67fffffff', 'hex')
  const bomb = ['t', gzipSync(Buffer.alloc(64 * MiB)), { compressed: 'gzip', chunk: 'bomb' }]
  test.each([
    ['HTTP', Buffer.from('POST /v1/fluent HTTP/1.1\r\n\r\n')],
    ['TLS', Buffer.from('16030100c8', 'hex')],
    ['JSON', Buffer.from('["t",1,{}]')],
    ['a byte that begins nothing', Buffer.from('92a174c1', 'hex')],
    ['an event of 2 GiB', announced],
    ['a map of 4,294,967,295 pairs', Buffer.from('93a17401dfffffffff', 'hex')],
    ['an event that is too large', ['t', seconds, record('x'.repeat(MiB))]],
    ['100,000,000 levels', Buffer.alloc(2 * MiB, 0x91)],
    ['a bomb', bomb],
  ] as const)('%s', async (_, bytes) => {
    const [other, sender] = [await open('unhurt'), await open('broken')]
    other.send(Buffer.from('93', 'hex'))
    sender.send(['t', seconds, record('before'), { chunk: 'before' }])
    expect(await sender.answer()).toEqual({ ack: 'before' })
    sender.send(bytes)
    expect(await sender.answer()).toBeUndefined()
    other.send(
      Buffer.from(encode('t')),
      Buffer.from(encode([[seconds, record('other')]])),
      Buffer.from(encode({ chunk: 'other' })),
    )
    expect(await other.answer()).toEqual({ ack: 'other' })
    other.socket.destroy()
  })

  test('what came before is stored, and an event that is cut short is not', async () => {
    const sender = await open('cut')
    const event = Buffer.from(encode(['t', seconds, record('cut')]))
    sender.send(['t', seconds, record('whole')], event.subarray(0, event.length - 2))
    sender.socket.end()
    expect(await sender.answer()).toBeUndefined()
    expect(await stored('cut')).toEqual(['whole'])
  })
})

describe('the handshake', () => {
  test('refuses a sender without the key, and says so', async () => {
    await expect(connectForward({ port, sharedKey: 'another key' })).rejects.toThrow('the shared key is another one')
    const sender = await connectForward({ port })
    expect(await sender.answer()).toEqual(['HELO', expect.objectContaining({ keepalive: true })])
    sender.send(['t', seconds, record('x')])
    expect(await sender.answer()).toEqual(['PONG', false, expect.stringContaining('no PING'), '', ''])
    expect(await sender.answer()).toBeUndefined()
  })

  test('takes no user that is no tenant, and no PING that is too large', async () => {
    await expect(connectForward({ port, sharedKey }, 'a b')).rejects.toThrow('must be a tenant')
    const sender = await connectForward({ port })
    await sender.answer()
    sender.send(['PING', 'x'.repeat(5000), '', '', '', ''])
    expect(await sender.answer()).toBeUndefined()
  })

  test('without a user the tenant is the default one', async () => {
    const sender = await connectForward({ port, sharedKey })
    sender.send(['t', seconds, record('mine'), { chunk: 'c' }])
    expect(await sender.answer()).toEqual({ ack: 'c' })
    expect(await stored('default')).toEqual(['mine'])
    sender.socket.destroy()
  })
})
