// One run: messages are produced while faults happen, then the group works off what is left, and every answer is asked
// for.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { KafkaProcess } from '#test/support/kafka/start.ts'
import { createTopics } from '#test/support/kafka/topics.ts'
import { createFleet } from './fleet.ts'
import { inject, type Injected } from './inject.ts'
import { lagGone } from './lag.ts'
import { verifyLetterTopic } from './letter-topic.ts'
import { speak } from './messages.ts'
import type { Run } from './plan.ts'
import { produce } from './produce.ts'
import type { Store, Stored } from './store.ts'
import { verify } from './verify.ts'

export interface RunOptions {
  run: Run
  lines: number
  store: Store
  broker: KafkaProcess
  /** Of the query process. */
  url: string
  work: string
  retention: string
}

export interface Result extends Injected {
  run: Run
  faults: string[]
  lines: number
  messages: number
  poison: number
  postsAgain: number
  rebalances: number
  /** Before and after everything was merged. */
  stored: Stored
  merged: Stored
  recoveredMs: number
}

const partitions = 6
const spreadMs = 11_000
const lagMsMax = 60_000
/** ms that messages and faults may take at the very most, on a machine that is busy with other things. */
const stuckMs = 600_000

export async function oneRun({ run, lines, store, broker, url, work, retention }: RunOptions): Promise<Result> {
  const tenant = `faults-${run.seed}`
  const topic = `${tenant}.logs`
  const spoken = speak({ seed: run.seed, lines, partitions, untilMs: Date.now() - 60_000 })
  // Small enough that bigger posts are split into several messages.
  await createTopics(broker.brokers, [{ topic, partitions, settings: { 'max.message.bytes': '150000' } }])
  await store.holdMerges(run.unmerged)
  const env = {
    AFTERLOG_CLICKHOUSE_URL: store.url,
    AFTERLOG_KAFKA_BROKERS: broker.brokers,
    AFTERLOG_KAFKA_GROUP: tenant,
    AFTERLOG_KAFKA_TOPICS: `${topic}:native`,
    AFTERLOG_RETENTION: retention,
    AFTERLOG_FLUSH_INTERVAL_MS: String(run.flushIntervalMs),
  }
  await using fleet = createFleet(env, join(work, 'unused'))
  await Promise.all([fleet.add(), fleet.add()])
  const steady = createLock()
  const producing = produce({
    brokers: broker.brokers,
    topic,
    tenant,
    messages: spoken.messages,
    spreadMs,
    urls: fleet.urls,
    steady,
  })
  const injecting = inject({ run, fleet, store, broker, steady, work })
  const both = await Promise.race([Promise.all([producing, injecting]), sleep(stuckMs, undefined, { ref: false })])
  if (both === undefined) throw new Error(`run ${run.number} is stuck after ${stuckMs} ms: ${fleet.last()}`)
  const [produced, injected] = both
  while (fleet.size < 2) await fleet.add()
  const endedMs = performance.now()
  const faults = await lagGone({ brokers: broker.brokers, topic, group: tenant, mostMs: lagMsMax })
  const recoveredMs = performance.now() - endedMs
  const expected = { url, tenant, speakers: spoken.speakers, poison: produced.poison }
  const stored = await store.stored(tenant)
  faults.push(...(await verify(expected)))
  const letters = { brokers: broker.brokers, topic, group: `${tenant}-letters`, poison: produced.poison }
  faults.push(...(await verifyLetterTopic(letters)))
  await store.mergeAll()
  const merged = await store.stored(tenant)
  faults.push(...(await verify(expected)).map((fault) => `once merged: ${fault}`), ...fleet.faults)
  return {
    ...injected,
    run,
    faults,
    lines: spoken.said.length,
    messages: spoken.messages.length,
    poison: produced.poison.length,
    postsAgain: produced.postsAgain,
    rebalances: fleet.logged(({ msg }) => msg === 'partitions assigned').length,
    stored,
    merged,
    recoveredMs,
  }
}

/** Runs one at a time, in the order they came. */
function createLock(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work)
    last = next.catch(() => undefined)
    return next
  }
}
