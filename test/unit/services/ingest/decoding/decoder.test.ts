import type { Worker } from 'node:worker_threads'
import { afterAll, expect, test } from 'vitest'
import { createLogger } from '#shared/logger.ts'
import { parseRetention } from '#shared/retention/retention.ts'
import { createBufferPool } from '#ingest/buffer/buffer-pool.ts'
import { bodyRows, type BodyFormat, type BodyRows } from '#ingest/decoding/body-rows.ts'
import { createDecoder } from '#ingest/decoding/decoder.ts'
import { bodyMessages } from '#ingest/publish/body-messages.ts'
import { decodeOptions, record } from '#test/support/decode.ts'

const { retention } = decodeOptions
const origin = { ...decodeOptions.origin, format: 'native' as const }
const native: BodyFormat = { format: 'native', form: 'json' }
const decoder = createDecoder({
  retention: parseRetention('default=14d,short=1h'),
  cluster: 'prod',
  formats: new Map([['lines', 'native']]),
  pool: createBufferPool(0),
  log: createLogger({ level: 'silent', service: 'test' }),
})
afterAll(() => decoder.close())

/** A body of more bytes than the event loop decodes: lines, equal ones, rejects. */
const large = (): Buffer =>
  Buffer.from(
    JSON.stringify({
      records: Array.from({ length: 6000 }, (_, i) =>
        i % 50 === 7 ? { ...record, stream: 'stdin' } : { ...record, message: `line ${i % 100}` },
      ),
    }),
  )
const textOf = ({ tables }: BodyRows) => tables.map(({ table, rows, count }) => [table, count, rows.toString()])
const decoded = (body: Buffer, as = native) => decoder.rows(body, origin, as, (rows) => Promise.resolve(rows))

