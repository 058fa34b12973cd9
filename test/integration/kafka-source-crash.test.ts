// A process that dies at each step between Kafka and a commit, and another one that takes over: everything is there,
// once.
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, afterAll, expect, test } from 'vitest'
import { raw, sql, str } from '#shared/clickhouse/sql.ts'
import type { Insert, LogStore } from '#shared/clickhouse/store.ts'
import { isLine } from '#shared/lines/absorbed-lines.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { absorbFragments } from '#projector/fragments/absorb-fragments.ts'
import { batchOf, lettersOf, numbered, openClient, storedOf, type TestClient } from '#test/support/kafka/produce.ts'
import { startSource, type TestSourceOptions } from '#test/support/kafka/source.ts'
import { createTopics } from '#test/support/kafka/topics.ts'
import { withKafka } from '#test/support/kafka/with-kafka.ts'
import { record } from '#test/support/lines.ts'
import { openTestStore, type TestStore } from '#test/support/store.ts'

/** Where the process dies: what stands in its way, given what tells that the moment has come. */
const moments: Record<string, (come: () => void) => Pick<TestSourceOptions, 'insert' | 'commit'>> = {
  'before the insert': (come) => ({ insert: () => hang(come) }),
  'in the insert, which the store has whole': (come) => ({
    insert: async (insert, store) => {
      await store.insert(insert)
      await hang(come)
    },
  }),
  'between the inserts of two tables': (come) => ({
    insert: async (insert, store) => {
      if (insert.table === 'dead_letters') await hang(come)
      await store.insert(insert)
    },
  }),
  'after the inserts, before the commit': (come) => ({ commit: () => hang(come) }),
  'in the commit, which the broker has': (come) => ({
    commit: async (commit) => {
      await commit()
      await hang(come)
    },
  }),
  'after the commit': (come) => ({
    commit: async (commit) => {
      await commit()
      come()
    },
  }),
}

