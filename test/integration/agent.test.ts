// The agent against a real service, over files that are rotated, compressed and removed as the kubelet does it: every
// line once, and of each life what is true of it.
import { rename, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { checkLives, postEnds } from '../../bench/agent/lives-stored.ts'
import { spawnAgent, type AgentProcess } from '#test/support/agent-process.ts'
import { agentTest, seals as sealsOf, stored as storedOf, type RunningAgent } from '#test/support/agent-test.ts'
import type { PlayedContainer } from '#test/support/played-kubelet.ts'

const bench = agentTest()
const { start, container, settings } = bench
const stored = (of: PlayedContainer) => storedOf(bench, of)
const seals = (of: PlayedContainer) => sealsOf(bench, of)
let agent: RunningAgent
let spawned: AgentProcess | undefined

afterEach(() => spawned?.kill())

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
  await postEnds(bench.service.url, [log])
  await seals(log).toEqual([['sealed']])
})

test('a kill in the middle loses no line and stores none twice', async () => {
  const log = container()
  for (let kill = 0; kill < 3; kill++) {
    spawned = spawnAgent(settings())
    const before = log.written[0]!
    log.write(5000)
    await expect
      .poll(async () => (await checkLives(bench.service.url, log))[0]!.stored, { timeout: 60_000 })
      .toBeGreaterThan(before)
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
  bench.front.answer = { status: 503, headers: { 'retry-after': '1' } }
  log.rotate()
  log.write(25)
  const { bytes } = log
  // Two looks see it, and the state is written.
  await new Promise((resolve) => setTimeout(resolve, 900))
  await agent.stop()
  bench.front.answer = undefined
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
    .poll(async () => (await (await fetch(`${bench.service.url}/v1/pods/${log.uid}`)).json()) as object, { timeout: 60_000 })
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
  bench.front.answer = { status: 429, headers: { 'retry-after': '1' } }
  bench.front.posts = 0
  log.write(1500)
  await new Promise((resolve) => setTimeout(resolve, 1500))
  // Each of the few posts under way came once, and again after each second.
  expect(bench.front.posts).toBeGreaterThan(3)
  expect(bench.front.posts).toBeLessThan(20)
  bench.front.answer = undefined
  await stored(log).toEqual([1510])
})

test('an address that is not the service is waited for as well', async () => {
  const log = container()
  agent = start()
  bench.front.answer = { status: 404 }
  log.write(10)
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(bench.front.posts).toBeGreaterThan(0)
  await agent.stop()
  bench.front.answer = undefined
  agent = start()
  await stored(log).toEqual([10])
})

test('a pod that cannot be looked at for a while stops no other one, and is read on', async () => {
  const [log, other] = [container(), container()]
  const [pod, aside] = [dirname(log.directory), join(bench.dir, 'aside')]
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
