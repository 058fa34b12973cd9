// The embedded engine: loads `chdb` on first use, opens and closes sessions on one data directory, and explains
// failures in a sentence. The engine locks the file `status`, which decides who holds a directory. The lock ends with
// its process, so kill -9 leaves nothing stale.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Session } from 'chdb'
import { AfterlogError } from '../errors.ts'
import { engineDirectory, makeDataDirectory } from './data-directory.ts'
import { engineArguments, type EngineMemory } from './engine-arguments.ts'
import { queryBytesMax } from './statement.ts'

export interface EngineOptions {
  dataDir: string
  memory?: EngineMemory
}

export interface Engine {
  /**
   * Opens a new connection to the directory, which runs one statement at a time. Rejects where the database does not
   * exist.
   */
  openSession(database: string): Promise<Session>
  /** Runs a statement on a session of the engine's own, one at a time. */
  run(statement: string): Promise<void>
  /**
   * Stops statements, which end some time later. `where` is a condition on system.processes. On a thread of the pool,
   * since it takes 60 ms and more as long as statements keep all cores busy.
   */
  kill(where: string): Promise<void>
  /** Releases the directory once no native work is left. Close all sessions before. */
  close(): Promise<void>
}

/**
 * Rejects with `store-unavailable` and a sentence: no engine for this platform, or a directory in use or not writable.
 */
export async function openEngine({ dataDir, memory }: EngineOptions): Promise<Engine> {
  const chdb = await loadChdb()
  const dir = engineDirectory(dataDir)
  try {
    await makeDataDirectory(dataDir)
  } catch (cause) {
    throw new AfterlogError(
      'store-unavailable',
      `the data directory ${dataDir} cannot be made: ${(cause as Error).message}. ` +
        'Set AFTERLOG_DATA_DIR to a directory that this user may write.',
      {
        cause,
      },
    )
  }
  const connectionArgs = engineArguments(memory)
  // These sessions stay open as long as the store, and so lock the directory against other processes. Stopping
  // statements has one by itself, since a statement of the other one may take long.
  let control: Session
  let killer: Session
  try {
    control = new chdb.Session(dir, { connectionArgs })
    killer = new chdb.Session(dir, { connectionArgs })
  } catch (cause) {
    throw await explainFailedOpen(dataDir, dir, cause)
  }
  endAtFatalSignals()
  // Kills all statements at exit: a process that exits without closing the store would wait for them. It may still die
  // of a signal instead of its exit code, since the engine's threads outlive its memory, so close the store first. Runs
  // before chdb closes its sessions.
  const onExit = (): void => {
    try {
      control.query('KILL QUERY WHERE 1 ASYNC')
    } catch {
      // The process ends all the same.
    }
  }
  process.prependOnceListener('exit', onExit)
  let killing: Promise<unknown> = Promise.resolve()
  return {
    async openSession(database) {
      const session = new chdb.Session(dir, { connectionArgs })
      try {
        await session.queryAsync(`USE ${database}`)
        await session.queryAsync(`SET max_query_size = ${queryBytesMax}`)
        return session
      } catch (error) {
        session.close()
        throw error
      }
    },
    run: async (statement) => void (await control.queryAsync(statement)),
    async kill(where) {
      // A session runs one statement at a time. The caller repeats a KILL that failed.
      const run = (): Promise<unknown> => killer.queryAsync(`KILL QUERY WHERE ${where} ASYNC`)
      await (killing = killing.then(run).catch(() => undefined))
    },
    async close() {
      process.removeListener('exit', onExit)
      killer.close()
      control.close()
      await chdb.drainPending()
    },
  }
}

const fatalSignals = ['SIGABRT', 'SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP'] as const

/**
 * Lets a signal that ends a process end it at once. The engine handles these signals by waiting for five minutes, in
 * which a process that ran out of memory holds its port and its directory. A listener that goes away leaves the default
 * action of its signal behind.
 */
function endAtFatalSignals(): void {
  for (const signal of fatalSignals) {
    const listener = (): void => undefined
    process.on(signal, listener)
    process.removeListener(signal, listener)
  }
}

async function loadChdb() {
  try {
    return await import('chdb')
  } catch (cause) {
    throw new AfterlogError(
      'store-unavailable',
      `the embedded engine (package chdb) is not installed or does not load on ${process.platform}-${process.arch}: ` +
        'it needs Linux with glibc or macOS, on x64 or arm64. ' +
        'Run Afterlog there, or set AFTERLOG_CLICKHOUSE_URL to use a ClickHouse server.',
      { cause },
    )
  }
}

async function explainFailedOpen(dataDir: string, dir: string, cause: unknown): Promise<AfterlogError> {
  const holder = await holderOf(dir)
  if (holder !== undefined) {
    const user = holder === process.pid ? 'this process already' : `another Afterlog process (pid ${holder})`
    return new AfterlogError(
      'store-unavailable',
      `the data directory ${dataDir} is in use by ${user}: stop it first, or set AFTERLOG_DATA_DIR to another one.`,
      { cause },
    )
  }
  const why = cause instanceof Error ? cause.message : String(cause)
  return new AfterlogError('store-unavailable', `the data directory ${dataDir} cannot be opened: ${why}`, { cause })
}

/** Returns the live process that the engine's status file names, or undefined. */
async function holderOf(dir: string): Promise<number | undefined> {
  const status = await readFile(join(dir, 'status'), 'utf8').catch(() => '')
  const pid = Number(/^PID: (\d+)/m.exec(status)?.[1] ?? 0)
  if (pid === 0) return undefined
  try {
    process.kill(pid, 0)
    return pid
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? pid : undefined
  }
}
