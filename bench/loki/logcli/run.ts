// logcli as a child process.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Output } from './case.ts'

export type Logcli = (args: readonly string[], options?: { interruptedBy?: AbortSignal }) => Promise<Output>

/** What hangs is a failure. */
const patienceMs = 60_000

export const logcliAt = (path: string, url: string): Logcli =>
  async function logcli(args, { interruptedBy } = {}) {
    const env = { PATH: process.env['PATH'] ?? '', LOKI_ADDR: url }
    const child = spawn(path, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: patienceMs })
    const stop = (): void => void child.kill('SIGINT')
    interruptedBy?.addEventListener('abort', stop)
    const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
    child.stdout.on('data', (part: Buffer) => parts.stdout.push(part))
    child.stderr.on('data', (part: Buffer) => parts.stderr.push(part))
    const [code] = (await once(child, 'close')) as [number | null]
    interruptedBy?.removeEventListener('abort', stop)
    return { code, stdout: Buffer.concat(parts.stdout).toString(), stderr: Buffer.concat(parts.stderr).toString() }
  }
