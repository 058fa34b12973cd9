// `npm run test:projector-kills -- --kills 50 --seed N`: the projector, a process of its own over a real ClickHouse
// server, is killed again and again while it works through facts and lines that never stop coming. Then every
// acknowledged fact and line must be in records, lists must lead to each record once, and records, what leads to them
// and obituaries must be those of a rebuild from nothing. Decision 0016.
// A kill counts as "in the middle" only by evidence: facts that no record has yet, or a record that was stored without
// what follows it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openStore } from '#shared/clickhouse/open-store.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { readWatermark, recordsJob } from '#shared/store-reading/job-watermarks.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { readStoreClock, readStoreMicros } from '#shared/store-reading/store-clock.ts'
import { startServer } from '#test/support/cluster/start.ts'
import { root, spawnService, type ServiceProcess } from '#test/support/service-process.ts'
import { post } from '../load/post.ts'
import { createRandom } from '../storage/random.ts'
import { chunksOf, clusterName, podsOfInput, type Chunk } from './projector/input.ts'
import { differences, hasRecordsSince, readHalfDone, readProjection, type HalfDone } from './projector/projection.ts'
import { missingFacts } from './projector/missing-facts.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    pods: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    keep: { type: 'boolean', default: false },
  },
})
const [kills, seed] = [Number(values.kills), Number(values.seed)]
const work = await mkdtemp(join(tmpdir(), 'afterlog-projector-kills-'))
const tenant = `projector-${seed}`
const headers = { 'x-scope-orgid': tenant, 'x-afterlog-cluster': clusterName }
/**
 * Kills come in turn at a random moment after the projector began, when it has just stored a record, and at a random
 * moment after that.
 */
const [killWithinMs, killAfterRecordMs] = [4000, 1500]
const firstRecordMsMax = 60_000
const workedOffMsMax = 900_000
const untilMs = Date.now() - 60_000
const random = createRandom(seed)
const pods = podsOfInput({ pods: Number(values.pods), untilMs, seed })
const readingOf = (store: LogStore) => createReading({ store, limits: {} })
const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function campaign(): Promise<number> {
  const startedMs = performance.now()
  say(`seed ${seed}: node bench/faults/projector-kills.ts --kills ${kills} --pods ${values.pods} --seed ${seed}`)
  await using server = await startServer({ dir: join(work, 'server') })
  const env = { AFTERLOG_CLICKHOUSE_URL: server.url, AFTERLOG_RETENTION: 'default=60d', AFTERLOG_LOG_LEVEL: 'info' }
  const start = (name: 'ingest' | 'query' | 'projector'): ServiceProcess =>
    spawnService({ dataDir: join(work, 'unused'), program: `services/${name}/main.ts`, env })
  await using ingest = start('ingest')
  const ingestUrl = await ingest.serving
  await using query = start('query')
  await using store = await openStore({
    mode: 'server',
    url: server.url,
    user: 'default',
    password: '',
    database: 'afterlog',
  })

  const deaths: HalfDone[] = []
  const chunks = chunksOf(pods, kills + 1, untilMs, random)
  for (const [i, chunk] of chunks.slice(0, kills).entries()) {
    deaths.push(await kill(i + 1, { store, ingestUrl, chunk, projector: start('projector') }))
  }
  await postChunk(ingestUrl, chunks.at(-1)!)
  await using last = start('projector')
  say(`killed ${kills} times; all is projected ${await workedOff(store, await readStoreClock(readingOf(store)))} s after that`)
  const faults = await missingFacts({ store, url: await query.serving, tenant, pods })
  last.kill('SIGTERM')
  const { code, signal } = await last.exited
  if (code !== 0) faults.push(`the projector did not stop in order: ${code ?? signal} ${last.stderr()}`)
  faults.push(...(await compareWithRebuild(store, env)))
  return conclude(deaths, faults, performance.now() - startedMs)
}

interface Kill {
  store: LogStore
  ingestUrl: string
  chunk: Chunk
  projector: ServiceProcess
}

