// Expiry believes no clock alone: what has ended only by a clock that jumped ahead stays and is told, and rows that
// only age go by the time that is trusted.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { createLogger } from '#shared/logger.ts'
import { readMark } from '#shared/retention/retention-marks.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { aheadText, createTrustedClock } from '#projector/retention/trusted-clock.ts'
import { createNewestTime } from '#ingest/store/newest-time.ts'
import { expireRows } from '#projector/retention/expire-rows.ts'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'

const dayMs = 86_400_000
const log = createLogger({ level: 'silent', service: 'test' })
let service: ProjectorService
beforeAll(async () => {
  service = await openProjectorService()
})
afterAll(() => service[Symbol.asyncDispose]())

/** The time that a process trusts which starts at this time. */
async function trustedAt(wallMs: number) {
  await using clock = createTrustedClock({ store: service.store, log, gauge: { set: () => undefined }, clock: () => wallMs })
  return (await clock.now())!
}

test('an empty store believes the clock, one with lines only what they say, and then what was trusted last', async () => {
  await service.store.command({ sql: raw('TRUNCATE TABLE retention_marks') })
  const now = service.clock.now
  expect(await trustedAt(now)).toEqual({ ms: now })
  await service.store.command({ sql: raw('TRUNCATE TABLE retention_marks') })
  const line = { namespace: 'shop', pod: 'a', podUid: 'u', container: 'app', restart: 0, message: 'a line' }
  for (const days of [1, 2, 5]) await service.say([{ ...line, time: new Date(now - days * dayMs).toISOString() }])
  // The store's own clock dates pods: only lines say what time it is in this test.
  await service.store.command({ sql: raw('TRUNCATE TABLE pod_watermarks') })
  expect(await trustedAt(now + 30 * dayMs)).toEqual({ ms: now, ahead: { byMs: 30 * dayMs, forMs: 0 } })
  expect(await readMark(service.store, 'time')).toBe(now)
  expect(await trustedAt(now + 60_000)).toEqual({ ms: now + 60_000 })
  expect(await trustedAt(now - 400 * dayMs)).toEqual({ ms: now - 400 * dayMs })
  expect(await readMark(service.store, 'time')).toBe(now - 400 * dayMs)
  expect(await readMark(service.store, 'newest')).toBe(now + 60_000)
  // A letter that comes under a clock that was put back came after all that is known.
  const newest = createNewestTime({ store: service.store, clock: () => now - 400 * dayMs })
  expect(Math.floor((await newest.ms()) / 60_000)).toBe(Math.floor((now + 60_000) / 60_000))
  newest.close()
})

test('days that have ended by the clock alone stay, with the reason', async () => {
  const now = service.clock.now
  const wall = now + 30 * dayMs
  const mistrust = aheadText({ ms: now, ahead: { byMs: 30 * dayMs, forMs: 600_000 } })
  const settings = service.retention.versionAt(now)
  expect(await service.expiry.run(settings, { nowMs: wall, trustedMs: now, mistrust })).toEqual([])
  expect([...service.expiry.blocked.values()]).toMatchObject([{ reason: mistrust, tries: 0 }, {}, {}])
  expect(mistrust).toContain('the clock is 30 days ahead of 2026-11-23T12:00:00.000Z')
  expect(mistrust).toContain('dropped in 50 min')
  expect(await service.expiry.run(settings, { nowMs: wall, trustedMs: wall })).toHaveLength(3)
})

test('dead letters and other rows that only age go by trusted time', async () => {
  const { store } = service
  const reading = createReading({ store, limits: {} })
  const count = async (table: string): Promise<number> => {
    const [row] = await store.rows<{ n: number }>({ sql: raw(`SELECT toFloat64(count()) AS n FROM ${table}`) })
    return row!.n
  }
  const at = '2026-01-01 00:00:00'
  await store.command({
    sql: raw(
      `INSERT INTO dead_letters (tenant, time, origin, reason, identity, stored_at) SELECT 't', '${at}', 'o', 'invalid', 1, '${at}'`,
    ),
  })
  await store.command({ sql: raw(`INSERT INTO pod_change_feed (at, tenant, source, uid) SELECT '${at}', 't', 'fact', 'u'`) })
  await store.command({ sql: raw(`INSERT INTO inexact_days (day, class, reason) SELECT '2026-01-01', 'default', 'r'`) })
  await store.command({ sql: raw('OPTIMIZE TABLE dead_letters FINAL') })
  const feed = await count('pod_change_feed')
  const day = (days: number): number => Date.parse('2026-01-01T00:00:00Z') + days * dayMs
  await expireRows({ store, reading }, day(8))
  expect([await count('dead_letters'), await count('pod_change_feed'), await count('inexact_days')]).toEqual([1, feed, 1])
  await expireRows({ store, reading }, day(91))
  await expect.poll(() => count('dead_letters'), { timeout: 30_000 }).toBe(0)
  expect([await count('pod_change_feed'), await count('inexact_days')]).toEqual([feed - 1, 1])
  await expireRows({ store, reading }, day(3660))
  await expect.poll(() => count('inexact_days'), { timeout: 30_000 }).toBe(0)
})
