import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHttpClient } from '../../../../services/import/send/http-client.ts'
import { createRetry } from '../../../../services/import/send/retry.ts'
import { createStoredLines } from '../../../../services/import/stored-lines.ts'
import { startFakeService, type FakeService } from './fake-service.ts'

let fake: FakeService
beforeEach(async () => void (fake = await startFakeService()))
afterEach(() => fake[Symbol.asyncDispose]())

const uid = '5b0c6f2e-8c1a-4d4c-9a52-0f5f4c1b7e10'
const time = '2026-11-23T10:00:00.000000001Z'
const shown = { podUid: uid, time, stream: 'stdout', message: 'x', offset: null, restart: 0, partial: false }
const line = { time, stream: 'stdout', more: false, text: 'x' }
const names = (count: number) => Array.from({ length: count }, (_, i) => ({ namespace: 'shop', pod: `p${i}` }))

function reader(pods: { namespace: string; pod: string }[], linesMax?: number) {
  const { signal } = new AbortController()
  const retry = createRetry({ patienceMs: 100, onWait: () => {}, signal, pauseMs: 1 })
  return createStoredLines({
    pods,
    client: createHttpClient({ url: fake.url, tenant: '' }),
    retry,
    cluster: '',
    ...(linesMax && { linesMax }),
  })
}
const answer = (lines: object[]) => {
  fake.onGet = ({ searchParams }) =>
    searchParams.has('limit') ? { lines } : lines.map((one) => `${JSON.stringify(one)}\n`).join('')
}

test('a server that holds none of 120 pods is asked three times', async () => {
  const storedLines = reader(names(120))
  for (const name of names(120))
    expect(await storedLines.read({ ...name, podUid: uid, container: 'app' }, undefined)).toBeUndefined()
  expect(fake.gets).toHaveLength(3)
})

test('each stored line answers for one, and only in its pod', async () => {
  answer([shown, shown, { ...shown, podUid: null, message: 'unresolved' }, { ...shown, podUid: 'another', message: 'other' }])
  const stored = (await reader(names(1)).read({ ...names(1)[0]!, podUid: uid, container: 'app' }, undefined))!
  expect([1, 2, 3].map(() => stored.take(line))).toEqual([true, true, false])
  expect(stored.take({ ...line, text: 'unresolved' })).toBe(true)
  expect(stored.take({ ...line, text: 'other' })).toBe(false)
})

test('lines with an offset are known by it and never taken', async () => {
  answer([{ ...shown, offset: 7 }])
  const stored = (await reader(names(1)).read({ ...names(1)[0]!, podUid: uid, container: 'app' }, undefined))!
  expect([stored.holds(line, 7), stored.holds(line, 8), stored.take(line)]).toEqual([true, false, false])
})

test('fragments that stand apart are known as the line that they are', async () => {
  answer([
    { ...shown, message: 'a', partial: true },
    { ...shown, stream: 'stderr' },
    { ...shown, time: '2026-11-23T10:00:01.000000000Z', message: 'b' },
  ])
  const stored = (await reader(names(1)).read({ ...names(1)[0]!, podUid: uid, container: 'app' }, undefined))!
  expect(stored.take({ ...line, text: 'ab' })).toBe(true)
})

test('what is remembered is bounded, and says so', async () => {
  answer(Array.from({ length: 5 }, (_, i) => ({ ...shown, message: String(i) })))
  const stored = await reader(names(1), 3).read({ ...names(1)[0]!, podUid: uid, container: 'app' }, undefined)
  expect(stored?.truncated).toBe(true)
})

test('a service that takes lines but answers no queries is known to hold nothing', async () => {
  const storedLines = reader(names(1))
  fake.onGet = () => undefined
  expect(await storedLines.read({ ...names(1)[0]!, podUid: uid, container: 'app' }, undefined)).toBeUndefined()
  expect(await storedLines.verifies({}, { time, offset: 0 })).toBe(false)
  expect(storedLines.mute).toBe(true)
})
