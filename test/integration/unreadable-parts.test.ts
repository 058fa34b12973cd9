// Parts of an embedded store whose files are harmed while it is open: decision 0018.
import { cp, readdir, rename, rm, truncate } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '#shared/clickhouse/open-store.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { createLogger } from '#shared/logger.ts'
import { settingAside, type SettingAside } from '#shared/set-aside.ts'
import { migratedDataDir } from '#test/support/migrated-data-dir.ts'

let dir: string
beforeEach(() => {
  dir = migratedDataDir('afterlog-unreadable-')
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const log = createLogger({ level: 'silent', service: 'test' })

interface Opened extends SettingAside {
  /** Names of the reads that were run. */
  ran: string[]
}

async function withStore(use: (opened: Opened) => Promise<void>): Promise<void> {
  await using store = await openStore({ mode: 'embedded', dataDir: dir, database: 'afterlog' })
  const ran: string[] = []
  const noting: LogStore = {
    ...store,
    rows: (query) => {
      ran.push(query.sql.name)
      return store.rows(query)
    },
  }
  await use({ ...settingAside({ store: noting, log, onSetAside: async () => {}, clock: Date.now }), ran })
}

const run = (store: LogStore, text: string): Promise<void> => store.command({ sql: raw(text) })
const countLines = (store: LogStore) =>
  store.rows<{ lines: number }>({
    sql: raw(`SELECT toFloat64(countIf(length(message) > 0)) AS lines FROM logs WHERE tenant = 't' AND ts > '2026-11-01'`),
  })

async function insert(store: LogStore, lines: number): Promise<void> {
  await run(
    store,
    `INSERT INTO logs (tenant, ts, pod, message, class, offset, received)
      SELECT 't', toDateTime('2026-11-23 12:00:00') + number, 'p${lines}', hex(cityHash64(number)), 'c', number, now64(3)
      FROM numbers(${lines})`,
  )
}

/** Paths of the parts of `logs`, in the order in which they were stored. */
const pathsOf = async (store: LogStore): Promise<string[]> => {
  const sql = raw(`SELECT path FROM system.parts WHERE active AND table = 'logs' ORDER BY min_block_number`)
  return (await store.rows<{ path: string }>({ sql })).map(({ path }) => path)
}

/** The engine reads the index of a part when it first needs it. */
const withTwoUnreadParts = async (use: (opened: Opened, paths: string[]) => Promise<void>): Promise<void> => {
  await withStore(async ({ store }) => {
    await run(store, 'SYSTEM STOP MERGES logs')
    await insert(store, 10)
    await insert(store, 20_000)
  })
  await withStore(async (opened) => {
    await run(opened.store, 'SYSTEM STOP MERGES logs')
    await use(opened, await pathsOf(opened.store))
  })
}

test('a part that was cut off before its index was read is found, set aside, and all else is served', async () => {
  await withTwoUnreadParts(async ({ store, troubles, ran }, paths) => {
    for (const file of await readdir(paths[0]!)) await truncate(`${paths[0]}/${file}`)
    const reads = await Promise.allSettled([countLines(store), countLines(store)])
    for (const { reason } of reads as PromiseRejectedResult[])
      expect(reason).toMatchObject({
        code: 'store-damaged',
        message: expect.stringMatching(/^a part of logs of 2026-11-23, class c is damaged and was set aside/) as string,
      })
    expect(await countLines(store)).toEqual([{ lines: 20_000 }])
    expect(ran.filter((name) => name === 'check-part')).toHaveLength(paths.length)
    expect(troubles()).toEqual([])
    const detached = raw(`SELECT table, reason FROM system.detached_parts`)
    expect(await store.rows({ sql: detached })).toMatchObject([{ table: 'logs', reason: 'broken' }])
  })
})

test('a part that cannot be read, and that no check confirms to be damaged, is told with its table and day', async () => {
  await withTwoUnreadParts(async ({ store, troubles }, [small, large]) => {
    await rename(small!, `${dir}/small`)
    await rename(large!, small!)
    await rename(`${dir}/small`, large!)
    const words = expect.stringMatching(/^a part of logs of 2026-11-23, class c cannot be read: \w+_\d+_\d+_\d;/) as string
    await expect(countLines(store)).rejects.toMatchObject({ code: 'store-damaged', message: words })
    expect(troubles()).toEqual([words])
  })
})

test('where no part is found that is damaged, the table is told, and its parts are not checked for each answer', async () => {
  await withTwoUnreadParts(async ({ store, troubles, ran }, [small, large]) => {
    await rm(large!, { recursive: true })
    await cp(small!, large!, { recursive: true })
    const message = 'what is stored in logs cannot be read, and no part of it is known to be damaged'
    for (let answer = 1; answer <= 3; answer++)
      await expect(countLines(store)).rejects.toMatchObject({ code: 'store-damaged', message })
    expect(troubles()).toEqual([message])
    expect(ran.filter((name) => name === 'check-part')).toHaveLength(2)
  })
})

test('a statement that fails of a value is a bug, whatever it reads', async () => {
  await withStore(async ({ store, troubles, ran }) => {
    await insert(store, 1)
    const sql = raw(`SELECT toUInt8('') AS x FROM logs`)
    await expect(store.rows({ sql })).rejects.toMatchObject({ code: 'internal' })
    expect(troubles()).toEqual([])
    expect(ran).not.toContain('check-part')
  })
})
