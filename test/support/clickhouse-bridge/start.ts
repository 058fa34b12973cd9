// A ClickHouse server for tests: a child process that serves its HTTP protocol over the embedded engine, on a directory
// and port that survive it, so that a test can kill it and start it again.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface ClickHouseProcess extends AsyncDisposable {
  /** e.g. http://127.0.0.1:41873 */
  url: string
  port: number
  pid: number
  /** Resolves when it is gone, whatever ended it. */
  exited: Promise<unknown>
  /** Ends it in order. */
  stop(): Promise<void>
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
}

/** Resolves when it listens. `port` 0 or none: any free one. */
export async function startClickHouse({ dir, port = 0 }: { dir: string; port?: number }): Promise<ClickHouseProcess> {
  const child = spawn(process.execPath, [main, dir, String(port)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    await gone
  }
  const listening = await Promise.race([firstPort(child.stdout), gone.then(() => undefined)])
  if (listening === undefined) throw new Error(`the ClickHouse bridge on ${dir} did not start`)
  return {
    url: `http://127.0.0.1:${listening}`,
    port: listening,
    pid: child.pid!,
    exited: gone,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    [Symbol.asyncDispose]: () => end('SIGTERM'),
  }
}

const main = fileURLToPath(new URL('main.ts', import.meta.url))

async function firstPort(stdout: NodeJS.ReadableStream): Promise<number | undefined> {
  for await (const line of createInterface({ input: stdout })) {
    if (!line.startsWith('{"port":')) continue
    stdout.resume()
    return (JSON.parse(line) as { port: number }).port
  }
  return undefined
}
