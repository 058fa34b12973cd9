// What the Forward socket owes its senders while the store is away, while bytes in flight are full, and at a stop. The
// sockets are real; the store is a function that the test answers for.
import { encode } from '@msgpack/msgpack'
import { gzipSync } from 'node:zlib'
import { Registry } from 'prom-client'
import { afterEach, describe, expect, test } from 'vitest'
import { AfterlogError } from '#shared/errors.ts'
import { createLogger } from '#shared/logger.ts'
import { InflightBytes } from '#ingest/buffer/inflight.ts'
import { msgpackRecords } from '#ingest/formats/fluent-msgpack.ts'
import type { DeliverBody } from '#ingest/routes/deliver-body.ts'
import { openForward } from '#ingest/sockets/forward.ts'
import type { Socket } from '#ingest/sockets/socket.ts'
import { connectForward } from '#test/support/agents/forward.ts'
import { freePort } from '#test/support/kafka/free-port.ts'

const MiB = 1024 * 1024
let opened: Socket | undefined
afterEach(async () => opened?.close())

const done = { accepted: 1, rejects: [] }
const away = new AfterlogError('store-unavailable', 'the store is away', { retryAfterS: 1 })

async function open(deliver: DeliverBody, inflightBytes = 64 * MiB) {
  const port = await freePort()
  const inflight = new InflightBytes(inflightBytes)
  const log = createLogger({ level: 'silent', service: 'test' })
  const shared = { inflight, log, cluster: '', clock: Date.now, bodyBytesMax: 4 * MiB, forwardSharedKey: undefined }
  opened = await openForward({ host: '127.0.0.1', port }, { ...shared, registry: new Registry(), deliver })
  return { port, inflight, socket: opened }
}

const event = (log: string, chunk?: string): Buffer =>
  Buffer.from(encode(['t', 1_764_000_000, { log }, ...(chunk === undefined ? [] : [{ chunk }])]))
const messagesIn = (body: Buffer): string[] =>
  msgpackRecords(body, { receivedMs: 0 })
    .take()
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { message: string }).message)

/** It has more bytes than an event may have. */
const bomb = Buffer.from(encode(['t', gzipSync(Buffer.alloc(8 * MiB)), { compressed: 'gzip', chunk: 'bomb' }]))

