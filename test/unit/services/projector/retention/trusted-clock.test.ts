import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createTrustedClock } from '#projector/retention/trusted-clock.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { createLogger } from '#shared/logger.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date', 'performance'] }))
afterEach(() => void vi.restoreAllMocks().useRealTimers())

test('a store that takes minutes to note the time does not make the clock one that is ahead', async () => {
  const written = Promise.withResolvers<void>()
  const store = { rows: async () => [], command: () => written.promise } as unknown as LogStore
  const log = createLogger({ level: 'silent', service: 'test' })
  await using clock = createTrustedClock({ store, log, gauge: { set: () => undefined }, clock: Date.now })
  await clock.now()
  await vi.advanceTimersByTimeAsync(300_000)
  expect(await clock.now()).toEqual({ ms: Date.now() })
  written.resolve()
})

test('a pause of the process between the readings of both clocks does not make the clock one that is ahead', async () => {
  const store = { rows: async () => [], command: async () => undefined } as unknown as LogStore
  const log = createLogger({ level: 'silent', service: 'test' })
  let [monotonicMs, wallMs, pauseMs] = [1000, Date.now(), 0]
  const pass = (ms: number): void => {
    monotonicMs += ms
    wallMs += ms
  }
  vi.spyOn(performance, 'now').mockImplementation(() => monotonicMs)
  const wallClock = (): number => {
    pass(pauseMs)
    pauseMs = 0
    return wallMs
  }
  await using clock = createTrustedClock({ store, log, gauge: { set: () => undefined }, clock: wallClock })
  await clock.now()
  pass(5000)
  pauseMs = 3000
  await vi.advanceTimersByTimeAsync(5000)
  expect(await clock.now()).toEqual({ ms: wallMs })
})
