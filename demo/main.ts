// `npm run demo`: starts Afterlog in a temporary directory, imports the recorded cluster of demo/cluster, and deletes
// its files. start → lay out → replay → delete → ask → print → serve until Ctrl-C. `--once` ends after printing.
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { threadPoolSize } from '#shared/clickhouse/open-store.ts'
import { readConfig } from '#shared/config.ts'
import { AfterlogError } from '#shared/errors.ts'
import { createLogger } from '#shared/logger.ts'
import { firstSignal } from '#shared/process.ts'
import { startAfterlog } from '../services/start.ts'
import { askAnswers } from './answers.ts'
import { freePort } from './port.ts'
import { recordedUntilS } from './rebase.ts'
import { layOutCluster } from './recorded-cluster.ts'
import { replay } from './replay.ts'
import { commandsFor, lastWordsOf, tableOf } from './report.ts'

/** How long ago the recording ends, after its times are moved. */
const endedAgoS = 60
/** ms for an ordered stop. After that the process exits with 1. */
const stopMsMax = 25_000

const { env } = process
env['UV_THREADPOOL_SIZE'] ??= String(threadPoolSize)
const say = (text: string) => process.stdout.write(`${text}\n`)

// The environment decides only the address and the log level: the demo touches no store but its own.
async function demoConfig(dataDir: string) {
  const host = env['AFTERLOG_HTTP_HOST'] || '127.0.0.1'
  const port = env['AFTERLOG_HTTP_PORT'] || String(await freePort({ host, wanted: 8080 }))
  const given = {
    AFTERLOG_HTTP_HOST: host,
    AFTERLOG_HTTP_PORT: port,
    AFTERLOG_LOG_LEVEL: env['AFTERLOG_LOG_LEVEL'] || 'warn',
  }
  return readConfig({ ...given, AFTERLOG_DATA_DIR: dataDir, AFTERLOG_CLUSTER: 'demo' }).config
}

function explain(error: unknown): never {
  if (!(error instanceof AfterlogError) || error.code !== 'store-unavailable') throw error
  throw new Error(`${error.message} (The demo always runs on an embedded engine of its own.)`, { cause: error })
}

async function run(directory: string, once: boolean, signal: AbortSignal): Promise<void> {
  const startedMs = performance.now()
  const seconds = () => `${((performance.now() - startedMs) / 1000).toFixed(1)} s`
  say(`Starting Afterlog with an engine of its own in ${directory} …`)
  const config = await demoConfig(join(directory, 'data'))
  await using stack = new AsyncDisposableStack()
  const log = createLogger({ level: config.AFTERLOG_LOG_LEVEL, service: 'demo' })
  const { url, close } = await startAfterlog({ config, log }).catch(explain)
  stack.defer(close)
  const elsewhere = env['AFTERLOG_HTTP_PORT'] ? '' : url.endsWith(':8080') ? '' : ' (8080 is taken)'
  say(`Listening on ${url}${elsewhere} after ${seconds()}.`)

  const nodes = join(directory, 'nodes')
  const moved = Math.floor(Date.now() / 1000) - endedAgoS - recordedUntilS
  const cluster = await layOutCluster({ into: nodes, seconds: moved })
  const stored = await replay({ url, cluster, scratch: join(directory, 'import-state'), signal })
  say(
    `Replayed a recorded cluster: ${stored.lines} lines in ${stored.files} files of ${cluster.nodes.length} nodes, ` +
      `${stored.objects} Pods and Events.`,
  )
  await rm(nodes, { recursive: true })
  say('Deleted its log files, as a node does with those of dead pods.')

  const answers = await askAnswers({ url, signal })
  const different = await answers.different(cluster.pods)
  if (different.length > 0)
    throw new Error(`the answer differs from what was written, for ${different.map(({ name }) => name).join(', ')}`)
  const comparison = `every line of ${cluster.pods.length} pods came back, byte for byte`
  say(`Asked for them again: ${comparison}, ${seconds()} after the start.\n`)
  say(tableOf(answers.pods))
  const evicted = answers.pods.find(({ outcome }) => outcome === 'evicted')
  if (evicted !== undefined) say(lastWordsOf(evicted, (await answers.textOf(evicted.uid)).toString(), 6))
  say(commandsFor(url, answers.pods))
  if (once) return
  say('Serving until Ctrl-C.')
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
}

async function main(): Promise<void> {
  const { once } = parseArgs({ options: { once: { type: 'boolean', default: false } } }).values
  const directory = await mkdtemp(join(tmpdir(), 'afterlog-demo-'))
  process.on('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }))
  const stopped = new AbortController()
  void stopOnSignal(stopped)
  await run(directory, once, stopped.signal).catch((error: unknown) => {
    if (!stopped.signal.aborted) throw error
  })
}

async function stopOnSignal(stopped: AbortController): Promise<void> {
  await firstSignal()
  say('\nStopping, and deleting the temporary directory.')
  setTimeout(() => process.exit(1), stopMsMax).unref()
  stopped.abort()
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`afterlog demo: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  },
)
