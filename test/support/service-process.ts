// The service as a child process of a test: started like `npm start`, on a free port of 127.0.0.1, its log read line by
// line. Whatever happens to it, its exit is an event that can be awaited; nothing outlives its disposal.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface LogLine {
  level: string
  msg: string
  url?: string
  status?: number
  [field: string]: unknown
}

export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
  /** ms from the start of the process. */
  afterMs: number
}

export interface ServiceProcess extends AsyncDisposable {
  readonly pid: number
  /** Where it listens; rejects with what it said on stderr where it ends without serving. */
  readonly serving: Promise<string>
  readonly exited: Promise<Exit>
  /** JSON log lines so far. */
  readonly logs: readonly LogLine[]
  /** All that it wrote to stderr so far. */
  stderr(): string
  kill(signal: NodeJS.Signals): void
  /** Resolves with the first line, already written or to come, that the test is true of. */
  logged(test: (line: LogLine) => boolean): Promise<LogLine>
}

export interface ServiceProcessOptions {
  dataDir: string
  /** Of the program; default this checkout. */
  checkout?: string
  port?: number
  /** Default: ingest and query in one, as `npm start`. */
  program?: 'services/main.ts' | 'services/ingest/main.ts' | 'services/query/main.ts' | 'services/projector/main.ts'
  env?: Readonly<Record<string, string>>
}

/** Of this checkout. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

export function spawnService({
  dataDir,
  checkout = root,
  port = 0,
  program = 'services/main.ts',
  env = {},
}: ServiceProcessOptions): ServiceProcess {
  const startedMs = performance.now()
  const child = spawn(process.execPath, [program], {
    cwd: checkout,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited(), AFTERLOG_DATA_DIR: dataDir, AFTERLOG_HTTP_PORT: String(port), ...env },
  })
  const logs: LogLine[] = []
  const waiting = new Set<(line: LogLine) => void>()
  let errors = ''
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = parse(text)
    logs.push(line)
    for (const tell of waiting) tell(line)
  })
  const exited = exitOf(child, startedMs)

  const logged = (test: (line: LogLine) => boolean): Promise<LogLine> => {
    const { promise, resolve, reject } = Promise.withResolvers<LogLine>()
    const tell = (line: LogLine): void => {
      if (test(line)) resolve(line)
    }
    logs.forEach(tell)
    waiting.add(tell)
    void exited.then(({ code, signal }) => reject(new Error(`the service ended (${code ?? signal}): ${errors}`)))
    return promise.finally(() => waiting.delete(tell))
  }
  const serving = logged(({ msg }) => msg === 'serving').then(({ url }) => url!)
  serving.catch(() => undefined)

  return {
    pid: child.pid!,
    serving,
    exited,
    logs,
    stderr: () => errors,
    kill: (signal) => void child.kill(signal),
    logged,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** The cache of what Node compiled is set by migrate-once.ts. */
function inherited(): Record<string, string> {
  const { PATH = '', NODE_COMPILE_CACHE } = process.env
  return NODE_COMPILE_CACHE === undefined ? { PATH } : { PATH, NODE_COMPILE_CACHE }
}

async function exitOf(child: ChildProcess, startedMs: number): Promise<Exit> {
  // `close` comes after the last byte of both pipes.
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { code, signal, afterMs: performance.now() - startedMs }
}

function parse(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine
  } catch {
    return { level: 'none', msg: text }
  }
}
