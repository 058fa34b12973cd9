// A member of a consumer group that delivers each partition's offsets without gap or overlap. kafkajs hides control,
// aborted and filtered records, loses a position that retention deleted, and may deliver a fetch from before a
// rebalance. So this module tracks positions: after a join it fetches nothing until it knows each partition's committed
// offset and bounds, and it drops a fetch that does not begin at the position. docs/decisions/0006-kafka-delivery.md
import { setTimeout as sleep } from 'node:timers/promises'
import type { EachBatchPayload, Kafka } from 'kafkajs'
import type { Logger } from '#shared/logger.ts'
import type { ConsumerHandler, GroupConsumer, TopicPartition } from './consumer-port.ts'
import { byTopic } from './by-topic.ts'
import { createEmptyStretches } from './empty-stretch.ts'
import { fetchParts } from './fetch-parts.ts'
import { createPartitionOffsets, keyOf, type PartitionBounds } from './partition-offsets.ts'
import { describeKafkaError } from './protocol-error.ts'
import { whereToBegin } from './where-to-begin.ts'
import { whileBeating } from './while-beating.ts'

export interface GroupConsumerOptions {
  kafka: Kafka
  groupId: string
  /** Returns the topics to consume. Called repeatedly: it rejects while none exists, and may return more later. */
  topics: () => Promise<readonly string[]>
  handler: ConsumerHandler
  log: Logger
}

/** ms of silence after which the group counts a member as dead. */
const sessionTimeout = 10_000
const heartbeatInterval = 2000
/** ms that a fetch waits for messages. A stop, or a resumed partition, may have to wait as long. */
const maxWaitTimeInMs = 100
const retryMs = 1000
/** ms in which a fetch from before a seek may still arrive. */
const staleMs = 2 * maxWaitTimeInMs + 500
/** How often an empty stretch must be observed before it counts. */
const observationsMin = 3