/** Counts the turns of other work until the promise settles. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  await work.finally(() => clearInterval(timer))
  return turns
}

test('a large body becomes the same rows and letters beside the event loop, which goes on meanwhile', async () => {
  const here = bodyRows(large(), origin, native, { retention, seed: 1 })
  expect(here).toMatchObject({
    accepted: 5880,
    tables: [{ table: 'logs' }, { table: 'dead_letters', count: 120 }, { table: 'refused_lines' }],
  })
  const work = decoded(large())
  expect(await turnsDuring(work)).toBeGreaterThan(3)
  const there = await work
  expect(textOf(there)).toEqual(textOf(here))
  expect(there.rejects).toEqual(here.rejects)
})

test('a large body becomes the same messages beside the event loop', async () => {
  const room = { topic: 'lines', messageBytesMax: 1_000_000 }
  const here = bodyMessages(large(), origin, native, room, { retention, seed: 1 })
  const there = await decoder.messages(large(), origin, { ...native, room }, (messages) => Promise.resolve(messages))
  expect(there).toEqual(here)
})

test('a large message becomes the same rows beside the event loop', async () => {
  const batch = {
    topic: 'lines',
    partition: 0,
    from: 5n,
    to: 6n,
    highWatermark: 6n,
    messages: [
      {
        offset: '5',
        timestamp: String(decodeOptions.origin.receivedMs),
        key: null,
        value: large(),
        headers: { 'x-scope-orgid': Buffer.from('acme') },
      },
    ],
  }
  const { accepted, rejected, tables, letters } = await decoder.batch(batch)
  expect({ accepted, rejected, letters: letters.length }).toEqual({
    accepted: 5880,
    rejected: new Map([['bad-field', 120]]),
    letters: 120,
  })
  expect(tables.map(({ table, count }) => [table, count])).toEqual([
    ['logs', 5880],
    ['dead_letters', 120],
    ['refused_lines', 120],
  ])
  expect(tables[0]!.rows.toString('latin1', 0, 400)).toContain('"acme"')
})

test('a large body that has no records is refused in the same words', async () => {
  const body = Buffer.from(`{"records":[${'1,'.repeat(400_000)}`)
  const words = (): unknown => bodyRows(body, origin, native, { retention, seed: 1 })
  await expect(decoded(Buffer.from(body))).rejects.toMatchObject({ code: 'invalid-body' })
  const { message } = await decoded(Buffer.from(body)).then(
    () => ({ message: '' }),
    (error: Error) => error,
  )
  expect(words).toThrow(message)
})

test('a small body of many rejects becomes the same rows beside the event loop, and leaves no line open', async () => {
  const records = [{ ...record, partial: true, message: 'open' }, ...Array.from({ length: 2000 }, (_, i) => ({ a: i }))]
  const body = (): Buffer => Buffer.from(records.map((each) => JSON.stringify(each)).join('\n'))
  const as = { format: 'native', form: 'ndjson' } as const
  const work = decoded(body(), as)
  expect(await turnsDuring(work)).toBeGreaterThan(3)
  expect(textOf(await work)).toEqual(textOf(bodyRows(body(), origin, as, { retention, seed: 1 })))
  const end = await decoded(Buffer.from(JSON.stringify({ records: [{ ...record, message: 'end' }] })))
  expect(textOf(end).flat().join('')).toContain('"end"')
})

test('many small bodies at once leave turns to other work', async () => {
  const body = Buffer.from(
    JSON.stringify({ records: Array.from({ length: 1500 }, (_, i) => ({ ...record, message: `line ${i}` })) }),
  )
  const work = Promise.all(Array.from({ length: 60 }, () => decoded(Buffer.from(body))))
  expect(await turnsDuring(work)).toBeGreaterThan(2)
})

test('no further large body is decoded while the rows of those before it wait for the store', async () => {
  const wide = (): Buffer =>
    Buffer.from(
      JSON.stringify({
        node: 'n'.repeat(2000),
        records: Array.from({ length: 18_000 }, (_, i) => ({ ...record, message: `${i}` })),
      }),
    )
  const store = Promise.withResolvers<void>()
  let stored = 0
  const post = (): Promise<void> =>
    decoder.rows(wide(), origin, native, () => {
      stored++
      return store.promise
    })
  const posts = [post(), post(), post()]
  await expect.poll(() => stored, { timeout: 20_000 }).toBe(1)
  await decoded(Buffer.from(JSON.stringify({ records: [record] })))
  expect(stored).toBe(1)
  store.resolve()
  await Promise.all(posts)
  expect(stored).toBe(3)
})

test('a batch whose rows would be a multiple of it is refused', async () => {
  const records = Array.from({ length: 40_000 }, (_, i) => ({ time: record.time, unit: 'u', message: String(i) }))
  const names = { cluster: 'c'.repeat(4096), node: 'n'.repeat(4096), agent: 'a'.repeat(4096) }
  await expect(decoded(Buffer.from(JSON.stringify({ ...names, records })))).rejects.toMatchObject({ code: 'too-large' })
})

test('a large body of one tenant leaves the open lines of another as they are', async () => {
  const life = { ...record, podUid: 'u', restart: 0, offset: 0, file: 'f', length: 10 }
  const post = (tenant: string, body: Buffer): Promise<BodyRows> =>
    decoder.rows(body, { ...origin, tenant }, native, (rows) => {
      rows.fragments?.settle(true)
      return Promise.resolve(rows)
    })
  const small = (fields: object): Buffer => Buffer.from(JSON.stringify({ records: [{ ...life, ...fields }] }))
  const joinedAfter = async (other: string): Promise<boolean> => {
    await post('one', small({ message: 'begin ', partial: true }))
    await post(other, large())
    const { tables } = await post('one', small({ message: 'end', offset: 10 }))
    return tables[0]!.rows.includes('begin end')
  }
  expect(await joinedAfter('another')).toBe(true)
  expect(await joinedAfter('one')).toBe(false)
})

const kafkaBatch = (values: readonly Buffer[], stepMs = 0) => ({
  topic: 'lines',
  partition: 0,
  from: 0n,
  to: BigInt(values.length),
  highWatermark: BigInt(values.length),
  messages: values.map((value, i) => ({
    offset: String(i),
    timestamp: String(decodeOptions.origin.receivedMs + i * stepMs),
    key: null,
    value,
    headers: {},
  })),
})

test('of a large batch each message goes by the rules of its own arrival', async () => {
  const rules = [parseRetention('default=1h'), parseRetention('default=400d')]
  const at = decodeOptions.origin.receivedMs
  const own = createDecoder({
    retention: { at: (ms) => rules[ms > at ? 1 : 0]! },
    cluster: '',
    formats: new Map([['lines', 'native']]),
    pool: createBufferPool(0),
    log: createLogger({ level: 'silent', service: 'test' }),
  })
  const old = { ...record, time: new Date(at - 7_200_000).toISOString() }
  const many = Buffer.from(JSON.stringify({ records: Array.from({ length: 6000 }, () => old) }))
  const { accepted, rejected } = await own.batch(kafkaBatch([many, many], 1))
  expect({ accepted, rejected }).toEqual({ accepted: 6000, rejected: new Map([['too-old', 6000]]) })
  await own.close()
})

/** Ends new threads of the process, by the order in which they start, until it is disposed. */
function endThreads(isEnded: (index: number) => boolean, isMemory = false): Disposable & { readonly started: number } {
  let started = 0
  const end = (worker: Worker): void => {
    if (!isEnded(started++)) return
    if (isMemory) worker.emit('error', Object.assign(new Error('no memory'), { code: 'ERR_WORKER_OUT_OF_MEMORY' }))
    void worker.terminate()
  }
  process.on('worker', end)
  return {
    get started() {
      return started
    },
    [Symbol.dispose]: () => void process.off('worker', end),
  }
}

