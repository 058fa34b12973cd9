// Retention rules stand in two tables: what one of them loses, in whatever way, is restored from the other one, and
// where both lose them nothing is dropped until rules are put again.
import { cpSync, readdirSync, readFileSync, realpathSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore } from '#shared/clickhouse/open-store.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { createLogger } from '#shared/logger.ts'
import type { LostPart } from '#shared/loss-sentences.ts'
import { createLiveRetention, type LiveRetention } from '#shared/retention/live-retention.ts'
import { parseLastWords, parseRetention } from '#shared/retention/retention.ts'
import { migratedDataDir } from '#test/support/migrated-data-dir.ts'
import { openProjectorService } from '#test/support/projector-service.ts'
import { openTestStore } from '#test/support/store.ts'

const log = createLogger({ level: 'silent', service: 'test' })
const environment = { rules: parseRetention('default=14d'), lastWords: parseLastWords('') }
const tables = ['retention_rules', 'retention_rules_copy']
const openLive = (store: LogStore): Promise<LiveRetention> =>
  createLiveRetention({ store, environment, log, clock: () => Date.now() })
const open = (dataDir: string): Promise<LogStore> => openStore({ mode: 'embedded', dataDir, database: 'afterlog' })
const lostPartOf = (table: string): LostPart => ({ table, partition: 'all', part: 'all_1_1_0', day: '', version: '1' })
const rulesIn = (store: LogStore, table: string) =>
  store.rows<{ rules: string }>({ sql: raw(`SELECT rules FROM ${table} ORDER BY in_force`) })

const emptied = (path: string): void => truncateSync(path)
const removed = (path: string): void => rmSync(path)
function flipped(path: string): void {
  const bytes = readFileSync(path)
  const at = bytes.length >> 1
  bytes[at] = (bytes[at] ?? 0) ^ 0x10
  writeFileSync(path, bytes)
}

describe('a part of the rules that is damaged between two starts', () => {
  const original = migratedDataDir('afterlog-rules-')
  const scratch = `${original}-damaged`
  beforeAll(async () => {
    await using store = await open(original)
    await using live = await openLive(store)
    await live.put({ rules: parseRetention('default=14d,keep=365d'), lastWords: parseLastWords('') }, 'put')
  })
  afterAll(async () => {
    for (const dir of [original, scratch]) await rm(dir, { recursive: true, force: true })
  })

  /** The directory of the only part of a table. */
  function partOf(dir: string, table: string): string {
    const path = realpathSync(join(dir, 'clickhouse/data/afterlog', table))
    return join(
      path,
      readdirSync(path).find((name) => name.startsWith('all_'))!,
    )
  }

  async function survives(damage: (dir: string) => void, what = 'the part'): Promise<void> {
    rmSync(scratch, { recursive: true, force: true })
    cpSync(original, scratch, { recursive: true, verbatimSymlinks: true })
    damage(scratch)
    await using store = await open(scratch)
    await using live = await openLive(store)
    expect(live.newest(), what).toMatchObject({ source: 'put' })
    expect(live.newest().isLost).toBeUndefined()
    expect(live.newest().rules.daysOf('keep')).toBe(365)
    for (const table of tables) expect(await rulesIn(store, table), table).toEqual([{ rules: 'default=14d,keep=365d' }])
  }

  test('each of its files is cut off, removed, or has a flipped bit', { timeout: 600_000 }, async () => {
    const files = readdirSync(partOf(original, 'retention_rules'))
    expect(files.length).toBeGreaterThan(5)
    for (const file of files)
      for (const damage of [emptied, removed, flipped])
        await survives((dir) => damage(join(partOf(dir, 'retention_rules'), file)), `${file} ${damage.name}`)
  })

  test('the part is gone', async () => {
    for (const table of tables) await survives((dir) => rmSync(partOf(dir, table), { recursive: true }))
  })
})

test('both tables lose the rules: nothing is dropped, and it is said, until rules are put', async () => {
  await using service = await openProjectorService({ rules: 'default=2d' })
  const put = (body: object) => service.request('PUT', '/v1/retention', body, '127.0.0.1')
  expect((await put({ rules: { default: '90d' } })).status).toBe(200)
  service.clock.now += 5000
  const at = new Date(service.clock.now - 30 * 86_400_000).toISOString()
  await service.say([{ time: at, namespace: 'shop', pod: 'a', podUid: 'u', container: 'app', restart: 0, message: 'old' }])
  for (const table of tables) await service.store.command({ sql: raw(`TRUNCATE TABLE ${table}`) })
  // A process that has just started knows nothing of the rules either.
  await using other = await createLiveRetention({
    store: service.store,
    environment: { rules: parseRetention('default=2d'), lastWords: parseLastWords('') },
    log,
    clock: () => service.clock.now,
  })
  expect(other.newest()).toMatchObject({ source: 'environment', isLost: true })
  expect(await service.expire()).toEqual([])
  const { body } = await service.request('GET', '/v1/retention')
  expect(body['text']).toContain('are lost')
  expect(body['stored']).toMatchObject([{ class: 'default', kept: 'unlimited', nextExpiry: null }])
  expect((await service.request('PUT', '/v1/retention', { rules: { default: '3d' } })).status).toBe(409)
  expect(await put({ rules: { default: '3d' } })).toMatchObject({
    status: 200,
    body: { effect: { stored: [{ before: 'unlimited' }] } },
  })
  service.clock.now += 5000
  await other.compare()
  expect(other.newest().isLost).toBeUndefined()
  expect(await service.expire()).toMatchObject([{ class: 'default' }])
})

