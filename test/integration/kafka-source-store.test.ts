// A store that is away, busy, short of memory, or refuses: nothing is lost, nothing stands still for it but what must,
// memory is bounded.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { rejectsMax } from '#ingest/normalise/reject.ts'
import { AfterlogError, type ErrorCode } from '#shared/errors.ts'
import { sql, str } from '#shared/clickhouse/sql.ts'
import type { Insert } from '#shared/clickhouse/store.ts'
import {
  batchOf,
  lettersOf,
  numbered,
  openClient,
  storedOf,
  type TestClient,
  type TestMessage,
} from '#test/support/kafka/produce.ts'
import { startSource, type TestSourceOptions } from '#test/support/kafka/source.ts'
import { createTopics } from '#test/support/kafka/topics.ts'
import { withKafka } from '#test/support/kafka/with-kafka.ts'
import { record } from '#test/support/lines.ts'
import { openTestStore, type TestStore } from '#test/support/store.ts'

const countOf = ({ rows }: Insert): number => rows.toString().split('\n').length - 1

withKafka('while consuming, a store', (kafka) => {
  let opened: TestStore
  let client: TestClient
  beforeAll(async () => {
    opened = await openTestStore()
    client = await openClient(kafka.brokers)
  })
  afterAll(async () => {
    await client[Symbol.asyncDispose]()
    await opened[Symbol.asyncDispose]()
  })
  const made = async (partitions = 1): Promise<TestSourceOptions & { topic: string }> => {
    const topic = kafka.name('store')
    await createTopics(kafka.brokers, [{ topic, partitions }])
    return { brokers: kafka.brokers, group: topic, topics: { [topic]: 'native' }, store: opened.store, topic }
  }
  const committed = (topic: string) => expect.poll(() => client.committed(topic, topic), polling)

  test.each<[string, ErrorCode]>([
    ['that is away', 'store-unavailable'],
    ['that has too many parts', 'store-busy'],
    ['that is short of memory', 'store-memory'],
    ['that takes too long', 'store-timeout'],
    ['that is full', 'store-full'],
    ['that fails in a way nobody knows', 'internal'],
  ])('%s is asked again, says why it is not ready, and has every line in the end', async (_, code) => {
    const { topic, ...options } = await made(2)
    let away = true
    await using source = startSource({
      ...options,
      insert: async (insert, store) => {
        if (away) throw new AfterlogError(code, `not now: ${code}`)
        await store.insert(insert)
      },
    })
    const parts = [numbered(topic, 20), numbered(topic, 20, { partition: 1 })]
    await client.produce(
      topic,
      parts.flatMap(({ messages }) => messages),
    )
    await expect.poll(() => source.readiness(), polling).toEqual([expect.stringContaining(`not now: ${code}`)])
    expect(await client.committed(topic, topic)).toEqual([-1, -1])
    away = false
    await committed(topic).toEqual([20, 20])
    expect((await storedOf(opened.store, topic)).said).toEqual(parts.flatMap(({ said }) => said).toSorted())
    expect(source.readiness()).toEqual([])
    expect(source.inflight.bytes).toBe(0)
  })

  test('that has not the memory for an insert gets it in parts', async () => {
    const { topic, ...options } = await made()
    const sizes: number[] = []
    await using reader = startSource({
      ...options,
      insert: async (insert, store) => {
        sizes.push(countOf(insert))
        if (sizes.at(-1)! > 1000) throw new AfterlogError('store-memory', 'too large')
        await store.insert(insert)
      },
    })
    const said = Array.from({ length: 5000 }, (_, index) => `line ${String(index).padStart(6, '0')}`)
    await client.produce(topic, [
      batchOf(
        topic,
        said.map((message) => record(message)),
      ),
    ])
    await committed(topic).toEqual([1])
    expect((await storedOf(opened.store, topic)).said).toEqual(said)
    expect(reader.readiness()).toEqual([])
    expect(sizes[0]).toBe(5000)
  })

  test('that refuses a row for what is in it keeps it as a dead letter, and stores its neighbours', async () => {
    const { topic, ...options } = await made()
    await using source = startSource({
      ...options,
      // The row is one that the engine itself cannot read.
      insert: (insert, store) => {
        const rows = insert.rows.toString().replaceAll(/^\["[^"]*(?=.*refuse me.*$)/gm, '["no time at all')
        return store.insert({ ...insert, rows: insert.table === 'logs' ? Buffer.from(rows) : insert.rows })
      },
    })
    const { messages, said } = numbered(topic, 30)
    await client.produce(topic, messages.toSpliced(13, 0, batchOf(topic, [record('refuse me')])))
    await committed(topic).toEqual([31])
    expect((await storedOf(opened.store, topic)).said).toEqual(said)
    const letters = await lettersOf(opened.store, topic)
    expect(letters).toEqual([
      {
        origin: 'store:logs#0',
        reason: 'refused-by-store',
        detail: expect.any(String),
        payload: expect.stringContaining('refuse me'),
      },
    ])
    expect(source.readiness()).toEqual([])
  })

  test('that hangs stops fetching at the cap of bytes in flight, and goes on by itself', async () => {
    const { topic, ...options } = await made(3)
    const free = Promise.withResolvers<void>()
    const inflightBytesMax = 200_000
    await using source = startSource({
      ...options,
      inflightBytesMax,
      insert: async (insert, store) => {
        await free.promise
        await store.insert(insert)
      },
    })
    using freed = new DisposableStack()
    freed.defer(free.resolve)
    const said: string[] = []
    for (const partition of [0, 1, 2])
      for (let number = 0; number < 40; number++) {
        said.push(`${'x'.repeat(100_000)} ${partition} ${String(number).padStart(2, '0')}`)
        // Sent one by one: a fetch is one batch of a producer at least, however large.
        await client.produce(topic, [batchOf(topic, [record(said.at(-1)!)], { partition })])
      }
    await expect.poll(() => source.paused.size, polling).toBe(3)
    const held = source.inflight.bytes
    const fetches = source.fetched.length
    expect(held).toBeGreaterThan(inflightBytesMax)
    // A fetch is 1 MiB per partition at most, and rows are hardly larger than what they came in.
    expect(held).toBeLessThan(inflightBytesMax + 3 * 1_200_000)
    expect(await client.committed(topic, topic)).toEqual([-1, -1, -1])
    expect(source.fetched).toHaveLength(fetches)
    free.resolve()
    await committed(topic).toEqual([40, 40, 40])
    expect((await storedOf(opened.store, topic)).said).toEqual(said.toSorted())
    expect(source.inflight.bytes).toBe(0)
  })

  test('that waits for memory which somebody else holds goes on once that is given back', async () => {
    const { topic, ...options } = await made()
    await using source = startSource({ ...options, inflightBytesMax: 100_000 })
    await expect.poll(() => source.assigned.length, polling).toBe(1)
    const release = source.inflight.hold(100_000)
    const before = numbered(topic, 3)
    await client.produce(topic, before.messages)
    await committed(topic).toEqual([3])
    expect(source.paused.size).toBe(1)
    const after = numbered(topic, 3, { from: 10 })
    await client.produce(topic, after.messages)
    release()
    await committed(topic).toEqual([6])
    expect((await storedOf(opened.store, topic)).said).toEqual([...before.said, ...after.said].toSorted())
  })

  test('gets one poison message in a thousand as one dead letter each, in no more inserts than without', async () => {
    const run = async (poison: readonly TestMessage[]) => {
      const { topic, ...options } = await made()
      const { messages, said } = numbered(topic, 4000)
      for (const [index, message] of poison.entries())
        messages.splice(index * 1000 + 500, 0, { ...message, headers: { 'x-scope-orgid': topic } })
      await client.produce(topic, messages)
      let failed = 0
      let inserts = 0
      await using source = startSource({
        ...options,
        insert: async (insert, store) => {
          if (insert.table === 'logs') inserts++
          await store.insert(insert).catch((error: unknown) => {
            failed++
            throw error
          })
        },
      })
      await committed(topic).toEqual([4000 + poison.length])
      expect((await storedOf(opened.store, topic)).said).toEqual(said)
      expect(failed).toBe(0)
      return { letters: await lettersOf(opened.store, topic), published: source.letters.length, inserts, topic }
    }
    const without = await run([])
    const poison = [
      { value: null },
      { value: '{"records":[{"a":' },
      { value: '['.repeat(1024 * 512) },
      { value: Buffer.from([0xff, 0xfe]) },
    ]
    const { letters, published, inserts, topic } = await run(poison)
    expect(letters.map(({ origin }) => origin)).toEqual(
      [1500, 2500, 3500, 500].map((offset) => expect.stringContaining(`${topic}/0@${offset}#`)),
    )
    expect(published).toBe(4)
    expect(without.letters).toEqual([])
    // Fetches end where messages end: half a MiB more is a fetch more.
    expect(inserts).toBeLessThanOrEqual(without.inserts + 2)
  })

  test('gets a fetch of nothing but rejects as one letter each, and the group hears of the consumer meanwhile', async () => {
    const { topic, ...options } = await made()
    await using source = startSource(options)
    const headers = { 'x-scope-orgid': topic }
    const flood = Array.from({ length: 20 }, () => ({ value: '{}\n'.repeat(rejectsMax), headers }))
    const { messages, said } = numbered(topic, 1)
    await client.produce(topic, [...flood, ...messages])
    await committed(topic).toEqual([flood.length + 1])
    expect((await storedOf(opened.store, topic)).said).toEqual(said)
    const [found] = await opened.store.rows<{ letters: string; stored: string }>({
      sql: sql`SELECT toString(uniqExact(identity)) AS letters, toString(count()) AS stored FROM dead_letters WHERE tenant = ${str(topic)}`,
    })
    expect({ ...found, published: source.letters.length }).toEqual({ letters: '200000', stored: '200000', published: 200_000 })
  })
})

const polling = { timeout: 20_000, interval: 50 }
