// Parts of an embedded store that are gone, and what is restored of them: decision 0018.
import { rm } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { Registry } from 'prom-client'
import { watchBrokenParts, type BrokenParts } from '#shared/broken-parts.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import { createLogger } from '#shared/logger.ts'
import { restoreRefused } from '../../services/ingest/store/restore-refused.ts'
import { openTestStore, type TestStore } from '#test/support/store.ts'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
})
afterEach(() => rm(`${opened.dir}/parts.json`))
afterAll(() => opened[Symbol.asyncDispose]())

const log = createLogger({ level: 'silent', service: 'test' })
/** As a start of the service does. */
const start = (): Promise<BrokenParts> =>
  watchBrokenParts({ store: opened.store, dataDir: opened.dir, registry: new Registry(), log })
const run = (text: string): Promise<void> => opened.store.command({ sql: raw(text) })
const rowsOf = (text: string) => opened.store.rows<Record<string, string>>({ sql: raw(text) })
async function partitionOf(table: string, name: string): Promise<string> {
  const [row] = await rowsOf(`SELECT DISTINCT _partition_id AS id FROM ${table} WHERE class = '${name}'`)
  return row!['id']!
}
const line = (name: string, message: string, more = '0') =>
  `INSERT INTO logs (tenant, ts, pod, message, class, offset, absorbed, received)
    SELECT 't', '2026-11-23 12:00:00', 'p', '${message}', '${name}', ${message.length}, ${more}, now64(3)`
/** As if somebody removed the directories while the service was stopped. */
const loses = async (table: string, name: string): Promise<void> =>
  run(`ALTER TABLE ${table} DROP PARTITION ID '${await partitionOf(table, name)}'`)

