import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createTrustedClock } from '#projector/retention/trusted-clock.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { createLogger } from '#shared/logger.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date', 'performance'] }))
afterEach(() => void vi.useRealTimers())

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
