// What the integration tests of the agent share: a real service, a front through which the agent reaches it, agents in
// the test's process, and containers whose logs they follow.
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { readAgentConfig } from '../../services/agent/config.ts'
import { runAgent } from '../../services/agent/run-agent.ts'
import { checkLives } from '../../bench/agent/lives-stored.ts'
import { PlayedContainer } from './played-kubelet.ts'
import { startTestService, type TestService } from './service.ts'

export interface Answer {
  status: number
  headers?: Record<string, string>
  body?: string
}

/** Passes requests on to the service, or answers them as it is set. */
export interface Front {
  server: Server
  url: string
  answer: Answer | undefined
  posts: number
}

async function createFront(to: string): Promise<Front> {
  const server = createServer((request, response) => {
    made.posts++
    const { answer } = made
    if (answer !== undefined) {
      request.resume()
      response.writeHead(answer.status, answer.headers).end(answer.body ?? '{}')
      return
    }
    const passed = httpRequest(`${to}${request.url}`, { method: request.method!, headers: request.headers }, (answered) => {
      response.writeHead(answered.statusCode!, answered.headers)
      answered.pipe(response)
    })
    // The service may refuse a body before it has all of it.
    passed.on('error', () => response.destroy())
    request.pipe(passed)
  })
  const made: Front = { server, url: '', answer: undefined, posts: 0 }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  made.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return made
}

export interface RunningAgent {
  /** Sentences of its warnings. */
  warnings: string[]
  stop(): Promise<void>
}

export interface AgentTest {
  readonly service: TestService
  readonly front: Front
  /** Of one test: it has the directory of logs and the state. */
  readonly dir: string
  settings(): Record<string, string>
  /** `more`: settings without AFTERLOG_AGENT_ in front. */
  start(more?: Record<string, string>): RunningAgent
  container(): PlayedContainer
}

/** Call it once in a file of tests. `env` is of the service. */
export function agentTest(env: Record<string, string> = {}): AgentTest {
  let service: TestService
  let front: Front
  let dir = ''
  let pods = 0
  let running: RunningAgent[] = []
  beforeAll(async () => {
    service = await startTestService(env)
    front = await createFront(service.url)
  })
  afterAll(async () => {
    front.server.close()
    await service[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'afterlog-agent-'))
  })
  afterEach(async () => {
    front.answer = undefined
    for (const agent of running) await agent.stop()
    running = []
    await rm(dir, { recursive: true, force: true })
  })
  const settings = () => ({
    URL: front.url,
    PODS_DIR: join(dir, 'pods'),
    STATE: join(dir, 'state.json'),
    POLL_MS: '50',
    LOG_LEVEL: 'fatal',
  })
  return {
    get service() {
      return service
    },
    get front() {
      return front
    },
    get dir() {
      return dir
    },
    settings,
    start(more = {}) {
      const named = Object.entries({ ...settings(), ...more }).map(([name, value]) => [`AFTERLOG_AGENT_${name}`, value])
      const agent = startAgent(Object.fromEntries(named) as Record<string, string>)
      running.push(agent)
      return agent
    },
    container: () => new PlayedContainer({ root: join(dir, 'pods'), uid: `agent-${pods++}` }),
  }
}

function startAgent(env: Record<string, string>): RunningAgent {
  const stopping = new AbortController()
  const warnings: string[] = []
  const write = (line: string): void => void warnings.push((JSON.parse(line) as { msg: string }).msg)
  const { config } = readAgentConfig(env)
  const log = pino({ level: 'warn' }, { write })
  const running = runAgent({ config, node: 'node-7', log, signal: stopping.signal })
  return {
    warnings,
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** Of each life of a container, how many lines are stored. */
export const stored = ({ service }: AgentTest, of: PlayedContainer) =>
  expect.poll(async () => (await checkLives(service.url, of)).map((life) => life.stored), { timeout: 60_000 })

/** Of each life of a container, the state of its seal, and what is wrong with it. */
export const seals = ({ service }: AgentTest, of: PlayedContainer) =>
  expect.poll(async () => (await checkLives(service.url, of)).map(({ state, faults }) => [state, ...faults]), { timeout: 60_000 })
