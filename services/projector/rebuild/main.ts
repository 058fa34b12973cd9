// `npm run project -- --rebuild` projects every pod again at once, with its progress on stderr. Without `--rebuild` it
// projects the pods that changed. An embedded store belongs to one process at a time: stop the service first.
import { parseArgs } from 'node:util'
import { Registry } from 'prom-client'
import { openStore, threadPoolSize } from '#shared/clickhouse/open-store.ts'
import { storeOptions } from '#shared/clickhouse/store-options.ts'
import { readConfig, type Config } from '#shared/config.ts'
import { createLogger } from '#shared/logger.ts'
import { runMigrations } from '#shared/migrations/run-migrations.ts'
import { createProjectionClock } from '#shared/projection-clock.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { createProjectorMetrics } from '../metrics.ts'
import { createRecordProjector } from '../projector.ts'
import { runRebuild } from './run-rebuild.ts'

const { env } = process
env['UV_THREADPOOL_SIZE'] ??= String(threadPoolSize)
const note = (text: string) => process.stderr.write(text)

function progress(): (done: number, total: number) => void {
  const startedMs = performance.now()
  let drawnMs = -Infinity
  return (done, total) => {
    const nowMs = performance.now()
    if (nowMs - drawnMs < (process.stderr.isTTY ? 200 : 5000) && done < total) return
    drawnMs = nowMs
    const perSecond = done / Math.max((nowMs - startedMs) / 1000, 0.001)
    const left = Math.ceil((total - done) / perSecond)
    const bar = '#'.repeat(Math.floor((done / Math.max(total, 1)) * 30)).padEnd(30, '.')
    const text = `[${bar}] ${done} of ${total} pods, ${Math.round(perSecond)} pods/s, ${left} s left`
    note(process.stderr.isTTY ? `\r\u001b[2K${text}${done < total ? '' : '\n'}` : `${text}\n`)
  }
}

async function run(config: Config, isRebuild: boolean): Promise<void> {
  const log = createLogger({ level: config.AFTERLOG_LOG_LEVEL, service: 'project' })
  await using store = await openStore(storeOptions(config, log))
  await runMigrations({ store })
  const stopping = new AbortController()
  process.once('SIGINT', () => stopping.abort()).once('SIGTERM', () => stopping.abort())
  const { signal } = stopping
  const reading = createReading({ store, limits: { memoryBytes: config.AFTERLOG_QUERY_MEMORY_BYTES }, signal })
  if (!isRebuild) {
    const metrics = createProjectorMetrics(new Registry())
    await (await createRecordProjector({ store, reading, log, metrics, clock: createProjectionClock() })).catchUp()
    note('records are up to date: every change that was stored by now is in them\n')
    return
  }
  let failed = 0
  const done = await runRebuild({
    store,
    reading,
    signal,
    onProgress: progress(),
    onFailure: ({ tenant, uid }, error) => {
      failed += 1
      log.warn({ err: error, tenant, uid }, `the record of pod ${uid} could not be written`)
    },
  })
  const failures =
    failed === 0 ? '' : `; ${failed} records could not be written: the log says why, run this again after that`
  const stopped = signal.aborted ? '; stopped before the end: run this again to project every pod' : ''
  note(`${done} pods projected${failures}${stopped}\n`)
  if (failed > 0 || signal.aborted) process.exitCode = 2
}

async function main(): Promise<void> {
  const { rebuild } = parseArgs({ options: { rebuild: { type: 'boolean', default: false } } }).values
  await run(readConfig(env).config, rebuild)
}

await main().catch((error: unknown) => {
  const { code, message } = error as NodeJS.ErrnoException
  const usage = String(code).startsWith('ERR_PARSE_ARGS') ? 'usage: npm run project -- [--rebuild]\n' : ''
  note(`afterlog project: ${message}\n${usage}`)
  process.exitCode = 1
})
