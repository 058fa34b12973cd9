// An agent of somebody else as a process that is killed and started again, and what all of its processes used.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { cpuSeconds, residentMiB } from '../load/process-cost.ts'

export interface KilledAgent {
  /** Ends it in order, once it was killed as often as asked. Resolves to what it used. */
  stop(): Promise<AgentCost>
}

export interface AgentCost {
  cpuSeconds: number
  peakMiB: number
}

export interface KilledAgentOptions {
  binary: string
  args: readonly string[]
  env: Readonly<Record<string, string>>
  kills: number
  /** Between two kills. */
  everyMs: number
}

/** It dies with this process. */
export function runKilled({ binary, args, env, kills, everyMs }: KilledAgentOptions): KilledAgent {
  // What it says of itself is asked for by hand.
  const stdio = process.env['VERBOSE'] === undefined ? 'ignore' : 'inherit'
  const start = () => spawn(binary, args, { env: { ...process.env, ...env }, stdio })
  const cost: AgentCost = { cpuSeconds: 0, peakMiB: 0 }
  let child = start()
  const count = (): void => {
    cost.cpuSeconds += cpuSeconds(child.pid!)
    cost.peakMiB = Math.max(cost.peakMiB, residentMiB(child.pid!).peak)
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the agent has ended by itself (${child.exitCode ?? child.signalCode})`)
    count()
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }
  process.once('exit', () => child.kill('SIGKILL'))
  process.once('SIGTERM', () => process.exit(1))
  const killing = (async (): Promise<void> => {
    for (let kill = 0; kill < kills; kill++) {
      await sleep(everyMs)
      await end('SIGKILL')
      child = start()
    }
  })()
  return {
    stop: async () => {
      await killing
      await end('SIGTERM')
      return cost
    },
  }
}