/** Posts a chunk and kills the projector in the middle of its work. */
async function kill(number: number, { store, ingestUrl, chunk, projector }: Kill): Promise<HalfDone> {
  await using killed = projector
  const since = await readStoreMicros(readingOf(store))
  const turn = number % 3
  const moment = async (): Promise<void> => {
    await killed.serving
    if (turn > 0) await firstRecord(store, since)
    await sleep(random.next() * [killWithinMs, 0, killAfterRecordMs][turn]!)
  }
  await Promise.all([postChunk(ingestUrl, chunk), moment()])
  killed.kill('SIGKILL')
  await killed.exited
  const death = await readHalfDone(store, tenant, since)
  say(
    `kill ${number} ${['while it worked', 'behind a record', 'after a record'][turn]!}: ` +
      `${death.pending} pods with facts that no record has, ` +
      `${death.records} records stored, ${death.withoutLookup} without what leads to them, ` +
      `${death.withoutObituary} of dead pods without an obituary`,
  )
  return death
}

/** Resolves as soon as a record of a later revision is stored. */
async function firstRecord(store: LogStore, since: string): Promise<void> {
  const giveUpMs = performance.now() + firstRecordMsMax
  while (!(await hasRecordsSince(store, tenant, since)))
    if (performance.now() > giveUpMs) throw new Error(`no record was stored within ${firstRecordMsMax} ms`)
}

async function postChunk(url: string, { objects, lines }: Chunk): Promise<void> {
  if (objects !== '') await post(url, Buffer.from(objects), headers, '/v1/lifecycle')
  if (lines !== '') await post(url, Buffer.from(lines), headers)
}

/** Resolves to seconds once every change that was stored until then is projected. */
async function workedOff(store: LogStore, until: number): Promise<string> {
  const startedMs = performance.now()
  while (((await readWatermark(readingOf(store), recordsJob)) ?? 0) <= until) {
    if (performance.now() - startedMs > workedOffMsMax) throw new Error(`not projected within ${workedOffMsMax} ms`)
    await sleep(200)
  }
  return ((performance.now() - startedMs) / 1000).toFixed(1)
}

async function compareWithRebuild(store: LogStore, env: Record<string, string>): Promise<string[]> {
  const killed = await readProjection(store, tenant)
  for (const table of ['pod_revisions', 'pod_lookup', 'pod_record_feed', 'obituaries', 'job_watermarks'])
    await store.command({ sql: raw(`TRUNCATE TABLE ${table}`) })
  const rebuild = spawn(process.execPath, ['services/projector/rebuild/main.ts', '--rebuild'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env['PATH'], ...env },
  })
  const [code] = (await once(rebuild, 'close')) as [number | null]
  if (code !== 0) return [`the rebuild ended with ${code}`]
  const rebuilt = await readProjection(store, tenant)
  const count = ({ records, lookup, obituaries }: typeof killed): string =>
    `${records.size} records, ${lookup.size} rows that lead to them, ${obituaries.size} obituaries`
  say(`after the kills ${count(killed)}; rebuilt from nothing ${count(rebuilt)}`)
  say(`rows that lead to no record, or to one that is not what they say: ${killed.misleading} and ${rebuilt.misleading}`)
  const unequal = differences(killed, rebuilt)
  say(`differences: ${unequal.length}`)
  return unequal
}

function conclude(deaths: readonly HalfDone[], faults: readonly string[], tookMs: number): number {
  const where = (is: (death: HalfDone) => boolean): number => deaths.filter(is).length
  const middle = where((death) => death.pending + death.withoutLookup + death.withoutObituary > 0)
  say(`${deaths.length} kills in ${Math.round(tookMs / 1000)} s, seed ${seed}; in the middle of its work: ${middle}`)
  say(
    `after it had stored records: ${where(({ records }) => records > 0)}; before what leads to some of them: ` +
      `${where(({ withoutLookup }) => withoutLookup > 0)}; before some obituaries: ` +
      `${where(({ withoutObituary }) => withoutObituary > 0)}`,
  )
  for (const fault of faults.slice(0, 40)) say(`    FAULT ${fault}`)
  const enough = middle * 2 >= deaths.length
  if (!enough) say('fewer than half of the kills were in the middle of its work: this proves nothing')
  say(`faults: ${faults.length}`)
  return faults.length === 0 && enough ? 0 : 1
}

try {
  process.exitCode = await campaign()
} finally {
  if (!values.keep) await rm(work, { recursive: true, force: true })
}
