// `npm run import -- PATH`. Of the importer, only this file reads the environment, the arguments and the clock, and
// writes to the terminal. The bar and notes go to stderr, the summary to stdout.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { threadPoolSize } from '#shared/clickhouse/open-store.ts'
import { readConfig } from '#shared/config.ts'
import { createLogger } from '#shared/logger.ts'
import { visible } from '#shared/visible-text.ts'
import { archiveKind, openArchive } from './files/archive.ts'
import { openDirectory } from './files/directory.ts'
import { isDirectory } from './files/source-path.ts'
import { parseOptions, usage, type Options } from './options.ts'
import { createProgress } from './report/progress.ts'
import { isComplete, summary } from './report/summary.ts'
import { runImport } from './run-import.ts'
import { createHttpClient } from './send/http-client.ts'
import { createRetry } from './send/retry.ts'
import { openState } from './state.ts'
import { createTally } from './tally.ts'
import { findTarget } from './target.ts'

/* oxlint-disable-next-line node/no-process-env -- the only place of this program that reads the environment */
const env = process.env
// Node reads it with the first thread. An embedded engine in this process needs a thread for each of its sessions.
env['UV_THREADPOOL_SIZE'] ??= String(threadPoolSize)
const note = (text: string) => process.stderr.write(text)

async function openSource(path: string) {
  if (await isDirectory(path)) return { ...(await openDirectory(path)), inOrder: true }
  const kind = await archiveKind(path)
  if (typeof kind === 'object') throw new Error(kind.sentence)
  if (kind === undefined) return { ...(await openDirectory(path)), inOrder: true }
  return { source: await openArchive(path, kind), root: '', inOrder: false }
}

async function run(options: Options): Promise<number> {
  await using stack = new AsyncDisposableStack()
  const { source, root, inOrder } = await openSource(options.path)
  stack.use(source)
  const startedMs = performance.now()
  const tally = createTally()
  const now = { bytes: 0, bytesTotal: undefined as number | undefined, waiting: undefined as string | undefined }
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  const retry = createRetry({
    patienceMs: options.timeoutMs,
    signal: interrupted.signal,
    onWait: (sentence) => void (now.waiting = sentence === undefined ? undefined : visible(sentence)),
  })

  const terminal = process.stderr.isTTY
  const progress = createProgress({
    terminal,
    columns: process.stderr.columns ?? 80,
    intervalMs: terminal ? 200 : 5000,
  })
  const current = () => ({ atMs: performance.now() - startedMs, lines: tally.lines, ...now })
  const drawing = setInterval(() => note(progress.tick(current())), 200)
  stack.defer(() => clearInterval(drawing))

  const config = () => readConfig(env, { AFTERLOG_LOG_LEVEL: 'warn' }).config
  const log = createLogger({ level: 'warn', service: 'import' })
  const target = stack.use(await findTarget({ url: options.url, waits: options.waits, retry, config, log }))
  const identity = createHash('sha256')
    .update([target.identity, options.tenant, options.cluster].join('\0'))
    .digest('hex')
    .slice(0, 16)
  const state = await openState(
    options.state ?? join(env['AFTERLOG_DATA_DIR'] || './data', 'import-state', `${identity}.json`),
  )
  const { hostname } = new URL(target.url)
  const result = await runImport({
    source,
    root,
    inOrder,
    client: createHttpClient({ url: target.url, tenant: options.tenant, signal: interrupted.signal }),
    retry,
    state,
    tally,
    node: options.node,
    cluster: options.cluster,
    compress: !['127.0.0.1', '[::1]', 'localhost'].includes(hostname),
    onPlan: (_, bytes) => void (now.bytesTotal = bytes),
    onBytes: (bytes) => void (now.bytes += bytes),
  })
  clearInterval(drawing)
  note(progress.end(current()))
  const seconds = (performance.now() - startedMs) / 1000
  process.stdout.write(
    summary({ path: options.path, url: target.url, embedded: target.embedded, seconds, tally, result }),
  )
  return isComplete(tally, result) ? 0 : 2
}

const options = parseOptions(process.argv.slice(2), { url: env['AFTERLOG_URL'] || undefined })
if (options === 'help') process.stdout.write(usage)
else if ('sentence' in options) {
  note(`${visible(options.sentence)}\n\n${usage}`)
  process.exitCode = 1
} else {
  const code = await run(options).catch((error: unknown) => {
    note(`${visible((error as Error).message)}\n`)
    return 1
  })
  // Everything is closed by now, but timers of the embedded engine would keep the process alive for seconds.
  process.exit(code)
}
