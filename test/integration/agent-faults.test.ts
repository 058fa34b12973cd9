// The agent against refusals, and on a node on which not all is well: what it says of a life stays true, and what is
// wrong with one log, or one answer, costs no other one.
import { symlinkSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { agentTest, seals as sealsOf, stored as storedOf } from '#test/support/agent-test.ts'
import type { PlayedContainer } from '#test/support/played-kubelet.ts'

const bench = agentTest({ AFTERLOG_BODY_BYTES_MAX: '65536' })
const { start, container } = bench
const stored = (of: PlayedContainer) => storedOf(bench, of)
const seals = (of: PlayedContainer) => sealsOf(bench, of)

test.each([1, 3])('a life of which the service refuses a body of %i lines without a trace is not sealed', async (count) => {
  const log = container()
  // Without the front, whose post breaks where the service answers before it has read the body.
  const agent = start({ URL: bench.service.url })
  log.write(10)
  await stored(log).toEqual([10])
  log.rotate()
  for (let i = 0; i < count; i++) log.append(`2026-11-23T10:00:0${i}.000000000Z stdout F ${'y'.repeat(100_000)}\n`)
  await expect.poll(() => agent.warnings.join('\n'), { timeout: 20_000 }).toContain('413: ')
  log.rotate()
  log.write(5)
  await stored(log).toEqual([15])
  log.runAgain()
  log.write(1)
  await stored(log).toEqual([15, 1])
  // More than the time after which the end of a file is said.
  await new Promise((resolve) => setTimeout(resolve, 1000))
  await seals(log).toEqual([['unsealed'], ['tail-unknown']])
})

test('a batch that the service refuses as a whole is kept until it takes it', async () => {
  const log = container()
  const agent = start()
  const problem = { type: 'urn:afterlog:error:invalid-parameter', status: 400, detail: 'X-Scope-OrgID must be one tenant' }
  const headers = { 'content-type': 'application/problem+json; charset=utf-8' }
  bench.front.answer = { status: 400, headers, body: JSON.stringify(problem) }
  log.write(10)
  await expect.poll(() => agent.warnings.join('\n'), { timeout: 20_000 }).toContain('X-Scope-OrgID must be one tenant')
  await agent.stop()
  bench.front.answer = undefined
  start()
  await stored(log).toEqual([10])
})

test('a log of which no byte can be read stops no other one', async () => {
  const bad = join(bench.dir, 'pods', 'aaa_bad_0', 'app')
  mkdirSync(bad, { recursive: true })
  // Reading it at byte 0 is an error of input and output, as of a bad sector.
  symlinkSync('/proc/self/mem', join(bad, '0.log'))
  const log = container()
  const agent = start()
  log.write(10)
  await stored(log).toEqual([10])
  log.runAgain()
  await seals(log).toEqual([['sealed'], ['nothing']])
  expect(agent.warnings).toEqual([expect.stringContaining('cannot be read: EIO')])
})
