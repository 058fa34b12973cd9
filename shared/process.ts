// Runs a process: it reads the environment, starts, serves, and stops in reverse within a deadline. The first SIGTERM
// or SIGINT stops it in order, a second one ends it at once.
import { setFlagsFromString } from 'node:v8'
import { threadPoolSize } from './clickhouse/open-store.ts'
import { readConfig, type Config, type VariableName } from './config.ts'
import { createLogger, type Logger } from './logger.ts'
import type { Started } from './start-service.ts'
import { version } from './version.ts'

export interface MainOptions {
  name: string
  /** process.env. It is read once, and the size of the thread pool is set in it before anything uses the pool. */
  env: NodeJS.ProcessEnv
  defaults?: Partial<Record<VariableName, string>>
  start(options: { config: Config; log: Logger }): Promise<Started>
}

/**
 * How much the heap may grow between two full collections, in percent. Bytes from the engine and to sockets count as
 * heap. By default V8 collects after 16 MB of them, which are ten large answers, and every tenth answer would wait 50
 * ms.
 */
const heapGrowingPercent = 200

/** ms for an ordered stop. After that the process exits with 1. */
const stopMsMax = 25_000

/** Runs a service until a signal stops it. A failure to start is one sentence on stderr and exit code 1. */
export function runService({ name, env, defaults, start }: MainOptions): void {
  env.UV_THREADPOOL_SIZE ??= String(threadPoolSize)
  setFlagsFromString(`--heap-growing-percent=${heapGrowingPercent}`)
  const main = async (): Promise<void> => {
    const { config, unknown } = readConfig(env, defaults)
    const log = createLogger({ level: config.AFTERLOG_LOG_LEVEL, service: name })
    if (unknown.length > 0)
      log.warn({ unknown }, 'these environment variables have no meaning: check their names, or unset them')
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
 * Resolves with the first SIGTERM or SIGINT. The next one ends the process by SIGKILL, since an exit in order would run
 * the engine's destructors under its own threads.
 */
export function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isStopping = false
    const onSignal = (signal: NodeJS.Signals): void => {
      if (isStopping) process.kill(process.pid, 'SIGKILL')
      isStopping = true
      resolve(signal)
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
  })
}

async function closeInTime(running: Started, log: Logger): Promise<void> {
  const deadline = setTimeout(() => {
    log.error({ stopMsMax }, 'the service did not stop in time; it exits without closing the store')
    process.exit(1)
  }, stopMsMax)
  await running.close()
  clearTimeout(deadline)
}
