// The agent against a real service, over files that are rotated, compressed and removed as the kubelet does it: every
// line once, and of each life what is true of it.
import { mkdtemp, rename, rm, symlink } from 'node:fs/promises'
import { createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createLogger } from '#shared/logger.ts'
import { readAgentConfig } from '../../services/agent/config.ts'
import { runAgent } from '../../services/agent/run-agent.ts'
import { checkLives, postEnds } from '../../bench/agent/lives-stored.ts'
import { spawnAgent, type AgentProcess } from '#test/support/agent-process.ts'
import { PlayedContainer } from '#test/support/played-kubelet.ts'
import { startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
let front: Front
let dir = ''
let pods = 0
let agent: RunningAgent | undefined
let spawned: AgentProcess | undefined

beforeAll(async () => {
  service = await startTestService()
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
  await agent?.stop()
  await spawned?.kill()
  agent = spawned = undefined
  await rm(dir, { recursive: true, force: true })
})

/** Passes requests on to the service, or answers them as it is set. */
interface Front {
  server: Server
  url: string
  answer: { status: number; headers?: Record<string, string> } | undefined
  posts: number
}

async function createFront(to: string): Promise<Front> {
  const server = createServer((request, response) => {
    made.posts++
    const { answer } = made
    if (answer !== undefined) {
      request.resume()
      response.writeHead(answer.status, answer.headers).end('{}')
      return
    }
    const passed = httpRequest(`${to}${request.url}`, { method: request.method!, headers: request.headers }, (answered) => {
      response.writeHead(answered.statusCode!, answered.headers)
      answered.pipe(response)
    })
    request.pipe(passed)
  })
  const made: Front = { server, url: '', answer: undefined, posts: 0 }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  made.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return made
}

interface RunningAgent {
  stop(): Promise<void>
}

const settings = () => ({
  URL: front.url,
  PODS_DIR: join(dir, 'pods'),
  STATE: join(dir, 'state.json'),
  POLL_MS: '50',
  LOG_LEVEL: 'fatal',
})

function start(more: Record<string, string> = {}): RunningAgent {
  const env = Object.entries({ ...settings(), ...more }).map(([name, value]) => [`AFTERLOG_AGENT_${name}`, value])
  const stopping = new AbortController()
  const { config } = readAgentConfig(Object.fromEntries(env) as Record<string, string>)
  const log = createLogger({ level: 'fatal', service: 'agent' })
  const running = runAgent({ config, node: 'node-7', log, signal: stopping.signal })
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

const container = (): PlayedContainer => new PlayedContainer({ root: join(dir, 'pods'), uid: `agent-${pods++}` })

const stored = (of: PlayedContainer) =>
  expect.poll(async () => (await checkLives(service.url, of)).map((life) => life.stored), { timeout: 60_000 })
const seals = (of: PlayedContainer) =>
  expect.poll(async () => (await checkLives(service.url, of)).map(({ state, faults }) => [state, ...faults]), { timeout: 60_000 })

test('lines of rotated and compressed files are stored once, and a life that is over is sealed', async () => {
  const log = container()
  agent = start()
  for (const count of [10, 20, 5]) {
    log.write(count)
    await stored(log).toEqual([log.written[0]])
    log.rotate(2)
  }
  log.write(3)
  log.runAgain()
  log.write(4)
  await seals(log).toEqual([['sealed'], ['tail-unknown']])
  await stored(log).toEqual([44, 4])
})

test('a pod that is removed with its files is read to the end, and sealed', async () => {
  const log = container()
  agent = start()
  log.write(10)
  await stored(log).toEqual([10])
  log.write(5)
  log.writeFragments(3)
  await stored(log).toEqual([16])
  log.remove()
  await postEnds(service.url, [log])
  await seals(log).toEqual([['sealed']])
})

test('a kill in the middle loses no line and stores none twice', async () => {
  const log = container()
  for (let kill = 0; kill < 3; kill++) {
    spawned = spawnAgent(settings())
    const before = log.written[0]!
    log.write(5000)
    await expect.poll(async () => (await checkLives(service.url, log))[0]!.stored, { timeout: 60_000 }).toBeGreaterThan(before)
    await spawned.kill()
    log.rotate()
  }
  log.write(10)
  log.runAgain()
  agent = start()
  await stored(log).toEqual([15_010, 0])
  await seals(log).toEqual([['sealed'], ['nothing']])
})

test('a file that was compressed before it was read to its end is read on from there', async () => {
  const log = container()
  agent = start()
  log.write(10)
  await stored(log).toEqual([10])
  await agent.stop()
  log.write(30)
  log.rotate()
  log.write(5)
  log.rotate()
  log.write(5)
  log.runAgain()
  agent = start()
  await seals(log).toEqual([['sealed'], ['nothing']])
  await stored(log).toEqual([50, 0])
})

test('a file that was removed before it was read is a gap of its size', async () => {
  const log = container()
  agent = start()
  log.write(10)
  await stored(log).toEqual([10])
  front.answer = { status: 503, headers: { 'retry-after': '1' } }
  log.rotate()
  log.write(25)
  const { bytes } = log
  // Two looks see it, and the state is written.
  await new Promise((resolve) => setTimeout(resolve, 900))
  await agent.stop()
  front.answer = undefined
  for (let i = 0; i < 3; i++) {
    log.rotate()
    log.write(5)
  }
  log.removeOldest()
  log.removeOldest()
  agent = start()
  await stored(log).toEqual([25])
  log.runAgain()
  await expect
    .poll(async () => (await (await fetch(`${service.url}/v1/pods/${log.uid}`)).json()) as object, { timeout: 60_000 })
    .toMatchObject({ containers: [{ lives: [{ seal: { state: 'gap', gaps: [{ bytes, reason: 'lost at rotation' }] } }] }] })
})

test('a life whose rotated files came before the agent is not sealed', async () => {
  const log = container()
  log.write(10)
  log.rotate()
  log.write(10)
  log.rotate()
  log.write(10)
  log.runAgain()
  agent = start()
  await stored(log).toEqual([30, 0])
  await new Promise((resolve) => setTimeout(resolve, 500))
  await seals(log).toEqual([['unsealed'], ['nothing']])
})

test('a service that is busy is waited for, and nothing is read meanwhile', async () => {
  const log = container()
  agent = start({ BATCH_BYTES: '4096', INFLIGHT_BYTES_MAX: '16384' })
  log.write(10)
  await stored(log).toEqual([10])
  front.answer = { status: 429, headers: { 'retry-after': '1' } }
  front.posts = 0
  log.write(1500)
  await new Promise((resolve) => setTimeout(resolve, 1500))
  // Each of the few posts under way came once, and again after each second.
  expect(front.posts).toBeGreaterThan(3)
  expect(front.posts).toBeLessThan(20)
  front.answer = undefined
  await stored(log).toEqual([1510])
})

test('an address that is not the service is waited for as well', async () => {
  const log = container()
  agent = start()
  front.answer = { status: 404 }
  log.write(10)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(front.posts).toBeGreaterThan(0)
  await agent.stop()
  front.answer = undefined
  agent = start()
  await stored(log).toEqual([10])
})

test('a pod that cannot be looked at for a while stops no other one, and is read on', async () => {
  const [log, other] = [container(), container()]
  const [pod, aside] = [dirname(log.directory), join(dir, 'aside')]
  agent = start()
  log.write(10)
  await stored(log).toEqual([10])
  await rename(pod, aside)
  await symlink(pod, pod)
  const later = container()
  other.write(5)
  later.write(5)
  await stored(other).toEqual([5])
  await stored(later).toEqual([5])
  await rm(pod)
  await rename(aside, pod)
  log.write(10)
  log.runAgain()
  await stored(log).toEqual([20, 0])
  await seals(log).toEqual([['sealed'], ['nothing']])
})