test('of a day of which one class expired, a lost part of another class is told', async () => {
  for (const name of ['shop', 'default']) await run(line(name, name))
  await run(`INSERT INTO kept_counts (tenant, pod, day, lines) SELECT 't', 'p', '2026-11-23', 1`)
  await run(`INSERT INTO inexact_days (day, class, reason) SELECT '2026-11-23', 'shop', 'r'`)
  {
    await using parts = await start()
    expect(parts.troubles()).toEqual([])
    const id = await partitionOf('logs', 'shop')
    await parts.whileDropping(id, () => run(`ALTER TABLE logs DROP PARTITION ID '${id}'`))
    // The process is killed before it lists parts the next time.
    await using next = await start()
    expect(next.troubles()).toEqual([])
  }
  await loses('logs', 'default')
  await using parts = await start()
  expect(parts.lost()).toMatchObject([{ table: 'logs', day: '20261123' }])
  expect(parts.troubles()).toEqual([
    expect.stringMatching(/^parts of logs are gone or were replaced, 1 \(.*what was stored there is in no answer/),
  ])
})

const absorbedRows = async (table: string): Promise<number> =>
  (await rowsOf(`SELECT identity, covers FROM ${table} FINAL WHERE class = 'fragments' ORDER BY identity`)).length

test('names of absorbed rows are restored from their copy, and the copy from them, whatever merges left', async () => {
  await run(line('fragments', 'a'))
  await run(line('fragments', 'a', '1'))
  await run(line('fragments', 'abc', '2'))
  await run('OPTIMIZE TABLE logs FINAL')
  expect((await rowsOf('SELECT message FROM logs WHERE absorbed > 0')).map(({ message }) => message)).toEqual(['abc'])
  // What the projector has joined is marked nowhere else.
  await run(
    `INSERT INTO absorbed_lines (tenant, ts, identity, class, covers) SELECT 't', '2026-11-23 13:00:00', 5, 'fragments', 0`,
  )
  // The first one is lost twice: what was restored is another part, of the same partition.
  for (const lost of ['absorbed_lines', 'absorbed_lines', 'absorbed_lines_copy']) {
    {
      await using parts = await start()
      expect(parts.troubles()).toEqual([])
    }
    await loses(lost, 'fragments')
    expect(await absorbedRows(lost)).toBe(0)
    await using parts = await start()
    expect([await absorbedRows('absorbed_lines'), await absorbedRows('absorbed_lines_copy')], lost).toEqual([3, 3])
    expect(parts.troubles()).toEqual([])
    expect(parts.lost()).toEqual([])
  }
})

test('where both are lost, what logs still says is restored, and the rest is told', async () => {
  {
    await using parts = await start()
    expect(parts.troubles()).toEqual([])
  }
  for (const lost of ['absorbed_lines', 'absorbed_lines_copy']) await loses(lost, 'fragments')
  await using parts = await start()
  expect([await absorbedRows('absorbed_lines'), await absorbedRows('absorbed_lines_copy')]).toEqual([1, 1])
  expect(parts.troubles()).toEqual([
    expect.stringContaining('no line is missing, but fragments of joined lines may be lines of their own'),
    expect.stringMatching(/^parts of absorbed_lines_copy are gone or were replaced/),
  ])
})

interface Letter {
  identity: number
  payload: string
  detail?: string
  refused?: string
  further?: number
}

/** As ingest stores it. A letter without `refused` came before letters said whose lines they had. */
const letter = ({ identity, payload, detail = '', refused, further }: Letter) => {
  const more = refused === undefined ? ['', ''] : [', refused, further', `, '${refused}', ${further ?? 0}`]
  return run(`INSERT INTO dead_letters (tenant, time, reason, detail, payload, identity, format, payload_bytes${more[0]})
    SELECT 'letters', now64(3), 'bad-time', '${detail}', '${payload}', ${identity}, 'native', 70000${more[1]}`)
}
const lifeOf = (podKey: string) =>
  JSON.stringify([{ podKey, container: '', restart: -1, containerId: '', file: '', offset: -1, length: -1, lines: 1 }])
const refusedRows = async (): Promise<string[]> =>
  (await rowsOf(`SELECT identity, pod_key, further FROM refused_lines FINAL WHERE tenant = 'letters' ORDER BY identity`)).map(
    (row) => `${row['identity']} ${row['pod_key']} ${row['further']}`,
  )

/** Restores as a start does; the letter `identity`, which has no row, is the last that is read. */
async function restoreUntil(identity: number, lostParts: BrokenParts['lost'] = () => []): Promise<string[]> {
  await letter({ identity, payload: '', refused: lifeOf('last') })
  const retention = { obstacle: () => undefined }
  const restoring = restoreRefused({ store: opened.store, retention, lostParts, log, clock: Date.now })
  try {
    await expect.poll(refusedRows, { timeout: 30_000 }).toContain(`${identity} last 0`)
  } finally {
    await restoring.close()
  }
  return refusedRows()
}

test('a start restores what letters said when they came, and reads letters of before once', async () => {
  await using parts = await start()
  const forged = '; this letter also stands for 9 further rejected records of the body, whose bytes are not kept'
  const named = JSON.stringify({ podUid: 'from-payload' })
  await letter({ identity: 1, payload: '{"message":"x', refused: '[]', detail: forged })
  await letter({ identity: 2, payload: named, refused: lifeOf('u') })
  await letter({ identity: 3, payload: named.slice(0, -1), detail: `time x${forged}` })
  await letter({ identity: 4, payload: '', refused: '[]', further: 5 })
  expect(await restoreUntil(90)).toEqual(['2 u 0', '3 from-payload 0', '4  1', '90 last 0'])
  const early = `;${forged.slice(1)}: of one body 10000 are. Send smaller batches`
  await letter({ identity: 5, payload: named.slice(0, -1), detail: early })
  expect(await restoreUntil(91)).not.toContainEqual(expect.stringMatching(/^5 /))
  await run('TRUNCATE TABLE refused_lines')
  const lost = { table: 'refused_lines', partition: 'all', part: 'all_1_1_0', day: '', version: '' }
  const restored = await restoreUntil(92, () => [lost])
  expect(restored).toEqual(expect.arrayContaining(['2 u 0', '3 from-payload 0', '4  1', '5 from-payload 0', '5  1']))
  expect(restored.filter((row) => row.startsWith('1 '))).toEqual([])
  expect(parts.lost().filter(({ table }) => table === 'dead_letters')).toEqual([])
})

test('ranges that Kafka deleted are read again from the letters that tell them', async () => {
  const range = JSON.stringify({ topic: 'logs', partition: 3, from: 5, to: 9 })
  await run(`INSERT INTO dead_letters (tenant, time, reason, payload) SELECT 't', now64(3), 'lost-on-kafka', '${range}'`)
  const ranges = () => rowsOf('SELECT topic, toString(messages) AS messages FROM pod_losses FINAL')
  const before = await ranges()
  expect(before).toEqual([{ topic: 'logs', messages: '4' }])
  {
    await using parts = await start()
    expect(parts.lost().filter(({ table }) => table === 'pod_losses')).toEqual([])
  }
  await run('TRUNCATE TABLE pod_losses')
  await using parts = await start()
  expect(parts.lost()).toEqual(expect.arrayContaining([expect.objectContaining({ table: 'pod_losses' })]))
  const retention = { obstacle: () => undefined }
  const restoring = restoreRefused({ store: opened.store, retention, lostParts: parts.lost, log, clock: Date.now })
  try {
    await expect.poll(ranges, { timeout: 30_000 }).toEqual(before)
  } finally {
    await restoring.close()
  }
})