export function createGroupConsumer({ kafka, groupId, topics, handler, log }: GroupConsumerOptions): GroupConsumer {
  const consumer = kafka.consumer({ groupId, sessionTimeout, heartbeatInterval, maxWaitTimeInMs })
  const offsets = createPartitionOffsets(kafka)
  /** By `topic/partition`: where the next batch must begin. Empty while an assignment is prepared. */
  const positions = new Map<string, bigint>()
  /** When a seek was made, for partitions from which nothing has arrived since. */
  const soughtMs = new Map<string, number>()
  const realigning = new Set<string>()
  /** Partitions that the handler has paused. */
  const paused = new Set<string>()
  const stretches = createEmptyStretches(observationsMin)
  let assignment: readonly TopicPartition[] = []
  let generation = 0
  let closed = false
  let stopped = false
  /** Whether kafkajs has a member, which seek, pause and resume need. */
  let joined = false
  /** How many commits the broker has stored. */
  let commits = 0
  let committing = false
  let obstacle: string | undefined = `has not joined the consumer group ${groupId} yet`

  const ofGeneration = (wanted: number): boolean => !closed && generation === wanted

  /** Begins an assignment: partitions are read from their committed offsets. */
  function begin(partitions: readonly TopicPartition[]): void {
    generation++
    joined = true
    assignment = partitions
    positions.clear()
    soughtMs.clear()
    realigning.clear()
    paused.clear()
    stretches.clear()
    handler.assigned([])
    pause(partitions)
    void prepare(generation, partitions)
  }

  async function prepare(mine: number, partitions: readonly TopicPartition[]): Promise<void> {
    for (let attempt = 1; ofGeneration(mine); attempt++) {
      try {
        const ready = await whereToBegin({ offsets, groupId, partitions, attempt })
        if (!ofGeneration(mine)) return
        for (const at of ready) {
          positions.set(keyOf(at), at.position)
          seek(at, at.position)
        }
        // Before the handler is called, since it pauses partitions for which it has no room.
        resume(partitions)
        handler.assigned(ready)
        obstacle = undefined
        log.info({ generation: mine, partitions: partitions.map(keyOf) }, 'partitions assigned')
        return
      } catch (error) {
        obstacle = `does not know where its partitions begin: ${describeKafkaError(error)}`
        log.warn({ err: error }, 'Kafka does not tell where the assigned partitions begin; trying again')
        await sleep(retryMs)
      }
    }
  }

  async function eachBatch({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    const at = { topic: batch.topic, partition: batch.partition }
    let position = positions.get(keyOf(at))
    if (position === undefined) return
    if (BigInt((batch as unknown as { fetchedOffset: string }).fetchedOffset) !== position)
      return void realign(at, position)
    const mine = generation
    const parts = fetchParts(batch.messages)
    for (const [i, messages] of parts.entries()) {
      if (i > 0) {
        // Lets other work run, and keeps the session of this member alive.
        await sleep(0)
        await heartbeat()
        // A paused partition fetches the rest again.
        if (paused.has(keyOf(at))) return
      }
      if (!ofGeneration(mine) || positions.get(keyOf(at)) !== position) return
      const last = i === parts.length - 1 ? batch.lastOffset() : messages.at(-1)!.offset
      const from: bigint = position
      const to = BigInt(last) + 1n
      await whileBeating({ heartbeat, intervalMs: heartbeatInterval }, () =>
        handler.batch({ ...at, from, to, messages, highWatermark: BigInt(batch.highWatermark) }),
      )
      // A rebalance came meanwhile, or a seek: the messages come again.
      if (!ofGeneration(mine) || positions.get(keyOf(at)) !== position) return
      moved(at, to)
      resolveOffset(last)
      position = to
    }
  }

  /** Handles a fetch of nothing but control and aborted records. kafkajs skips it, and reports it only in an event. */
  function passedOver(at: TopicPartition, first: string | null, last: string): void {
    const key = keyOf(at)
    const position = positions.get(key)
    const to = BigInt(last) + 1n
    if (position === undefined || to <= position) return
    // Where the fetch has nothing at or behind the position, `last` is the position itself.
    const from = BigInt(first ?? last)
    if (from !== position && !(soughtMs.has(key) && stretches.isEmpty(key, position, from)))
      return void realign(at, position)
    void handler.batch({ ...at, from: position, to, messages: [], highWatermark: to })
    moved(at, to)
  }

  function moved(at: TopicPartition, to: bigint): void {
    soughtMs.delete(keyOf(at))
    stretches.forget(keyOf(at))
    positions.set(keyOf(at), to)
  }

  /** Seeks again after kafkajs fetched elsewhere: retention deleted the position, or the assignment changed. */
  async function realign(at: TopicPartition, position: bigint): Promise<void> {
    const key = keyOf(at)
    if (realigning.has(key) || performance.now() - (soughtMs.get(key) ?? Number.NEGATIVE_INFINITY) < staleMs) return
    realigning.add(key)
    const mine = generation
    try {
      const bounds = (await offsets.bounds([at.topic])).get(key)
      if (bounds === undefined || !ofGeneration(mine) || positions.get(key) !== position) return
      const { low, high } = bounds
      if (high < position) return begin(assignment)
      if (low > position) {
        handler.lost({ ...at, from: position, to: low })
        positions.set(key, low)
      }
      seek(at, positions.get(key)!)
    } catch (error) {
      log.warn({ err: error, ...at }, 'Kafka does not tell where a partition begins; trying again')
    } finally {
      realigning.delete(key)
    }
  }

  /** Reads bounds. A partition that retention has emptied delivers nothing, so that only its bounds show the loss. */
  async function boundsOf(names: readonly string[]): Promise<ReadonlyMap<string, PartitionBounds>> {
    const bounds = await offsets.bounds(names)
    for (const at of assignment) {
      const position = positions.get(keyOf(at))
      if (position !== undefined && (bounds.get(keyOf(at))?.low ?? 0n) > position) void realign(at, position)
    }
    return bounds
  }

  function seek({ topic, partition }: TopicPartition, position: bigint): void {
    if (!joined) return
    soughtMs.set(keyOf({ topic, partition }), performance.now())
    consumer.seek({ topic, partition, offset: String(position) })
  }

  const pause = (partitions: readonly TopicPartition[]): void => {
    if (joined) consumer.pause(byTopic(partitions))
  }
  const resume = (partitions: readonly TopicPartition[]): void => {
    if (joined && !stopped) consumer.resume(byTopic(partitions))
  }

  const { GROUP_JOIN, START_BATCH_PROCESS, COMMIT_OFFSETS, REQUEST, STOP, CRASH } = consumer.events
  consumer.on(GROUP_JOIN, ({ payload }) => {
    // A restart was under way when the consumer was closed.
    if (closed) return void consumer.disconnect().catch(() => undefined)
    const partitions = Object.entries(payload.memberAssignment as Readonly<Record<string, readonly number[]>>)
    begin(partitions.flatMap(([topic, numbers]) => numbers.map((partition) => ({ topic, partition }))))
  })
  consumer.on(START_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize === 0) passedOver(payload, payload.firstOffset, payload.lastOffset)
  })
  consumer.on(COMMIT_OFFSETS, () => commits++)
  consumer.on(REQUEST, ({ payload }) => {
    if (payload.apiName !== 'OffsetCommit' || committing || closed) return
    // kafkajs commits by itself only "the earliest" offset, over what was committed, where its position is gone.
    void boundsOf([...new Set(assignment.map(({ topic }) => topic))]).catch((error: unknown) => {
      log.warn({ err: error }, 'Kafka does not tell what retention deleted; trying again with the lag')
    })
  })
  // From this event on kafkajs throws in seek, pause and resume. Its crash event comes later.
  consumer.on(STOP, () => {
    joined = false
  })
  consumer.on(CRASH, ({ payload }) => {
    const why = `has left the consumer group ${groupId}: ${describeKafkaError(payload.error)}`
    if (why !== obstacle) log.error({ err: payload.error }, 'the consumer stopped; it starts again')
    obstacle = why
    if (!payload.restart) void started.then(() => sleep(retryMs)).then(run)
  })

  const run = async (): Promise<void> => {
    if (!closed)
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 4,
        eachBatch,
      })
  }

  async function start(): Promise<void> {
    while (!closed) {
      try {
        const names = await topics()
        await consumer.connect()
        await consumer.subscribe({ topics: [...names], fromBeginning: true })
        await run()
        void follow(names)
        return
      } catch (error) {
        obstacle = `cannot consume: ${describeKafkaError(error)}`
        log.warn({ err: error }, 'Kafka cannot be consumed yet; trying again')
        await sleep(retryMs)
      }
    }
  }
  const started = start()

  /** Restarts the consumer when more topics may be used, since kafkajs takes new topics only when it joins. */
  async function follow(names: readonly string[]): Promise<void> {
    while (!closed) {
      await sleep(retryMs, undefined, { ref: false })
      const usable = await topics().catch(() => names)
      if (!joined || closed || stopped || usable.every((topic) => names.includes(topic))) continue
      log.info({ topics: usable }, 'more topics may be consumed by now')
      await consumer.stop()
      return await start()
    }
  }

  return {
    pause: (partition) => {
      paused.add(keyOf(partition))
      pause([partition])
    },
    resume: (partitions) => {
      for (const each of partitions) paused.delete(keyOf(each))
      resume(partitions)
    },
    commit: async (wanted) => {
      const before = commits
      committing = true
      try {
        await consumer.commitOffsets(wanted.map(({ offset, ...at }) => ({ ...at, offset: String(offset) })))
      } finally {
        committing = false
      }
      // kafkajs resolves a commit, without committing, where it has left the group.
      if (commits === before) throw new Error(`nothing was committed: the consumer has left the group ${groupId}`)
    },
    obstacle: () => obstacle,
    highWatermarks: async (names) => {
      const bounds = await boundsOf(names)
      return new Map([...bounds].map(([key, { high }]) => [key, high]))
    },
    stopFetching: () => {
      stopped = true
      pause(assignment)
    },
    close: async () => {
      closed = true
      await consumer.disconnect()
      await offsets.close()
    },
  }
}
