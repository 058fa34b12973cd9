// The agent as a child process, which can be killed, and what it used of the machine.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { root } from './service-process.ts'

export interface AgentProcess extends AsyncDisposable {
  readonly pid: number
  /** What it wrote to stdout and stderr. */
  log(): string
  /** Resolves once it is dead. */
  kill(signal?: NodeJS.Signals): Promise<void>
  pause(): void
  goOn(): void
  /** CPU seconds and the most memory so far, also after its death as they were before. */
  used(): { cpuSeconds: number; rssBytes: number }
}

/** `env` without AFTERLOG_AGENT_ in front of its names. */
export function spawnAgent(env: Readonly<Record<string, string>>): AgentProcess {
  const named = Object.fromEntries(Object.entries(env).map(([name, value]) => [`AFTERLOG_AGENT_${name}`, value]))
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env
  const child = spawn(process.execPath, ['--max-semi-space-size=4', 'services/agent/main.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH, ...(NODE_COMPILE_CACHE === '' ? {} : { NODE_COMPILE_CACHE }), ...named },
  })
  let text = ''
  const keep = (chunk: Buffer): void => void (text = (text + chunk.toString()).slice(-100_000))
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  let last = { cpuSeconds: 0, rssBytes: 0 }
  const used = () => (last = usedBy(child) ?? last)
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    used()
    const closed = once(child, 'close')
    child.kill(signal)
    await closed
  }
  return {
    pid: child.pid!,
    log: () => text,
    kill,
    pause: () => void child.kill('SIGSTOP'),
    goOn: () => void child.kill('SIGCONT'),
    used,
    [Symbol.asyncDispose]: () => kill(),
  }
}

const ticksPerSecond = 100

function usedBy({ pid }: ChildProcess): { cpuSeconds: number; rssBytes: number } | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return peak === undefined
      ? undefined
      : { cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond, rssBytes: Number(peak) * 1024 }
  } catch {
    return undefined
  }
}
