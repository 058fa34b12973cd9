// What a log holds besides messages to read: control and aborted records, ranges that retention took, topics made again
// or compacted.
import kafkajs from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createKafkaClient } from '#shared/kafka/client.ts'
import { createPreparedTopics } from '#shared/kafka/prepared-topics.ts'
import { createLogger } from '#shared/logger.ts'
import { lettersOf, numbered, openClient, storedOf, type TestClient } from '#test/support/kafka/produce.ts'
import { startSource, type TestSourceOptions } from '#test/support/kafka/source.ts'
import { createTopics } from '#test/support/kafka/topics.ts'
import { withKafka } from '#test/support/kafka/with-kafka.ts'
import { openTestStore, type TestStore } from '#test/support/store.ts'

withKafka('a log', (kafka) => {
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
  const made = async (prefix: string, partitions = 1): Promise<{ topic: string; options: TestSourceOptions }> => {
    const topic = kafka.name(prefix)
    await createTopics(kafka.brokers, [{ topic, partitions }])
    return { topic, options: { brokers: kafka.brokers, group: topic, topics: { [topic]: 'native' }, store: opened.store } }
  }
  const committed = (topic: string) => expect.poll(() => client.committed(topic, topic), polling)
  const said = async (tenant: string): Promise<string[]> => (await storedOf(opened.store, tenant)).said

  test('shows what was committed, never what was aborted, and ends behind its last control record', async () => {
    const { topic, options } = await made('mixed')
    const kept = [numbered(topic, 5), numbered(topic, 5, { from: 100 }), numbered(topic, 5, { from: 200 })]
    await client.produce(topic, kept[0]!.messages)
    await client.transaction(topic, numbered(topic, 5, { from: 900 }).messages, 'abort')
    await client.transaction(topic, kept[1]!.messages, 'commit')
    await client.produce(topic, kept[2]!.messages)
    await client.transaction(topic, numbered(topic, 7, { from: 950 }).messages, 'abort')
    await using source = startSource(options)
    // 5 + (5 + 1) + (5 + 1) + 5 + (7 + 1)
    await committed(topic).toEqual([30])
    expect(await said(topic)).toEqual(kept.flatMap((each) => each.said).toSorted())
    expect(source.fetched[0]?.from).toBe(0n)
    expectGapless(source.fetched)
  })

  test('of nothing but aborted records does not stop progress, nor does a fetch that holds nothing else', async () => {
    const { topic, options } = await made('aborted')
    // More than one fetch takes, in transactions.
    const big = { value: 'x'.repeat(700_000) }
    for (let round = 0; round < 4; round++) await client.transaction(topic, [big], 'abort')
    await using source = startSource(options)
    await committed(topic).toEqual([8])
    expect(source.fetched.length).toBeGreaterThan(1)
    expect(source.fetched.every(({ messages }) => messages === 0)).toBe(true)
    const late = numbered(topic, 3)
    await client.produce(topic, late.messages)
    await committed(topic).toEqual([11])
    expect(await said(topic)).toEqual(late.said)
    expectGapless(source.fetched)
  })

  test('with a transaction that is still open shows nothing of it, and all of it once it is committed', async () => {
    const { topic, options } = await made('open')
    await using reader = startSource(options)
    const first = numbered(topic, 2)
    await client.produce(topic, first.messages)
    await committed(topic).toEqual([2])
    const later = numbered(topic, 2, { from: 10 })
    const transaction = await client.begin(topic, later.messages)
    const behind = numbered(topic, 2, { from: 20 })
    await client.produce(topic, behind.messages)
    expect(await said(topic)).toEqual(first.said)
    await transaction.commit()
    await committed(topic).toEqual([7])
    expect(reader.readiness()).toEqual([])
    expect(await said(topic)).toEqual([...first.said, ...later.said, ...behind.said].toSorted())
  })

  test('of which retention took a range while nobody consumed says so in one dead letter, and goes on', async () => {
    const { topic, options } = await made('eaten')
    const before = numbered(topic, 10)
    await client.produce(topic, before.messages)
    const first = startSource(options)
    await committed(topic).toEqual([10])
    await first[Symbol.asyncDispose]()
    const after = numbered(topic, 20, { from: 100 })
    await client.produce(topic, after.messages)
    await client.deleteBefore(topic, 22)
    // Two see it: the first dies with its letter stored and nothing committed.
    const come = Promise.withResolvers<void>()
    const dying = startSource({
      ...options,
      commit: () => {
        come.resolve()
        return new Promise(() => undefined)
      },
    })
    await come.promise
    await dying.crash()
    await using second = startSource(options)
    await committed(topic).toEqual([30])
    for (const { lost } of [dying, second]) expect(lost).toMatchObject([{ topic, partition: 0, from: 10n, to: 22n }])
    const kept = numbered(topic, 8, { from: 112 })
    expect(await said(topic)).toEqual([...before.said, ...kept.said].toSorted())
    const letters = await lettersOf(opened.store, 'default')
    expect(letters.filter(({ origin }) => origin.includes(topic))).toEqual([
      {
        origin: `kafka:${topic}/0@10#0`,
        reason: 'lost-on-kafka',
        detail: expect.stringContaining(`12 offsets of ${topic}/0, from 10 to 21`),
        payload: JSON.stringify({ topic, partition: 0, from: 10, to: 22 }),
      },
    ])
  })

  test('of which retention takes a range under a consumer that is paused says so in one dead letter, and goes on', async () => {
    const { topic, options } = await made('eaten-paused')
    const stuck = Promise.withResolvers<void>()
    const inserting = Promise.withResolvers<void>()
    await using source = startSource({
      ...options,
      inflightBytesMax: 1,
      insert: async (insert, store) => {
        inserting.resolve()
        await stuck.promise
        await store.insert(insert)
      },
    })
    using freed = new DisposableStack()
    freed.defer(stuck.resolve)
    await client.produce(topic, numbered(topic, 5).messages)
    await inserting.promise
    const next = Number(source.fetched.at(-1)!.to)
    await client.produce(topic, numbered(topic, 20, { from: 100 }).messages)
    await client.deleteBefore(topic, 15)
    stuck.resolve()
    await committed(topic).toEqual([25])
    expect(source.lost).toMatchObject([{ from: BigInt(next), to: 15n }])
    const letters = await lettersOf(opened.store, 'default')
    expect(letters.filter(({ origin }) => origin.includes(topic))).toMatchObject([{ origin: `kafka:${topic}/0@${next}#0` }])
    const kept = [...numbered(topic, next).said, ...numbered(topic, 10, { from: 110 }).said]
    expect(await said(topic)).toEqual(kept.toSorted())
    expectGapless([...source.fetched, ...source.lost.map((range) => ({ ...range, messages: 0 }))])
  })

  test('that retention emptied under a consumer is told lost without waiting for a message', async () => {
    const { topic, options } = await made('emptied')
    const stuck = Promise.withResolvers<void>()
    await using source = startSource({
      ...options,
      inflightBytesMax: 1,
      insert: async (insert, store) => {
        await stuck.promise
        await store.insert(insert)
      },
    })
    using freed = new DisposableStack()
    freed.defer(stuck.resolve)
    await client.produce(topic, numbered(topic, 1).messages)
    await expect.poll(() => source.paused.size, polling).toBe(1)
    await client.produce(topic, numbered(topic, 9, { from: 1 }).messages)
    await client.deleteBefore(topic, 10)
    stuck.resolve()
    await committed(topic).toEqual([10])
    expect(source.lost).toMatchObject([{ from: 1n, to: 10n }])
  })

  test('that was deleted and made again is read from its beginning, whole', async () => {
    const { topic, options } = await made('again')
    await client.produce(topic, numbered(topic, 40).messages)
    const first = startSource(options)
    await committed(topic).toEqual([40])
    await first[Symbol.asyncDispose]()
    await client.admin.deleteTopics({ topics: [topic] })
    await createTopics(kafka.brokers, [{ topic }])
    // Brokers forget the offsets of a topic that is deleted, but not where they learn of it late.
    await client.admin.setOffsets({ groupId: topic, topic, partitions: [{ partition: 0, offset: '40' }] })
    const anew = numbered(topic, 15, { from: 500 })
    await client.produce(topic, anew.messages)
    await using second = startSource(options)
    await committed(topic).toEqual([15])
    expect(second.lost).toEqual([])
    expect(await said(topic)).toEqual([...numbered(topic, 40).said, ...anew.said].toSorted())
  })

  test('that is deleted and made again under a consumer is read from its beginning, whole', async () => {
    const { topic, options } = await made('again-live')
    await using source = startSource(options)
    await client.produce(topic, numbered(topic, 40).messages)
    await committed(topic).toEqual([40])
    await client.admin.deleteTopics({ topics: [topic] })
    await createTopics(kafka.brokers, [{ topic }])
    const anew = numbered(topic, 15, { from: 500 })
    await client.produce(topic, anew.messages)
    await committed(topic).toEqual([15])
    expect(source.lost).toEqual([])
    expect(await said(topic)).toEqual([...numbered(topic, 40).said, ...anew.said].toSorted())
  })

  test('that is compacted is refused by name, while other topics flow, and consumed once it is mended', async () => {
    const { topic, options } = await made('beside')
    const compacted = kafka.name('compacted')
    await createTopics(kafka.brokers, [{ topic: compacted, settings: { 'cleanup.policy': 'compact' } }])
    const log = createLogger({ level: 'silent', service: 'test' })
    const kafkaClient = createKafkaClient({
      config: { AFTERLOG_KAFKA_BROKERS: [kafka.brokers], AFTERLOG_KAFKA_SSL: false, AFTERLOG_KAFKA_CLIENT_ID: 'test' },
      log,
    })
    const topics = [compacted, topic]
    const prepared = createPreparedTopics({ kafka: kafkaClient, topics, partitions: 1, replication: 1, retentionDays: 1, log })
    const { said: expected, messages } = numbered(topic, 3)
    await client.produce(topic, messages)
    await using reader = startSource({
      ...options,
      topics: { [topic]: 'native', [compacted]: 'native' },
      topicNames: () => prepared.usable(topics),
    })
    await committed(topic).toEqual([3])
    expect(await said(topic)).toEqual(expected)
    expect(prepared.refused()).toEqual([expect.stringMatching(new RegExp(`${compacted}.*compact`))])

    // Mended, it is consumed too, without a restart.
    const mended = numbered(topic, 3, { from: 50 })
    await client.produce(
      compacted,
      mended.messages.map((message, index) => ({ ...message, key: String(index) })),
    )
    await client.admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name: compacted,
          configEntries: [{ name: 'cleanup.policy', value: 'delete' }],
        },
      ],
    })
    await expect.poll(() => client.committed(topic, compacted), polling).toEqual([3])
    expect(await said(topic)).toEqual([...expected, ...mended.said].toSorted())
    expect(reader.readiness()).toEqual([])
    expect(prepared.refused()).toEqual([])
    prepared.close()
  })
})

/** Ranges of one partition that follow each other, whatever was asked for again. */
function expectGapless(ranges: readonly { from: bigint; to: bigint }[]): void {
  const sorted = ranges.toSorted((a, b) => Number(a.from - b.from))
  for (const [index, { from }] of sorted.entries()) if (index > 0) expect(from).toBe(sorted[index - 1]!.to)
}

const polling = { timeout: 20_000, interval: 50 }