const lone = () =>
  createDecoder({
    retention: parseRetention('default=14d'),
    cluster: '',
    formats: new Map([['lines', 'native']]),
    pool: createBufferPool(0),
    log: createLogger({ level: 'silent', service: 'test' }),
  })

test('threads that end for no fault of a message make no letter of it, however many end', async () => {
  const own = lone()
  using threads = endThreads(() => true)
  expect(await own.batch(kafkaBatch([large(), large()]))).toMatchObject({
    accepted: 2 * 5880,
    rejected: new Map([['bad-field', 240]]),
  })
  expect(threads.started).toBe(3)
  await own.close()
})

test('a message is a letter where two threads in a row have no memory for it alone, and its neighbours are not', async () => {
  const own = lone()
  const small = Buffer.from(JSON.stringify({ records: [record] }))
  // The threads of the batch, of its first message, and of that again. The next one goes on.
  using _ = endThreads((index) => index < 3, true)
  const { accepted, rejected, letters } = await own.batch(kafkaBatch([large(), small]))
  expect({ accepted, rejected, letters: letters.length }).toEqual({
    accepted: 1,
    rejected: new Map([['bad-message', 1]]),
    letters: 1,
  })
  await own.close()
})

test('one thread without memory for a message alone makes no letter of it', async () => {
  const own = lone()
  using _ = endThreads((index) => index < 2, true)
  const decoding = own.batch(kafkaBatch([large()]))
  expect(await decoding).toMatchObject({ accepted: 5880, rejected: new Map([['bad-field', 120]]) })
  await own.close()
})

test('a thread that ends costs a body one answer that says to send it again', async () => {
  const own = lone()
  const post = () => own.rows(large(), origin, native, (rows) => Promise.resolve(rows))
  using _ = endThreads((index) => index === 0)
  await expect(post()).rejects.toMatchObject({ code: 'overloaded', retryAfterS: 1 })
  expect(await post()).toMatchObject({ accepted: 5880 })
  await own.close()
})

test('a decoder that is closed starts no thread: what it has under way and what comes later is to be sent again', async () => {
  const own = lone()
  using threads = endThreads(() => false)
  const batches = [own.batch(kafkaBatch([large(), large()])), own.batch(kafkaBatch([large()]))]
  const ends = batches.map((batch) => expect(batch).rejects.toMatchObject({ code: 'stopping', retryAfterS: 1 }))
  await expect.poll(() => threads.started, { interval: 1 }).toBe(1)
  await own.close()
  await Promise.all(ends)
  await expect(own.batch(kafkaBatch([large()]))).rejects.toMatchObject({ code: 'stopping' })
  const post = own.rows(large(), origin, native, (rows) => Promise.resolve(rows))
  await expect(post).rejects.toMatchObject({ code: 'stopping' })
  expect(threads.started).toBe(1)
})
