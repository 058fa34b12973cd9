import { readdir } from 'node:fs/promises'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { sql } from '#shared/clickhouse/sql.ts'
import { parseRetention } from '#shared/retention.ts'
import { decodeBatch } from '#ingest/formats/native.ts'
import { columns } from '#ingest/store/columns.ts'
import { dropExpired } from '#ingest/store/expiry.ts'
import { decodeOptions, receivedMs, record } from '#test/support/decode.ts'
import { openTestStore } from '#test/support/store.ts'

test('expired days of a class are gone, from answers and from the disk, others stay', async () => {
  await using opened = await openTestStore()
  const { store, dir } = opened
  const retention = parseRetention('default=14d,short=3d')
  const day = (days: number): string => new Date(receivedMs - days * 86_400_000).toISOString()
  const records = [0, 2, 10].flatMap((days) =>
    ['shop', 'short'].map((namespace) => ({ ...record, namespace, time: day(days), message: `${namespace} ${days}` })),
  )
  const { tables } = decodeBatch(Buffer.from(JSON.stringify({ records })), {
    ...decodeOptions,
    retention: parseRetention('default=14d,short=13d'),
  })
  for (const { table, rows } of tables) await store.insert({ table, columns: columns[table], rows, format: 'JSONCompactEachRow' })
  const messages = async (): Promise<string[]> =>
    (await store.rows<{ message: string }>({ sql: sql`SELECT message FROM logs ORDER BY message` })).map((row) => row.message)
  expect(await messages()).toHaveLength(6)

  const before = await readdir(dir, { recursive: true })
  const dropped = await dropExpired({ store, retention, log: pino({ level: 'silent' }), clock: () => receivedMs })
  expect(dropped).toMatchObject([{ class: 'short', rows: 1 }])
  expect(await messages()).toEqual(['shop 0', 'shop 10', 'shop 2', 'short 0', 'short 2'])
  const partsOf = (names: string[]): string[] => names.filter((name) => name.includes(`${dropped[0]!.id}_`))
  expect(partsOf(before)).not.toEqual([])
  await expect.poll(async () => partsOf(await readdir(dir, { recursive: true })), { timeout: 30_000 }).toEqual([])
})
