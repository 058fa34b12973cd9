// `npm run test:outages -- --seconds 60 --seed N`: numbered lines come in steadily, over Kafka and over HTTP, to two
// ingest processes over a ClickHouse server, while first the broker and then the store is away. Tells how long it takes
// to recover and what is lost or there twice; any of it fails. Decision 0006.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startKafka } from '#test/support/kafka/start.ts'
import { createTopics } from '#test/support/kafka/topics.ts'
import { spawnService, type ServiceProcess } from '#test/support/service-process.ts'
import { watchGroup } from '../kafka/group-lag.ts'
import { countBy, createClient } from './answers.ts'
import { startStore } from './kafka/store.ts'
import { verify } from './kafka/verify.ts'
import { startChatter } from './outages/chatter.ts'
import { observe, type Observation } from './outages/observe.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    only: { type: 'string', default: 'broker,store' },
  },
})
const outageMs = Number(values.seconds) * 1000
const steadyMs = Math.min(10_000, outageMs)
const seed = Number(values.seed)
const linesPerSecond = Number(values.rate)
const tenant = `outages-${seed}`
const topic = `${tenant}.logs`
const partitions = 6
const recoverMsMax = 300_000
const work = await mkdtemp(join(tmpdir(), 'afterlog-outages-'))
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
const faults: string[] = []