test('both tables and the mark lose the rules: nothing is dropped until an operator says so', async () => {
  await using service = await openProjectorService({ rules: 'default=90d' })
  const at = new Date(service.clock.now - 30 * 86_400_000).toISOString()
  await service.say([{ time: at, namespace: 'shop', pod: 'a', podUid: 'u', container: 'app', restart: 0, message: 'old' }])
  for (const table of [...tables, 'retention_marks']) await service.store.command({ sql: raw(`TRUNCATE TABLE ${table}`) })
  const openOther = (lostParts: string[] = []): Promise<LiveRetention> =>
    createLiveRetention({
      store: service.store,
      environment: { rules: parseRetention('default=2d'), lastWords: parseLastWords('') },
      log,
      clock: () => service.clock.now,
      lostParts: () => lostParts.map(lostPartOf),
    })
  {
    await using other = await openOther()
    expect(other.newest()).toMatchObject({ source: 'environment', isLost: true })
    const times = { nowMs: service.clock.now, trustedMs: service.clock.now }
    expect(await service.expiry.run(other.newest(), times)).toEqual([])
    expect([...service.expiry.heldBack.values()]).toEqual([expect.stringContaining('nothing is dropped')])
  }
  const { status } = await service.request('DELETE', '/v1/retention', undefined, '127.0.0.1')
  expect(status).toBe(200)
  await using other = await openOther([...tables, 'retention_marks'])
  expect(other.newest().isLost).toBeUndefined()
})

test('a mark that is older than lost rules does not make them the rules of the environment', async () => {
  await using opened = await openTestStore()
  const openLost = (lost: string[]): Promise<LiveRetention> =>
    createLiveRetention({
      store: opened.store,
      environment,
      log,
      clock: Date.now,
      lostParts: () => lost.map(lostPartOf),
    })
  await using other = await openLost(tables)
  expect(other.newest()).toMatchObject({ source: 'environment', isLost: true })
  await using marks = await openLost(['retention_marks'])
  expect(marks.newest().isLost).toBeUndefined()
})

test('a lost part of one table is restored once both are the same, also where it is lost later, and one of both is not', async () => {
  await using opened = await openTestStore()
  const { store } = opened
  let lost: LostPart[] = []
  const restored: string[] = []
  await using live = await createLiveRetention({
    store,
    environment,
    log,
    clock: Date.now,
    lostParts: () => lost,
    onRestored: (parts) => restored.push(...parts.map(({ table }) => table)),
  })
  await live.put({ rules: parseRetention('default=90d'), lastWords: parseLastWords('') }, 'put')
  await live.compare()
  await store.command({ sql: raw('TRUNCATE TABLE retention_rules_copy') })
  lost = [lostPartOf('retention_rules_copy'), lostPartOf('logs')]
  await expect.poll(() => restored, { timeout: 20_000 }).toEqual(['retention_rules_copy'])
  expect(await rulesIn(store, 'retention_rules_copy')).toEqual([{ rules: 'default=90d' }])
  lost = tables.map(lostPartOf)
  await live.compare()
  expect(restored).toEqual(['retention_rules_copy'])
})

test('rules that were put under a clock that was far ahead hold at once, and do not outlast those put later', async () => {
  await using service = await openProjectorService({ rules: 'default=14d' })
  const put = (days: string) => service.request('PUT', '/v1/retention', { rules: { default: days } }, '127.0.0.1')
  const days = (): number => service.retention.versionAt(service.clock.now).rules.daysOf('default')
  service.clock.now += 400 * 86_400_000
  expect((await put('90d')).status).toBe(200)
  service.clock.now -= 400 * 86_400_000
  await using next = await createLiveRetention({ store: service.store, environment, log, clock: () => service.clock.now })
  expect(next.versionAt(service.clock.now).rules.daysOf('default')).toBe(90)
  expect((await put('30d')).status).toBe(200)
  service.clock.now += 5000
  await service.retention.compare()
  expect(days()).toBe(30)
  service.clock.now += 401 * 86_400_000
  await service.retention.compare()
  expect(days()).toBe(30)
})
