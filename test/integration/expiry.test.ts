// What is left of pods once their lines have expired: last words, counts, obituaries; and that the rest is gone.
import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LogStore, Query } from '#shared/clickhouse/store.ts'
import { compile, raw } from '#shared/clickhouse/sql.ts'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'
import { dayMs, died, hourOf, podOf, start } from '#test/support/expiring-pods.ts'

/** First five minutes and last fifteen, as numbers of lines; the last line is the one at 10:00:00. */
const kept = [...Array.from({ length: 10 }, (_, i) => i), ...Array.from({ length: 31 }, (_, i) => 90 + i)]

async function messages(service: ProjectorService, uid: string): Promise<string[]> {
  const { body } = await service.request('GET', `/v1/pods/${uid}/logs?limit=1000`)
  return (body['lines'] as { message: string }[]).map(({ message }) => message)
}
const linesOf = async (service: ProjectorService, uid: string): Promise<number> =>
  (await service.request('GET', `/v1/pods/${uid}`)).body['lines'] as number
const partsOf = async (service: ProjectorService, id: string): Promise<string[]> =>
  (await readdir(service.dir, { recursive: true })).filter((name) => name.includes(`${id}_`))

describe('once lines have expired', () => {
  let service: ProjectorService
  beforeAll(async () => {
    service = await openProjectorService()
    await service.store.command({ sql: raw('SYSTEM STOP MERGES logs') })
    await service.tell(podOf('crashed', died(1)), podOf('done', died(0)))
    await service.say([...hourOf('crashed'), ...hourOf('done')])
    expect(await linesOf(service, 'crashed')).toBe(121)
  })
  afterAll(() => service[Symbol.asyncDispose]())

  test('a day before, nothing is dropped', async () => {
    service.clock.now += 14 * dayMs
    expect(await service.expire()).toEqual([])
    expect(await messages(service, 'done')).toHaveLength(121)
  })

  test('the lines are gone from answers and from the disk, those around a bad death are kept', async () => {
    service.clock.now += dayMs
    const dropped = await service.expire()
    expect(dropped).toMatchObject([{ day: 20261123, class: 'default', rows: 4 * 121 }])
    expect(await messages(service, 'done')).toEqual([])
    expect(await messages(service, 'crashed')).toEqual(kept.map((i) => `crashed ${i}`))
    await expect.poll(() => partsOf(service, dropped[0]!.id), { timeout: 30_000 }).toEqual([])
  })

  test('they are found like any other lines', async () => {
    const { body } = await service.request('GET', '/v1/logs?podUid=crashed&q=120')
    expect(body['lines']).toMatchObject([{ message: 'crashed 120', podUid: 'crashed', restart: 0 }])
  })

  test('a pod still tells how many lines it had, each life and the list as well', async () => {
    for (const uid of ['crashed', 'done']) {
      const { body } = await service.request('GET', `/v1/pods/${uid}`)
      expect(body).toMatchObject({ lines: 121, containers: [{ lives: [{ lines: 121 }] }] })
    }
    const { body } = await service.request('GET', '/v1/pods')
    expect((body['pods'] as { lines: number }[]).map(({ lines }) => lines)).toEqual([121, 121])
  })

  test('a pod of which nothing is left but its obituary is still told', async () => {
    const before = (await service.request('GET', '/v1/pods/crashed')).body
    for (const table of ['pods', 'lives', 'lines_of_lives', 'events', 'kept_counts'])
      await service.store.command({ sql: raw(`TRUNCATE TABLE ${table}`) })
    // Bytes are not counted for the day that is gone: the obituary has them as they were.
    const answer = await service.request('GET', '/v1/pods/crashed')
    expect(withoutBytes(answer)).toEqual(withoutBytes({ status: 200, body: before }))
    expect(before).toMatchObject({ outcome: 'crashed', exitCode: 1, lines: 121 })
  })

  test('last words end as well, after their own time', async () => {
    service.clock.now = start + 182 * dayMs
    expect(await service.expire()).toMatchObject([{ class: 'last_words' }])
    expect(await messages(service, 'crashed').catch(() => [])).toEqual([])
  })
})

const withoutBytes = (body: object): unknown =>
  JSON.parse(JSON.stringify(body, (key, value: unknown) => (key === 'bytes' ? undefined : value)))

test('what has expired between last words is no gap, and the seal of when all was there is remembered', async () => {
  await using service = await openProjectorService()
  await service.tell(podOf('sealed', died(1)))
  const lines = hourOf('sealed').map((line, i, all) => ({
    ...line,
    offset: i * 100,
    length: 100,
    file: 'inode-1',
    eof: i === all.length - 1,
  }))
  await service.say(lines)
  const sealOf = async () => (await service.request('GET', '/v1/pods/sealed')).body['containers'][0].lives[0].seal
  const before = await sealOf()
  expect(before).toMatchObject({ state: 'sealed', lines: 121 })
  service.clock.now += 15 * dayMs
  expect(await service.expire()).toHaveLength(1)
  expect(await sealOf()).toEqual(before)
  const { body } = await service.request('GET', '/v1/pods/sealed/logs?gaps=true&limit=1000')
  expect(body['lines']).toHaveLength(kept.length)
  const { body: obituary } = await service.request('GET', '/v1/pods/sealed/obituary')
  expect(obituary['seals']).toMatchObject([{ container: 'app', restart: 0, state: 'sealed', lines: 121 }])
})

