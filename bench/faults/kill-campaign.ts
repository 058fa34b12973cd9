// `npm run test:kill -- --runs 40 --seed N`: kills the service or the importer in the middle of its work, starts it
// again, sends again, and asks in every way whether anything acknowledged is missing, or anything is there twice.
// Decision 0001. A run counts as "inside an insert" only by evidence: a part that the engine had begun and not yet
// shown, found on disk after the kill or named by the system call that the kill met.
import { mkdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { spawnService, type ServiceProcess } from '#test/support/service-process.ts'
import { generateCorpus, type Corpus } from '../corpus.ts'
import { spawnImport, verifyImport } from './importing.ts'
import { killInside, type Death } from './killing.ts'
import { planRuns, type Run } from './plan.ts'
import { createPosting } from './posting.ts'
import type { SaidLine } from './posted-lines.ts'
import { verifyAcknowledged, verifyPosting } from './verify-posting.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '40' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    lines: { type: 'string', default: '25000' },
    only: { type: 'string', default: '' },
    keep: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const linesMax = Number(values.lines)
const work = join(tmpdir(), `afterlog-kill-${process.pid}`)
const say = (text: string): void => void process.stdout.write(`${text}\n`)
/** What an import of this size takes about, from its first answer, in ms. */
const importMs = 1600
const retention = 'default=14d,payments=90d'

interface Result {
  run: Run
  death: Death
  faults: string[]
  summary: string
}

/** What earlier runs left in the directory at hand; looked at again before the directory goes. */
interface Recheck {
  tenant: string
  verify(url: string): Promise<string[]>
}

async function campaign(): Promise<number> {
  const startedMs = performance.now()
  await mkdir(work, { recursive: true })
  const port = await freePort()
  say(`seed ${seed}: node bench/faults/kill-campaign.ts --runs ${values.runs} --seed ${seed} --lines ${linesMax}`)
  const corpora = [0, 1].map((i) => corpus(i))
  const results: Result[] = []
  let rechecks: Recheck[] = []
  let dataDir = ''
  const old: string[] = []
  for (const run of planRuns(Number(values.runs), seed)) {
    if (values.only !== '' && !values.only.split(',').includes(String(run.number))) continue
    if (run.fresh || dataDir === '') {
      old.push(...(await lookAgain(dataDir, rechecks)))
      rechecks = []
      dataDir = join(work, `data-${run.number}`)
    }
    const atMs = performance.now()
    const one =
      run.work === 'posting' ? await postingRun(run, dataDir, port) : await importRun(run, dataDir, port, corpora[run.seed % 2]!)
    results.push(one)
    rechecks.push(one.recheck)
    const inside = one.death.inside ? 'INSIDE AN INSERT' : one.death.during ? 'between inserts' : 'AFTER THE WORK'
    say(
      `run ${run.number} ${run.work}${run.fresh ? ', fresh directory' : ''}${run.fsync ? ', fsync' : ''}: ${inside}; killed ${one.death.target}`,
    )
    for (const evidence of one.death.evidence) say(`    evidence: ${evidence}`)
    say(
      `    ${one.summary}; ${one.faults.length === 0 ? 'all answers right' : `${one.faults.length} FAULTS`} (${Math.round((performance.now() - atMs) / 100) / 10} s)`,
    )
    for (const fault of one.faults.slice(0, 20)) say(`    FAULT ${fault}`)
  }
  old.push(...(await lookAgain(dataDir, rechecks)))
  for (const fault of old.slice(0, 20)) say(`FAULT found at the end of a directory: ${fault}`)

  const inside = results.filter(({ death }) => death.inside)
  const faulty = results.filter(({ faults }) => faults.length > 0)
  const posting = results.filter(({ run }) => run.work === 'posting').length
  const where = (kind: string): number => inside.filter(({ run }) => run.kill.kind === kind).length
  say(
    `${results.length} kills (${posting} while posting, ${results.length - posting} while importing) in ${Math.round((performance.now() - startedMs) / 1000)} s, seed ${seed}`,
  )
  say(`while the work was under way: ${results.filter(({ death }) => death.during).length}`)
  say(`inside an insert: ${inside.length} (${where('call')} injected at a system call, ${where('service')} at a random moment)`)
  say(`runs with faults: ${faulty.length}; faults at the end of a directory: ${old.length}`)
  const enough = inside.length * 4 >= results.length
  if (!enough) say('fewer than a quarter of the kills hit an insert: this proves nothing')
  return faulty.length === 0 && old.length === 0 && enough ? 0 : 1
}

async function postingRun(run: Run, dataDir: string, port: number): Promise<Result & { recheck: Recheck }> {
  const tenant = `run-${run.number}`
  // More than are meant to be posted: an injected kill may take its time, and must find posts under way.
  const posting = createPosting({ seed: run.seed, senders: 5, linesMax: linesMax * 2, tenant, untilMs: Date.now() - 60_000 })
  let death: Death
  {
    await using service = start(run, dataDir, port)
    const moment = posting.reached(run.at * linesMax)
    const running = posting.run(await service.serving)
    death = await killInside(run.kill, {
      service,
      dataDir,
      moment,
      working: () => posting.openBatches > 0,
      trace: join(work, `run-${run.number}.trace`),
    })
    await running
  }
  const before = posting.acknowledgedLines
  const said: SaidLine[] = posting.said()
  await using again = start(run, dataDir, port)
  const url = await again.serving
  const faults = await verifyAcknowledged(url, tenant, posting.acknowledged(), said)
  const resent = await posting.retry(url)
  faults.push(...(await verifyPosting(url, tenant, said)))
  const summary = `${said.length} lines said, ${before} acknowledged before the kill, ${resent.batches} batches sent again, among them ${resent.again} whose answer had come`
  await stop(again)
  return { run, death, faults, summary, recheck: { tenant, verify: (at) => verifyPosting(at, tenant, said) } }
}

async function importRun(
  run: Run,
  dataDir: string,
  port: number,
  { corpus: expected, dir }: ReturnType<typeof corpus>,
): Promise<Result & { recheck: Recheck }> {
  const tenant = `run-${run.number}`
  const state = join(work, `run-${run.number}.state`)
  const url = `http://127.0.0.1:${port}`
  const faults: string[] = []
  await using services = new AsyncDisposableStack()
  let service = services.use(start(run, dataDir, port))
  await service.serving
  const importOptions = { dir, url, tenant, state }
  await using first = spawnImport(importOptions)
  const moment = service
    .logged(({ msg }) => msg === 'answered')
    .then(() => Promise.race([sleep(run.at * (run.kill.kind === 'call' ? 0.3 : 1) * importMs), first.exited]))
  let importing = true
  void first.exited.then(() => (importing = false))
  const death = await killInside(run.kill, {
    service,
    dataDir,
    moment,
    importer: first,
    working: () => importing,
    trace: join(work, `run-${run.number}.trace`),
  })
  if (run.kill.kind !== 'importer') {
    service = services.use(start(run, dataDir, port))
    await service.serving
  }
  // The importer waits for the service by itself; one that was killed is started again. Then once more: nothing may be
  // added.
  const ended = await first.exited
  const rounds = ended.signal === null ? 1 : 2
  if (ended.signal === null && ended.code !== 0) faults.push(`the import ended with ${ended.code}: ${ended.said.slice(-500)}`)
  for (let round = 0; round < rounds; round++) {
    await using next = spawnImport({ ...importOptions, state: round === rounds - 1 ? `${state}-none` : state })
    const { code, said } = await next.exited
    if (code !== 0) faults.push(`the import was started again and ended with ${code}: ${said.slice(-500)}`)
  }
  faults.push(...(await verifyImport(url, tenant, expected)))
  await stop(service)
  const summary = `${expected.lines} lines in ${expected.files} files, importer ${ended.signal === null ? 'went on by itself' : 'killed and started again'}, then all imported once more without its state`
  return { run, death, faults, summary, recheck: { tenant, verify: (at) => verifyImport(at, tenant, expected) } }
}

function start(run: Run, dataDir: string, port: number): ServiceProcess {
  return spawnService({ dataDir, port, env: { AFTERLOG_RETENTION: retention, AFTERLOG_FSYNC: String(run.fsync) } })
}

async function stop(service: ServiceProcess): Promise<void> {
  service.kill('SIGTERM')
  const { code, signal } = await service.exited
  if (code !== 0) throw new Error(`the service did not stop in order: ${code ?? signal} ${service.stderr()}`)
}

/** Everything that runs have left in a directory, after all the kills that came later. */
async function lookAgain(dataDir: string, rechecks: readonly Recheck[]): Promise<string[]> {
  if (rechecks.length === 0) return []
  const faults: string[] = []
  {
    await using service = spawnService({ dataDir, env: { AFTERLOG_RETENTION: retention } })
    const url = await service.serving
    for (const { tenant, verify } of rechecks) faults.push(...(await verify(url)).map((fault) => `${tenant}: ${fault}`))
    await stop(service)
  }
  say(
    `directory of runs ${rechecks.map(({ tenant }) => tenant.slice(4)).join(', ')}: ${faults.length === 0 ? 'all answers still right' : `${faults.length} FAULTS`}`,
  )
  if (!values.keep) await rm(dataDir, { recursive: true, force: true })
  return faults
}

function corpus(i: number): { dir: string; corpus: Corpus } {
  const dir = join(work, `disk-${i}`)
  return {
    dir,
    corpus: generateCorpus({
      dir,
      lines: linesMax * 2,
      pods: 7,
      seed: seed + i,
      untilMs: Date.now() - 60_000,
      hours: 30,
      rotateBytes: 256 * 1024,
    }),
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return port
}

try {
  process.exitCode = await campaign()
} finally {
  if (!values.keep) await rm(work, { recursive: true, force: true })
}
