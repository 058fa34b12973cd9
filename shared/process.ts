// The life of a process: read the environment, start, serve, stop in reverse with a deadline. The first SIGTERM or SIGINT stops in
// order, a second one exits at once.
import { setFlagsFromString } from 'node:v8'
import { threadPoolSize } from './clickhouse/open-store.ts'
import { readConfig, type Config, type VariableName } from './config.ts'
import { createLogger, type Logger } from './logger.ts'
import type { Started } from './start-service.ts'
import { version } from './version.ts'

export interface MainOptions {
  name: string
  /** process.env: read once, and told the size of the thread pool before anything uses it. */
  env: NodeJS.ProcessEnv
  defaults?: Partial<Record<VariableName, string>>
  start(options: { config: Config; log: Logger }): Promise<Started>
}

/**
 * How much the heap may grow between two collections of all of it, in percent. Bytes from the engine and to sockets count as heap: left to
 * itself, V8 lets 16 MB of them pass, which is ten large answers, and every tenth waits 50 ms for it.
 */
const heapGrowingPercent = 200

/** ms for an ordered stop; after it the process exits with 1. */
const stopMsMax = 25_000

/** Runs a service until it is told to stop. A failure to start is one sentence on stderr and exit code 1. */
export function runService({ name, env, defaults, start }: MainOptions): void {
  env.UV_THREADPOOL_SIZE ??= String(threadPoolSize)
  setFlagsFromString(`--heap-growing-percent=${heapGrowingPercent}`)
  const main = async (): Promise<void> => {
    const { config, unknown } = readConfig(env, defaults)
    const log = createLogger({ level: config.AFTERLOG_LOG_LEVEL, service: name })
    if (unknown.length > 0) log.warn({ unknown }, 'environment variables that mean nothing to Afterlog')
    const stop = firstSignal()
    const running = await start({ config, log })
    log.info({ version, url: running.url, docs: `${running.url}/docs` }, 'serving')
    log.info({ signal: await stop }, 'stopping: requests under way are finished, and accepted lines are stored')
    await closeInTime(running, log)
    log.info('stopped')
  }
  main().then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`afterlog: ${error instanceof Error ? error.message : String(error)}\n`)
      process.exit(1)
    },
  )
}

/**
 * Resolves with the first SIGTERM or SIGINT; the next one ends the process, by SIGKILL: an exit in order would run the engine's destructors
 * under its own threads.
 */
export function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let told = false
    const onSignal = (signal: NodeJS.Signals): void => {
      if (told) process.kill(process.pid, 'SIGKILL')
      told = true
      resolve(signal)
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
  })
}

async function closeInTime(running: Started, log: Logger): Promise<void> {
  const deadline = setTimeout(() => {
    log.error({ stopMsMax }, 'did not stop in time')
    process.exit(1)
  }, stopMsMax)
  await running.close()
  clearTimeout(deadline)
}