withKafka('a process that dies', (kafka) => {
  let opened: TestStore
  let store: LogStore
  let client: TestClient
  beforeAll(async () => {
    opened = await openTestStore()
    store = opened.store
    client = await openClient(kafka.brokers)
  })
  afterAll(async () => {
    await client[Symbol.asyncDispose]()
    await opened[Symbol.asyncDispose]()
  })

  test.each(Object.entries(moments))('%s leaves every line and every dead letter once', async (_, moment) => {
    const topic = kafka.name('crash')
    const tenant = topic
    await createTopics(kafka.brokers, [{ topic, partitions: 2 }])
    const some = [numbered(tenant, 50), numbered(tenant, 50, { partition: 1 })]
    const poisoned = batchOf(tenant, [record('beside poison'), { time: 'never' }])
    await client.produce(topic, [...some.flatMap(({ messages }) => messages), poisoned])
    const said = [...some.flatMap((each) => each.said), 'beside poison'].toSorted()
    const options = { brokers: kafka.brokers, group: topic, topics: { [topic]: 'native' as const }, store }

    const come = Promise.withResolvers<void>()
    const dying = startSource({ ...options, ...moment(come.resolve) })
    await come.promise
    // Time enough for a commit that should not be: there is no event for what does not happen.
    await sleep(300)
    await dying.crash()

    await using heir = startSource(options)
    await expect.poll(() => heir.assigned.length, polling).toBe(1)
    await expect.poll(() => client.committed(topic, topic), polling).toEqual([51, 50])
    expect((await storedOf(store, tenant)).said).toEqual(said)
    expect(await lettersOf(store, tenant)).toMatchObject([{ origin: `kafka:${topic}/0@50#1` }])
  })

  test('and begins again anywhere, also in the middle of what it once fetched at once, makes the same lines of it', async () => {
    const topic = kafka.name('anywhere')
    await createTopics(kafka.brokers, [{ topic }])
    const { messages, said } = numbered(topic, 20)
    await client.produce(topic, messages)
    const options = { brokers: kafka.brokers, group: topic, topics: { [topic]: 'native' as const }, store }
    for (const offset of [0, 7, 13]) {
      await client.deleteBefore(topic, offset)
      const group = kafka.name('anywhere')
      await using source = startSource({ ...options, group })
      await expect.poll(() => client.committed(group, topic), polling).toEqual([20])
      expect(source.fetched[0]?.from).toBe(BigInt(offset))
    }
    expect((await storedOf(store, topic)).said).toEqual(said)
  })

  test('between the fragments of a line, which come in a message each, leaves one line', async () => {
    const topic = kafka.name('fragments')
    await createTopics(kafka.brokers, [{ topic }])
    const startMs = Date.now()
    let ns = 0
    // A time of nanoseconds each, as runtimes write it.
    const time = () => `${new Date(startMs).toISOString().slice(0, -1)}${String(++ns).padStart(6, '0')}Z`
    const said = (message: string, partial: boolean) => batchOf(topic, [{ ...record(message), time: time(), partial }])
    await client.produce(topic, [said('before', false), said('be', true), said('gi', true)])
    const options = { brokers: kafka.brokers, group: topic, topics: { [topic]: 'native' as const }, store }
    const dying = startSource(options)
    await expect.poll(async () => (await storedOf(store, topic)).said, polling).toContain('begi')
    await dying.crash()
    await client.produce(topic, [said('n', false), said('next', false)])
    await using heir = startSource(options)
    await expect.poll(() => heir.assigned.length, polling).toBe(1)
    await expect.poll(() => client.committed(topic, topic), polling).toEqual([5])
    // The projector names what the process that died has left.
    await absorbFragments(store, createReading({ store, limits: {} }), topic, ['uid-cart'])
    const lines = await store.rows<{ message: string }>({
      sql: sql`SELECT DISTINCT message
      FROM logs WHERE tenant = ${str(topic)} AND ${isLine(topic, raw(''))} ORDER BY message`,
    })
    expect(lines.map(({ message }) => message)).toEqual(['before', 'begin', 'next'])
  })

  test('again and again at any insert or commit leaves every line once', async () => {
    const topic = kafka.name('crashes')
    await createTopics(kafka.brokers, [{ topic, partitions: 3 }])
    const options = { brokers: kafka.brokers, group: topic, topics: { [topic]: 'native' as const }, store }
    const all: string[] = []
    for (let round = 0; round < 8; round++) {
      const parts = [0, 1, 2].map((partition) => numbered(topic, 20, { partition, from: round * 20 }))
      await client.produce(
        topic,
        parts.flatMap(({ messages }) => messages),
      )
      all.push(...parts.flatMap(({ said }) => said))
      const come = Promise.withResolvers<void>()
      let steps = 0
      // Before the first insert, after it, and then whatever comes: another insert, or a commit.
      const step = async (): Promise<void> => {
        if (steps++ === round % 4) await hang(come.resolve)
      }
      const around = async (act: () => Promise<void>): Promise<void> => {
        await step()
        await act()
        await step()
      }
      const dying = startSource({ ...options, insert: (insert: Insert) => around(() => store.insert(insert)), commit: around })
      await come.promise
      await dying.crash()
    }
    await using heir = startSource(options)
    await expect.poll(() => heir.assigned.length, polling).toBe(1)
    await expect.poll(() => client.committed(topic, topic), polling).toEqual([160, 160, 160])
    const { said, rows } = await storedOf(store, topic)
    expect(said).toEqual(all.toSorted())
    expect(rows, 'nothing was sent twice, so that this proves nothing').toBeGreaterThan(said.length)
  })
})

/** Tells, and never comes back. */
function hang(tell: () => void): Promise<never> {
  tell()
  return new Promise(() => undefined)
}

const polling = { timeout: 15_000, interval: 50 }