/** Until the condition holds; rejects with the test's own time. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

test('a chunk is acknowledged once it is stored, after whatever tries that takes', async () => {
  const tries: { messages: string[]; batchId: string | undefined; receivedMs: number }[] = []
  const { port } = await open(async (body, { batchId, receivedMs }) => {
    tries.push({ messages: messagesIn(body), batchId, receivedMs })
    // As the thread that decodes does.
    body.fill(0)
    if (tries.length < 3) throw away
    return done
  })
  const sender = await connectForward({ port })
  sender.send(event('a', 'c1'))
  const answer = sender.answer()
  await until(() => tries.length === 1)
  expect(await Promise.race([answer, Promise.resolve('none yet')])).toBe('none yet')
  expect(await answer).toEqual({ ack: 'c1' })
  expect(tries).toHaveLength(3)
  for (const each of tries) expect(each).toEqual({ messages: ['a'], batchId: 'c1', receivedMs: tries[0]!.receivedMs })
  sender.socket.destroy()
})

test('while bytes in flight are full a sender is read no further, and nothing of it is lost', async () => {
  const store = Promise.withResolvers<void>()
  const got: string[] = []
  const { port, inflight } = await open(async (body) => {
    await store.promise
    got.push(...messagesIn(body))
    return done
  }, 4 * MiB)
  const sender = await connectForward({ port })
  const texts = Array.from({ length: 400 }, (_, i) => `${i} ${'x'.repeat(100_000)}`)
  for (const text of texts) sender.send(event(text))
  sender.socket.end()
  await until(() => inflight.bytes > MiB / 2)
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(inflight.bytes).toBeLessThan(4 * MiB)
  expect(sender.socket.writableLength).toBeGreaterThan(10 * MiB)
  store.resolve()
  await sender.ended()
  expect(got).toEqual(texts)
  expect(inflight.bytes).toBe(0)
})

test('events that have come in part leave room for others, and come to their end', async () => {
  const got: string[] = []
  const { port, inflight } = await open(async (body) => {
    got.push(...messagesIn(body).map((text) => text[0]!))
    return done
  }, 2 * MiB)
  const senders = await Promise.all(Array.from({ length: 8 }, () => connectForward({ port })))
  const events = senders.map((_, i) => event(`${i}${'x'.repeat(MiB)}`, `${i}`))
  for (const [i, sender] of senders.entries()) sender.send(events[i]!.subarray(0, MiB / 2))
  await until(() => inflight.bytes > MiB / 2)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(inflight.bytes).toBeLessThan(1.5 * MiB)
  for (const [i, sender] of senders.entries()) sender.send(events[i]!.subarray(MiB / 2))
  for (const [i, sender] of senders.entries()) expect(await sender.answer()).toEqual({ ack: `${i}` })
  expect(got.toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
  for (const { socket } of senders) socket.destroy()
  await until(() => inflight.bytes === 0)
})

test('what cannot be stored at all is not acknowledged, and its connection ends', async () => {
  const { port } = await open(async () => Promise.reject(new AfterlogError('too-large', 'too many rows')))
  const sender = await connectForward({ port })
  sender.send(event('a', 'c1'))
  expect(await sender.answer()).toBeUndefined()
})

test('a chunk whose sender is gone is tried no more: it comes again', async () => {
  let tries = 0
  const { port, inflight } = await open(async () => {
    tries++
    throw away
  })
  const sender = await connectForward({ port })
  sender.send(event('a', 'c1'))
  await until(() => tries > 0)
  sender.socket.resetAndDestroy()
  await until(() => inflight.bytes === 0)
})

describe('what came in front of bytes that end the connection is stored and acknowledged, and no bytes stay in flight', () => {
  test.each([
    ['a byte that begins nothing', Buffer.from('c1', 'hex')],
    ['an event that is too large', Buffer.from('92a174c67fffffff', 'hex')],
    ['a bomb', bomb],
  ])('%s', async (_, end) => {
    const got: string[] = []
    const { port, inflight } = await open(async (body) => {
      got.push(...messagesIn(body))
      return done
    })
    const sender = await connectForward({ port })
    sender.send(Buffer.concat([event('a'), event('b', 'c1'), event('c'), end]))
    expect(await sender.answer()).toEqual({ ack: 'c1' })
    expect(await sender.answer()).toBeUndefined()
    expect(got.toSorted()).toEqual(['a', 'b', 'c'])
    await until(() => inflight.bytes === 0)
  })

  test('also of a sender that is gone, and at a stop', async () => {
    const store = Promise.withResolvers<void>()
    const got: string[] = []
    const { port, inflight, socket } = await open(async (body) => {
      got.push(...messagesIn(body))
      await store.promise
      return done
    })
    const [gone, stopped] = [await connectForward({ port }), await connectForward({ port })]
    gone.send(Buffer.concat([event('gone'), bomb]))
    stopped.send(Buffer.concat([event('stopped', 'c1'), bomb]))
    await until(() => inflight.bytes > 0)
    gone.socket.resetAndDestroy()
    await until(() => got.length === 2)
    const closing = socket.close()
    store.resolve()
    expect(await stopped.answer()).toEqual({ ack: 'c1' })
    expect(await stopped.answer()).toBeUndefined()
    await closing
    opened = undefined
    expect(inflight.bytes).toBe(0)
  })
})

test('a stop waits for what is being stored, acknowledges it, and gives up what the store does not take', async () => {
  const store = Promise.withResolvers<void>()
  const { port, socket } = await open(async (body) => {
    if (messagesIn(body).includes('away')) throw away
    await store.promise
    return done
  })
  const [one, other] = [await connectForward({ port }), await connectForward({ port })]
  one.send(event('a', 'c1'))
  other.send(event('away', 'c2'))
  await new Promise((resolve) => setTimeout(resolve, 50))
  const closing = socket.close()
  store.resolve()
  expect(await one.answer()).toEqual({ ack: 'c1' })
  expect(await one.answer()).toBeUndefined()
  expect(await other.answer()).toBeUndefined()
  await closing
  opened = undefined
})
