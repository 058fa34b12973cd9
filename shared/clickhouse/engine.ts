// The embedded engine: loads `chdb` when it is first needed, opens and closes sessions on one data directory, and says in a sentence
// what is wrong where it cannot. The engine's own lock on the file `status` is the truth about who holds a directory; it ends with
// its process, so nothing stale is left by kill -9.
import { mkdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Session } from 'chdb'
import { AfterlogError } from '../errors.ts'
import { engineArguments, type EngineMemory } from './engine-arguments.ts'
import { queryBytesMax } from './statement.ts'

export interface EngineOptions {
  dataDir: string
  memory?: EngineMemory
}

export interface Engine {
  /** A new connection to the directory: it runs one statement at a time. Rejects if there is no such database. */
  openSession(database: string): Promise<Session>
  /** Runs a statement on a session of its own. */
  run(statement: string): Promise<void>
  /** Stops statements at once and on this thread, a millisecond or two: no thread of the pool need be free. `where` is about system.processes. */
  kill(where: string): void
  /** Gives the directory up once no native work is left. Every other session has been closed before. */
  close(): Promise<void>
}

/** Rejects with `store-unavailable` and a sentence: no engine for this platform, or the directory is in use, or cannot be written. */
export async function openEngine({ dataDir, memory }: EngineOptions): Promise<Engine> {
  const chdb = await loadChdb()
  const dir = join(resolve(dataDir), 'clickhouse')
  try {
    await makeDirectory(dir)
  } catch (cause) {
    throw new AfterlogError('store-unavailable', `the data directory ${dataDir} cannot be made: ${(cause as Error).message}`, {
      cause,
    })
  }
  const connectionArgs = engineArguments(memory)
  // Open as long as the store is: it holds the directory against other processes.
  let control: Session
  try {
    control = new chdb.Session(dir, { connectionArgs })
  } catch (cause) {
    throw await explainFailedOpen(dataDir, dir, cause)
  }
  const kill = (where: string): void => {
    try {
      control.query(`KILL QUERY WHERE ${where} ASYNC`)
    } catch {
      // Whoever asks asks again until the statement has ended.
    }
  }
  // A process that exits without closing would wait for its statements to end by themselves. It may still end by a signal instead of
  // its code, since the engine's threads outlive its memory then: close the store first. Runs before chdb closes this session.
  const onExit = (): void => kill('1')
  process.prependOnceListener('exit', onExit)
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
    kill,
    async close() {
      process.removeListener('exit', onExit)
      control.close()
      await chdb.drainPending()
    },
  }
}

/** Like mkdir -p. Node's own recursive mkdir never returns where a directory of the path can neither be made nor be missing, as in /proc. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    const parent = dirname(path)
    if (
      await stat(parent).then(
        () => true,
        () => false,
      )
    )
      throw error
    await makeDirectory(parent)
    await makeDirectory(path)
  }
}

async function loadChdb() {
  try {
    return await import('chdb')
  } catch (cause) {
    throw new AfterlogError(
      'store-unavailable',
      `the embedded engine (package chdb) is not installed or does not load on ${process.platform}-${process.arch}: it needs Linux with ` +
        'glibc or macOS, on x64 or arm64. Run Afterlog there, or set AFTERLOG_CLICKHOUSE_URL to use a ClickHouse server.',
      { cause },
    )
  }
}

async function explainFailedOpen(dataDir: string, dir: string, cause: unknown): Promise<AfterlogError> {
  const holder = await holderOf(dir)
  if (holder !== undefined) {
    const who = holder === process.pid ? 'this process already' : `another Afterlog process (pid ${holder})`
    return new AfterlogError(
      'store-unavailable',
      `the data directory ${dataDir} is in use by ${who}: stop that one first, or set AFTERLOG_DATA_DIR to another directory.`,
      { cause },
    )
  }
  const why = cause instanceof Error ? cause.message : String(cause)
  return new AfterlogError('store-unavailable', `the data directory ${dataDir} cannot be opened: ${why}`, { cause })
}

/** The live process that the engine's status file names, if there is one. */
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
