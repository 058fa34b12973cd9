import { Registry } from 'prom-client'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ConsumerHandler, GroupConsumer, TopicPartition } from '#shared/kafka/consumer-port.ts'
import { createLogger } from '#shared/logger.ts'
import { InflightBytes } from '#ingest/buffer/inflight.ts'
import { createIngestMetrics, createKafkaMetrics } from '#ingest/metrics.ts'
import type { DecodedBatch } from '#ingest/sources/decode-batch.ts'
import { createKafkaSource } from '#ingest/sources/kafka.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const topic = 'logs'
const key = ({ partition }: TopicPartition): number => partition
interface Commit {
  offsets: Record<number, number>
  resolve(): void
  reject(): void
}

/** A source over a port of which the test is the other side: it hands out ranges, and answers inserts and commits. */
function setup({ max = 100 } = {}) {
  let handler!: ConsumerHandler
  const state = {
    paused: new Set<number>(),
    commits: [] as Commit[],
    closed: false,
    stopped: false,
    ends: new Map<string, bigint>(),
  }
  const inserts: { to: bigint; resolve(): void; signal: AbortSignal }[] = []
  const consumer: GroupConsumer = {
    pause: (at) => void state.paused.add(key(at)),
    resume: (partitions) => {
      for (const at of partitions) state.paused.delete(key(at))
    },
    commit: (commits) =>
      new Promise((resolve, reject) => {
        const offsets = Object.fromEntries(commits.map((commit) => [commit.partition, Number(commit.offset)]))
        state.commits.push({ offsets, resolve, reject: () => reject(new Error('away')) })
      }),
    obstacle: () => undefined,
    highWatermarks: () => Promise.resolve(state.ends),
    stopFetching: () => {
      state.stopped = true
    },
    close: async () => {
      state.closed = true
    },
  }
  const inflight = new InflightBytes(max)
  const registry = new Registry()
  const settled: boolean[] = []
  /** Of the fetches to come: when the lines end that they leave open. */
  const ends: Promise<void>[] = []
  const decoded = (to: bigint, bytes: number): DecodedBatch => {
    const fragments = { settle: (stored: boolean) => void settled.push(stored), ends: ends.splice(0) }
    const batch = {
      tables: [],
      letters: [],
      accepted: 0,
      nulBytes: 0,
      rejected: new Map(),
      bytes,
      lastMs: undefined,
      to,
      fragments,
    }
    return batch
  }
  const source = createKafkaSource({
    join: (inner) => {
      handler = inner
      return consumer
    },
    topics: [topic],
    decoder: { decode: ({ to, messages }) => decoded(to, messages.length), lost: ({ to }) => decoded(to, 1) },
    deliver: (delivery, signal) =>
      new Promise((resolve, reject) => {
        inserts.push({ to: (delivery as unknown as { to: bigint }).to, resolve, signal })
        signal.addEventListener('abort', () => reject(new Error('aborted')))
      }),
    inflight,
    metrics: createKafkaMetrics({ registry, ingest: createIngestMetrics({ registry, inflight }) }),
    log: createLogger({ level: 'silent', service: 'test' }),
    clock: () => 0,
  })
  /** A fetch of [from, to) whose rows have so many bytes. */
  const give = (partition: number, from: number, to: number, bytes = 1): void =>
    void handler.batch({
      topic,
      partition,
      from: BigInt(from),
      to: BigInt(to),
      messages: Array.from({ length: bytes }, () => ({ offset: '0', timestamp: '0', key: null, value: null })),
      highWatermark: BigInt(to),
    })
  const assign = (...positions: number[]): void =>
    handler.assigned(positions.map((position, partition) => ({ topic, partition, position: BigInt(position) })))
  const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(100)
  return { state, inserts, source, inflight, handler, give, assign, settle, settled, ends }
}

test('commits what is stored without a gap, of all partitions at once, and nothing of what is not', async () => {
  const { state, inserts, give, assign, settle } = setup()
  assign(0, 10)
  give(0, 0, 5)
  give(0, 5, 8)
  give(1, 10, 11)
  inserts[1]!.resolve()
  inserts[2]!.resolve()
  await settle()
  expect(state.commits.map(({ offsets }) => offsets)).toEqual([{ 1: 11 }])
  state.commits[0]!.resolve()
  inserts[0]!.resolve()
  await settle()
  await settle()
  expect(state.commits.map(({ offsets }) => offsets)).toEqual([{ 1: 11 }, { 0: 8 }])
})

