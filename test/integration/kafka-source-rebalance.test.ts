// A second process joins while the first is at any step between Kafka and a commit: what was not committed goes to one
// of them again, and what the first stores late, as a zombie, collapses with it.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Insert, LogStore } from '#shared/clickhouse/store.ts'
import { numbered, openClient, storedOf, type TestClient } from '#test/support/kafka/produce.ts'
import { startSource, type TestSourceOptions } from '#test/support/kafka/source.ts'
import { createTopics } from '#test/support/kafka/topics.ts'
import { withKafka } from '#test/support/kafka/with-kafka.ts'
import { openTestStore, type TestStore } from '#test/support/store.ts'

interface Gate {
  /** Resolves when the first process stands at it. */
  reached: Promise<void>
  open(): void
  stop(): Promise<void>
}

function createGate(): Gate {
  const reached = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  return {
    reached: reached.promise,
    open: opened.resolve,
    stop: () => {
      reached.resolve()
      return opened.promise
    },
  }
}

/** Where the first process stands while the second one joins. */
const moments: Record<string, (gate: Gate) => Pick<TestSourceOptions, 'insert' | 'commit'>> = {
  'before its insert': ({ stop }) => ({ insert: (insert, store) => stop().then(() => store.insert(insert)) }),
  'in its insert, which the store has': ({ stop }) => ({
    insert: async (insert, store) => {
      await store.insert(insert)
      await stop()
    },
  }),
  'in an insert that fails': ({ stop }) => {
    let first = true
    return {
      insert: async (insert: Insert, store: LogStore) => {
        if (!first) return await store.insert(insert)
        first = false
        await stop()
        throw new Error('broken')
      },
    }
  },
  'before its commit': ({ stop }) => ({ commit: (commit) => stop().then(commit) }),
  'in its commit, which the broker has': ({ stop }) => ({ commit: (commit) => commit().then(stop) }),
}

withKafka('a process that joins while another one is', (kafka) => {
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
  const partitions = [0, 1, 2, 3]
  const made = async (): Promise<TestSourceOptions & { topic: string }> => {
    const topic = kafka.name('rebalance')
    await createTopics(kafka.brokers, [{ topic, partitions: partitions.length }])
    return { brokers: kafka.brokers, group: topic, topics: { [topic]: 'native' }, store: opened.store, topic }
  }
  const produce = async (topic: string, from: number): Promise<string[]> => {
    const parts = partitions.map((partition) => numbered(topic, 25, { partition, from }))
    await client.produce(
      topic,
      parts.flatMap(({ messages }) => messages),
    )
    return parts.flatMap(({ said }) => said)
  }

  test.each(Object.entries(moments))('%s shares the partitions, and every line is there once', async (_, moment) => {
    const { topic, ...options } = await made()
    const before = await produce(topic, 0)
    const gate = createGate()
    await using first = startSource({ ...options, ...moment(gate) })
    using opening = new DisposableStack()
    opening.defer(gate.open)
    await gate.reached
    await using second = startSource(options)
    await expect.poll(() => [first.assigned.length, second.assigned.length], polling).toEqual([2, 1])
    expect([...first.assigned[1]!, ...second.assigned[0]!]).toHaveLength(partitions.length)
    // The second has stored what the first still holds before the first goes on.
    const seconds = partitions.filter((partition) => second.assigned[0]!.some((at) => at.startsWith(`${topic}/${partition}@`)))
    const committedBySecond = async (): Promise<number[]> => {
      const committed = await client.committed(topic, topic)
      return seconds.map((partition) => committed[partition]!)
    }
    await expect.poll(committedBySecond, polling).toEqual(seconds.map(() => 25))
    gate.open()
    const after = await produce(topic, 25)
    await expect.poll(() => client.committed(topic, topic), polling).toEqual(partitions.map(() => 50))
    expect((await storedOf(opened.store, topic)).said).toEqual([...before, ...after].toSorted())
  })

  test('inserting, and left the group meanwhile: its late insert collapses with that of its successor', async () => {
    const { topic, ...options } = await made()
    const said = await produce(topic, 0)
    const gate = createGate()
    const late: Promise<void>[] = []
    const zombie = startSource({
      ...options,
      insert: (insert, store) => {
        // The bytes as they are now: whoever sends them late does not ask whether anybody still wants that.
        const rows = Buffer.from(insert.rows)
        late.push(gate.stop().then(() => store.insert({ ...insert, rows })))
        return late.at(-1)!
      },
    })
    await gate.reached
    await zombie.crash()
    await using successor = startSource(options)
    await expect.poll(() => client.committed(topic, topic), polling).toEqual(partitions.map(() => 25))
    gate.open()
    await Promise.all(late)
    const stored = await storedOf(opened.store, topic)
    expect(stored.said).toEqual(said.toSorted())
    expect(stored.rows).toBeGreaterThan(said.length)
    expect(successor.assigned).toHaveLength(1)
  })

  test('and leaves, again and again under load, and every line is there once', async () => {
    const { topic, ...options } = await made()
    await using resident = startSource(options)
    const all: string[] = []
    for (let round = 0; round < 4; round++) {
      const comes = startSource(options)
      all.push(...(await produce(topic, round * 25)))
      await expect.poll(() => comes.assigned.length, polling).toBe(1)
      await (round % 2 === 0 ? comes.crash() : comes[Symbol.asyncDispose]())
    }
    await expect.poll(() => client.committed(topic, topic), polling).toEqual(partitions.map(() => 100))
    expect(resident.readiness()).toEqual([])
    expect((await storedOf(opened.store, topic)).said).toEqual(all.toSorted())
  })
})

const polling = { timeout: 20_000, interval: 50 }
