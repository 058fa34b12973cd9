// An agent that is killed and started again on one directory and one state, and what all of its processes used.
import { readFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { spawnAgent, type AgentProcess } from '#test/support/agent-process.ts'

/** A file as the state of the agent has it. */
export interface StoredFile {
  name: string
  size: number
  storedTo: number
  end: string
  before: string
}

export class KeptAgent {
  readonly root: string
  readonly used = { cpuSeconds: 0, rssBytes: 0 }
  private readonly env: Readonly<Record<string, string>>
  private agent: AgentProcess | undefined

  constructor({
    url,
    directory,
    pollMs,
    ...more
  }: {
    url: string
    directory: string
    pollMs: number
    env?: Readonly<Record<string, string>>
  }) {
    this.root = join(directory, 'pods')
    mkdirSync(this.root, { recursive: true })
    this.env = { URL: url, PODS_DIR: this.root, STATE: join(directory, 'state.json'), POLL_MS: String(pollMs), ...more.env }
  }

  start(): void {
    this.agent ??= spawnAgent(this.env)
  }

  async kill(signal?: NodeJS.Signals): Promise<void> {
    const { agent } = this
    this.agent = undefined
    if (agent === undefined) return
    await agent.kill(signal)
    const { cpuSeconds, rssBytes } = agent.used()
    this.used.cpuSeconds += cpuSeconds
    this.used.rssBytes = Math.max(this.used.rssBytes, rssBytes)
  }

  pause(): void {
    this.agent?.pause()
  }

  goOn(): void {
    this.agent?.goOn()
  }

  log(): string {
    return this.agent?.log() ?? ''
  }

  /** The files of each life, by its key; empty before the first state. */
  state(): Map<string, StoredFile[]> {
    try {
      const { lives } = JSON.parse(readFileSync(this.env['STATE']!, 'utf8')) as { lives: { key: string; files: StoredFile[] }[] }
      return new Map(lives.map(({ key, files }) => [key, files]))
    } catch {
      return new Map()
    }
  }

  /** Waits until its state is so; gives up after `patienceMs`. */
  async until(isSo: (files: StoredFile[][]) => boolean, patienceMs: number): Promise<void> {
    const untilMs = performance.now() + patienceMs
    while (!isSo([...this.state().values()]) && performance.now() < untilMs) await sleep(200)
  }
}