test('commits up to the end of a line that a fetch leaves open, once it is stored, and waits some seconds for it', async () => {
  const { state, inserts, give, assign, settle, settled, ends } = setup()
  assign(0)
  const line = Promise.withResolvers<void>()
  ends.push(line.promise)
  give(0, 0, 5)
  give(0, 5, 8)
  for (const insert of inserts) insert.resolve()
  await settle()
  expect(settled).toEqual([true, true])
  expect(state.commits).toEqual([])
  line.resolve()
  await settle()
  expect(state.commits.map(({ offsets }) => offsets)).toEqual([{ 0: 8 }])
  state.commits[0]!.resolve()
  ends.push(new Promise(() => {}))
  give(0, 8, 9)
  inserts[2]!.resolve()
  await vi.advanceTimersByTimeAsync(3200)
  expect(state.commits.at(-1)?.offsets).toEqual({ 0: 9 })
})

test('of an assignment of before nothing is stored again, acknowledged or committed', async () => {
  const { state, inserts, give, assign, settle } = setup()
  assign(0)
  give(0, 0, 5)
  assign(0)
  expect(inserts[0]!.signal.aborted).toBe(true)
  inserts[0]!.resolve()
  await settle()
  expect(state.commits).toEqual([])
})

test('a commit of an assignment of before does not count for this one', async () => {
  const { state, inserts, give, assign, settle } = setup()
  assign(0)
  give(0, 0, 40)
  inserts[0]!.resolve()
  await settle()
  expect(state.commits.map(({ offsets }) => offsets)).toEqual([{ 0: 40 }])
  // Another topic by that name, which is shorter.
  assign(0)
  state.commits[0]!.resolve()
  give(0, 0, 15)
  inserts[1]!.resolve()
  await settle()
  await settle()
  expect(state.commits.map(({ offsets }) => offsets)).toEqual([{ 0: 40 }, { 0: 15 }])
})

test('a range that retention took is committed once its letter is stored', async () => {
  const { state, inserts, handler, settle } = setup()
  const lost = { topic, partition: 0, from: 3n, to: 9n }
  handler.assigned([{ topic, partition: 0, position: 9n, lost }])
  await settle()
  expect(state.commits).toEqual([])
  inserts[0]!.resolve()
  await settle()
  expect(state.commits.map(({ offsets }) => offsets)).toEqual([{ 0: 9 }])
})

test('over the cap every partition that brings something pauses, and goes on at half of it', async () => {
  const { state, inserts, give, assign, settle } = setup({ max: 100 })
  assign(0, 0)
  give(0, 0, 1, 90)
  expect(state.paused).toEqual(new Set())
  give(0, 1, 2, 20)
  give(1, 0, 1, 5)
  expect(state.paused).toEqual(new Set([0, 1]))
  inserts[1]!.resolve()
  await settle()
  expect(state.paused).toEqual(new Set([0, 1]))
  inserts[0]!.resolve()
  await settle()
  expect(state.paused).toEqual(new Set())
})

test('assigned anew while memory is full, nothing is fetched until there is room', async () => {
  const { state, inflight, assign, settle } = setup({ max: 100 })
  const release = inflight.hold(100)
  assign(0, 0)
  expect(state.paused).toEqual(new Set([0, 1]))
  release()
  await settle()
  // Whoever held it does not tell.
  await vi.advanceTimersByTimeAsync(5000)
  expect(state.paused).toEqual(new Set())
})

test('closing fetches nothing more, waits for what was fetched, commits it, and leaves', async () => {
  const { state, source, inserts, give, assign, settle } = setup()
  assign(0)
  give(0, 0, 5)
  const closed = source.close()
  await settle()
  expect(state).toMatchObject({ stopped: true, closed: false, commits: [] })
  inserts[0]!.resolve()
  await settle()
  expect(state.commits.map(({ offsets }) => offsets)).toEqual([{ 0: 5 }])
  state.commits[0]!.resolve()
  await closed
  expect(state.closed).toBe(true)
})

test('a store and brokers that do not answer keep nobody from closing, and nothing is committed that is not stored', async () => {
  const { state, source, inserts, give, assign } = setup()
  assign(0, 0)
  give(0, 0, 5)
  give(1, 0, 5)
  inserts[1]!.resolve()
  let closed = false
  void source.close().then(() => (closed = true))
  await vi.advanceTimersByTimeAsync(15_000)
  expect(inserts[0]!.signal.aborted).toBe(true)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(closed).toBe(true)
  expect(state.commits.map(({ offsets }) => offsets)).toEqual([{ 1: 5 }])
})
