// `npm run replay-dead-letters`. Of the replay, only this file reads the environment, the arguments and the clock, and
// writes to the terminal. Notes go to stderr, the summary to stdout.
import { visible } from '#shared/visible-text.ts'
import { firstContact } from '../import/send/first-contact.ts'
import { createHttpClient } from '../import/send/http-client.ts'
import { createRetry } from '../import/send/retry.ts'
import { parseOptions, usage, type Options } from './options.ts'
import { runReplay } from './run-replay.ts'
import { isComplete, summary } from './summary.ts'
import { createTally } from './tally.ts'

/* oxlint-disable-next-line node/no-process-env -- the only place of this program that reads the environment */
const env = process.env
const note = (text: string) => process.stderr.write(text)

async function run(options: Options): Promise<number> {
  const { url, ingestUrl, tenant, codes, from, to, dryRun, adminToken, timeoutMs, waits } = options
  const startedMs = performance.now()
  const tally = createTally()
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  let waiting: string | undefined
  const retry = createRetry({
    patienceMs: timeoutMs,
    signal: interrupted.signal,
    onWait: (sentence) => {
      if (sentence !== undefined && sentence !== waiting) note(`waiting: ${sentence}\n`)
      waiting = sentence
    },
  })
  const progress = setInterval(() => {
    if (waiting === undefined) note(`${tally.letters} dead letters, ${tally.stored} stored\n`)
  }, 5000)
  const client = (base: string) => createHttpClient({ url: base, tenant, signal: interrupted.signal })
  const [query, ingest] = [client(url), client(ingestUrl)]
  const replay = async (): Promise<void> => {
    if (!waits) {
      await firstContact({ client: query, url, option: '--url or AFTERLOG_URL' })
      await firstContact({ client: ingest, url: ingestUrl, option: '--ingest-url' })
    }
    await runReplay({ query, ingest, retry, filter: { codes, from, to }, dryRun, adminToken, tally })
  }
  const stopped = await replay().then(
    () => undefined,
    (error: unknown) => (interrupted.signal.aborted ? 'interrupted' : (error as Error).message),
  )
  clearInterval(progress)
  if (stopped !== undefined && tally.letters === 0) {
    note(`${visible(stopped)}\n`)
    return 1
  }
  const address = new URL(url)
  address.username = address.password = ''
  const seconds = (performance.now() - startedMs) / 1000
  process.stdout.write(summary({ url: address.href.replace(/\/$/, ''), seconds, dryRun, tally, stopped }))
  return isComplete(tally, stopped) ? 0 : 2
}

const options = parseOptions(process.argv.slice(2), {
  url: env['AFTERLOG_URL'] || undefined,
  adminToken: env['AFTERLOG_ADMIN_TOKEN'] || undefined,
})
if (options === 'help') process.stdout.write(usage)
else if ('sentence' in options) {
  note(`${visible(options.sentence)}\n\n${usage}`)
  process.exitCode = 1
} else {
  // Connections that are kept alive would keep the process running.
  process.exit(await run(options))
}