async function run(): Promise<void> {
  say(`seed ${seed}: node bench/faults/outages.ts --seconds ${values.seconds} --rate ${linesPerSecond} --seed ${seed}`)
  await using broker = await startKafka({ dir: join(work, 'kafka') })
  await using store = await startStore(join(work, 'store'))
  const { brokers } = broker
  await createTopics(brokers, [{ topic, partitions }])
  const env = {
    AFTERLOG_CLICKHOUSE_URL: store.url,
    AFTERLOG_KAFKA_BROKERS: brokers,
    AFTERLOG_KAFKA_GROUP: tenant,
    AFTERLOG_KAFKA_TOPICS: `${topic}:native`,
    AFTERLOG_RETENTION: 'default=14d,payments=90d',
  }
  const spawn = (program: 'services/ingest/main.ts' | 'services/query/main.ts') =>
    spawnService({ dataDir: join(work, 'unused'), program, env })
  await using query = spawn('services/query/main.ts')
  const url = await query.serving
  await using first = spawn('services/ingest/main.ts')
  await using second = spawn('services/ingest/main.ts')
  let ended = false
  const watch = async ({ exited, stderr, logs }: ServiceProcess): Promise<void> => {
    const { code, signal } = await exited
    const last = logs.slice(-3).map((line) => JSON.stringify(line))
    if (!ended) faults.push(`an ingest process ended by itself (${code ?? signal}): ${stderr().slice(-2000)} ${last.join(' ')}`)
  }
  for (const ingest of [first, second]) void watch(ingest)
  const ingests = await Promise.all([first, second].map(async ({ pid, serving }) => ({ pid, url: await serving })))
  await using group = await watchGroup({ brokers, topic, group: tenant })
  const chatter = await startChatter({
    brokers,
    topic,
    tenant,
    partitions,
    linesPerSecond,
    seed,
    urls: ingests.map((ingest) => ingest.url),
    // Lines of the past: each container speaks for hours within minutes.
    untilMs: Date.now() - 100 * 3_600_000,
  })

  /** All that is said before the call is acknowledged, and committed by the group. */
  const workedOff = async (): Promise<void> => {
    await chatter.caughtUp()
    const ends = await group.ends()
    while (!(await group.reached(ends))) await sleep(50)
  }
  const answered = async (): Promise<void> => {
    const { message } = await chatter.nextLine()
    const [, word] = /request=(\w+)/.exec(message)!
    for (;;) {
      const response = await fetch(`${url}/v1/logs?q=${word}&limit=1`, { headers: { 'x-scope-orgid': tenant } }).catch(
        () => undefined,
      )
      const text = await response?.text()
      if (response?.status === 200 && text?.includes(message) === true) return
      await sleep(50)
    }
  }
  const inTime = async (what: string, wanted: Promise<void>): Promise<string> => {
    const startedMs = performance.now()
    const late = sleep(recoverMsMax, 'late', { ref: false })
    const end = await Promise.race([wanted, late])
    if (end === 'late') throw new Error([`${what} not within ${seconds(recoverMsMax)}`, ...faults].join('\n'))
    return seconds(performance.now() - startedMs)
  }

  async function outage(name: string, away: () => Promise<void>): Promise<void> {
    chatter.posts.phase = `steady before ${name}`
    await sleep(steadyMs)
    await inTime(`steady before the outage of the ${name}:`, workedOff())
    const before = chatter.speakers.reduce((sum, { lines }) => sum + lines.length, 0)
    const watching = observe(ingests)
    chatter.posts.phase = `${name} away`
    await away()
    chatter.posts.phase = `${name} back`
    const held = chatter.waiting()
    const messages = await group.lag()
    const [off, firstAnswer] = await Promise.all([
      inTime(`the outage of the ${name}: the lag worked off`, workedOff()),
      inTime(`the outage of the ${name}: the first new line answered`, answered()),
    ])
    const said = chatter.speakers.reduce((sum, { lines }) => sum + lines.length, 0) - before
    tell(name, watching.end(), [
      `lag 0 again ${off} after it was back, the first new line answered after ${firstAnswer}`,
      `${said} lines were said from its beginning to there; waiting when it came back: ${held.kafka} lines at the producer, ${held.http} at agents that post, ${messages} messages on Kafka`,
    ])
  }

  if (values.only.includes('broker'))
    await outage('broker', async () => {
      await broker.kill()
      await sleep(outageMs)
      await broker.restart()
    })
  if (values.only.includes('store')) await outage('store', async () => void (await store.kill(outageMs)))
  chatter.posts.phase = 'at the end'
  await sleep(steadyMs)
  chatter.stop()
  await inTime('at the end everything worked off', workedOff())
  for (const [what, count] of chatter.posts.answers) say(`posts, ${what}: ${count}`)
  for (const [phase, ms] of chatter.posts.slowestMs) say(`slowest answer to a post, ${phase}: ${seconds(ms)}`)
  if (chatter.posts.withoutRetryAfter > 0)
    faults.push(`${chatter.posts.withoutRetryAfter} posts were put off without Retry-After`)
  await chatter.close()

  const said = chatter.speakers.flatMap(({ lines }) => lines)
  const answeredCounts = countBy(
    await createClient(url, tenant).ndjson('/v1/logs?order=asc'),
    ({ container, time, message }) => `${container} ${time} ${message}`,
  )
  const wanted = countBy(said, ({ container, time, message }) => `${container.container} ${time} ${message}`)
  const lost = [...wanted].reduce((sum, [key, count]) => sum + Math.max(0, count - (answeredCounts.get(key) ?? 0)), 0)
  const twice = [...answeredCounts].reduce((sum, [key, count]) => sum + Math.max(0, count - (wanted.get(key) ?? 0)), 0)
  const stored = await store.stored(tenant)
  say(`${said.length} lines: ${lost} lost, ${twice} twice; ${stored.rows} rows stored of ${stored.lines} lines`)
  if (lost + twice > 0) faults.push(`${lost} lines lost, ${twice} twice`)
  faults.push(...(await verify({ url, tenant, speakers: chatter.speakers, poison: [] })))
  ended = true
}

function tell(name: string, { residentBefore, residentPeak, reasons, toldAfterMs }: Observation, sentences: string[]): void {
  say(`\nthe ${name} away for ${seconds(outageMs)}:`)
  for (const sentence of sentences) say(`  ${sentence}`)
  say(`  ingest: ${residentBefore} MiB resident before, ${residentPeak} MiB at most`)
  say(`  /readyz said why after ${toldAfterMs === undefined ? 'NEVER' : seconds(toldAfterMs)}:`)
  for (const [reason, count] of reasons) say(`    ${String(count).padStart(4)} × ${reason}`)
  if (toldAfterMs === undefined) faults.push(`/readyz never said that the ${name} is away`)
}

try {
  await run()
  for (const fault of faults.slice(0, 20)) say(`FAULT ${fault}`)
  say(faults.length === 0 ? 'no line lost, none twice, all answers right' : `${faults.length} FAULTS`)
  process.exitCode = faults.length === 0 ? 0 : 1
} finally {
  await rm(work, { recursive: true, force: true })
}