/** A store that fails at statements which begin so, as long as it is broken. */
const breaking = (begin: string) => {
  const fault = {
    broken: true,
    through: (store: LogStore): LogStore => ({
      ...store,
      command: (query: Query) =>
        fault.broken && compile(query.sql).text.startsWith(begin) ? Promise.reject(new Error('no luck')) : store.command(query),
    }),
  }
  return fault
}

/** A crashed pod whose lines are to be dropped. */
async function expiring(through: (store: LogStore) => LogStore): Promise<ProjectorService> {
  const service = await openProjectorService({ through })
  await service.tell(podOf('crashed', died(137)))
  await service.say(hourOf('crashed'))
  service.clock.now += 15 * dayMs
  return service
}

test('a copy that fails holds up the drop, is shown, and is made up for', async () => {
  const fault = breaking('INSERT INTO logs')
  await using service = await expiring(fault.through)
  expect(await service.expire()).toEqual([])
  expect(await messages(service, 'crashed')).toHaveLength(121)
  const { body } = await service.request('GET', '/v1/retention')
  expect(body['overdue']).toMatchObject([
    { class: 'default', day: '2026-11-23', reason: 'record or last words of pod crashed: no luck', tries: 1 },
  ])
  expect(await service.expire()).toEqual([])
  expect(service.expiry.blocked.values().next().value).toMatchObject({ tries: 1 })
  fault.broken = false
  service.clock.now += 5_000
  expect(await service.expire()).toHaveLength(1)
  expect(await messages(service, 'crashed')).toHaveLength(kept.length)
  expect((await service.request('GET', '/v1/retention')).body['overdue']).toEqual([])
})

test('copied twice, and beside what they are copies of, last words are one line each', async () => {
  const fault = breaking('ALTER TABLE logs DROP')
  await using service = await expiring(fault.through)
  await service.expire()
  service.clock.now += 5_000
  await service.expire()
  const stored = await service.store.rows<{ class: string }>({ sql: raw('SELECT DISTINCT class FROM logs ORDER BY class') })
  expect(stored.map((row) => row.class)).toEqual(['default', 'last_words'])
  expect(await messages(service, 'crashed')).toHaveLength(121)
  expect(await linesOf(service, 'crashed')).toBe(121)
  fault.broken = false
  service.clock.now += 30_000
  await service.expire()
  expect(await messages(service, 'crashed')).toEqual(kept.map((i) => `crashed ${i}`))
  expect(await linesOf(service, 'crashed')).toBe(121)
})

test('a line that comes while last words are copied is not dropped unseen', async () => {
  let late: object[] = []
  await using service: ProjectorService = await openProjectorService({
    through: (store) => ({
      ...store,
      command: async (query: Query) => {
        await store.command(query)
        if (compile(query.sql).text.startsWith('INSERT INTO logs')) await service.say(late.splice(0), start + dayMs)
      },
    }),
  })
  await service.tell(podOf('crashed', died(1)))
  await service.say(hourOf('crashed'))
  service.clock.now += 15 * dayMs
  late = [{ ...hourOf('crashed')[120]!, message: 'said last' }]
  expect(await service.expire()).toEqual([])
  expect(service.expiry.blocked.values().next().value).toMatchObject({ reason: 'new lines came while the day was prepared' })
  service.clock.now += 5_000
  expect(await service.expire()).toHaveLength(1)
  expect(await messages(service, 'crashed')).toContain('said last')
})

test('what fails to the end is given up: the day is dropped, is said to be inexact, and no other day waits for it', async () => {
  const fault = breaking('INSERT INTO logs')
  await using service = await expiring(fault.through)
  await service.say([{ ...hourOf('done')[0]!, time: '2026-11-22T09:00:00Z' }], start)
  expect(await service.expire()).toMatchObject([{ day: 20261122, exact: true }])
  const dropped: object[] = []
  let tries = 1
  for (; dropped.length === 0 && tries < 20; tries++) {
    service.clock.now += 3_600_000
    dropped.push(...(await service.expire()))
  }
  expect(tries).toBe(6)
  expect(dropped).toMatchObject([{ day: 20261123, exact: false }])
  expect(await messages(service, 'crashed')).toEqual([])
  // What did not fail is kept all the same.
  expect(await linesOf(service, 'crashed')).toBe(121)
  const { body } = await service.request('GET', '/v1/retention')
  expect(body).toMatchObject({
    overdue: [],
    inexact: [{ class: 'default', day: '2026-11-23', reason: 'record or last words of pod crashed: no luck' }],
  })
})

test('a day of 300,000 lines in one pod ends within the smallest memory that a statement may have', async () => {
  await using service = await openProjectorService({ memoryBytes: 16 * 1024 * 1024 })
  await service.tell(podOf('big', died(1)))
  await service.store.command({
    sql: raw(`INSERT INTO logs (tenant, ts, cluster, namespace, pod, pod_uid, container, restart, message, class)
      SELECT 'default', fromUnixTimestamp64Nano(toInt64(${start}000000 + number * 10000000), 'UTC'), 'main', 'shop', 'big-0', 'big', 'app', 0,
        concat('line ', toString(number)), 'default' FROM numbers(300000)`),
  })
  service.clock.now += 15 * dayMs
  const dropped = await service.expire()
  expect([...service.expiry.blocked.values()]).toEqual([])
  expect(dropped).toMatchObject([{ day: 20261123, rows: 300_000, exact: true }])
  expect(await linesOf(service, 'big')).toBe(300_000)
})
