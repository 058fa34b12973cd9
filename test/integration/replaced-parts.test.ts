// Parts of an embedded store that another part has replaced while the service was stopped: decision 0018.
import { cp, rm } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Registry } from 'prom-client'
import { watchBrokenParts, type BrokenParts } from '#shared/broken-parts.ts'
import { openStore } from '#shared/clickhouse/open-store.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { createLogger } from '#shared/logger.ts'
import { migratedDataDir } from '#test/support/migrated-data-dir.ts'

let dir: string
beforeEach(() => {
  dir = migratedDataDir('afterlog-replaced-')
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const log = createLogger({ level: 'silent', service: 'test' })

async function withStore(use: (store: LogStore, parts: BrokenParts) => Promise<void>): Promise<void> {
  await using store = await openStore({ mode: 'embedded', dataDir: dir, database: 'afterlog' })
  await using parts = await watchBrokenParts({ store, dataDir: dir, registry: new Registry(), log })
  await use(store, parts)
}

const insert = (store: LogStore, messages: readonly string[]): Promise<void> =>
  store.command({
    sql: raw(`INSERT INTO logs (tenant, ts, pod, message, class, offset, received)
      SELECT 't', '2026-11-23 12:00:00', 'p', arrayJoin([${messages.map((text) => `'${text}'`).join(', ')}]) AS text, 'c',
        length(text), now64(3)`),
  })

interface Part {
  name: string
  path: string
}
const partsOf = (store: LogStore): Promise<Part[]> =>
  store.rows<Part>({
    sql: raw(`SELECT name, path FROM system.parts WHERE active AND table = 'logs' ORDER BY min_block_number`),
  })

/** Stores two parts, stops, has `from` copied over `to`, and starts again. */
async function replace(of: (parts: readonly Part[]) => { from: Part; to: Part }): Promise<string> {
  let to: Part | undefined
  await withStore(async (store) => {
    await store.command({ sql: raw('SYSTEM STOP MERGES logs') })
    await insert(store, ['a', 'bb', 'ccc'])
    await insert(store, ['dddd', 'eeeee', 'ffffff'])
    const pair = of(await partsOf(store))
    to = pair.to
    await cp(pair.from.path, `${dir}/copy`, { recursive: true })
  })
  await rm(to!.path, { recursive: true })
  await cp(`${dir}/copy`, to!.path, { recursive: true })
  return to!.name
}

test('a part that another one of its table has replaced is told, also where it has as many rows', async () => {
  const replaced = await replace(([from, to]) => ({ from: from!, to: to! }))
  await withStore(async (_, parts) => {
    expect(parts.lost()).toMatchObject([{ table: 'logs', part: replaced, day: '20261123' }])
    expect(parts.troubles()).toEqual([
      expect.stringMatching(/^parts of logs are gone or were replaced, 1 \(.*, with rows of 2026-11-23/),
    ])
  })
  await withStore(async (_, parts) => {
    expect(parts.lost()).toMatchObject([{ table: 'logs', part: replaced }])
  })
})

test('parts that are where they were are not told, after merges and after changes of the table', async () => {
  await replace(([from]) => ({ from: from!, to: from! }))
  await withStore(async (store, parts) => {
    expect(parts.lost()).toEqual([])
    await store.command({ sql: raw('ALTER TABLE logs ADD COLUMN added String, MODIFY COLUMN added UInt8') })
    await store.command({
      sql: raw(`ALTER TABLE logs UPDATE added = 1 WHERE 1`),
      settings: { mutations_sync: 1 },
    })
    await store.command({ sql: raw('OPTIMIZE TABLE logs FINAL') })
  })
  await withStore(async (_, parts) => {
    expect(parts.lost()).toEqual([])
  })
})
