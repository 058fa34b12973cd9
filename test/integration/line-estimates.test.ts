// The estimate of a life is near its number of lines, whatever was sent again, and is there for lives from before there
// were sketches.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { splitStatements } from '#shared/migrations/split-statements.ts'
import { readFile } from 'node:fs/promises'
import { linesOfUids, unattributedLines, type LinesRow } from '#shared/stored-pods/fact-statements.ts'
import { openTestStore, type TestStore } from '#test/support/store.ts'

let opened: TestStore
const startMs = Date.parse('2026-11-23T10:00:00Z')
const insert = (uid: string, lines: number, container = 'app') =>
  opened.store.command({
    sql: raw(`INSERT INTO logs (tenant, ts, cluster, namespace, pod, pod_uid, container, restart, message, class)
      SELECT 'default', fromUnixTimestamp64Nano(toInt64(${startMs}000000 + number * 10000000), 'UTC'), 'main', 'shop', 'cart-0', '${uid}', '${container}', 0,
        'the same text', 'default' FROM numbers(${lines})`),
  })
const estimated = (rows: readonly LinesRow[]) =>
  rows.map(({ uid, container, firstLine, lastLine, estimate }) => ({
    uid,
    container,
    firstLine,
    lastLine,
    lines: Number(estimate),
  }))
const ofUids = async (uids: readonly string[]) =>
  estimated(await opened.store.rows<LinesRow>({ sql: linesOfUids('default', uids) }))

beforeAll(async () => {
  opened = await openTestStore()
  await insert('small', 100)
  await insert('small', 60)
  await insert('big', 40_000)
  await insert('big', 40_000)
  await insert('', 3)
})
afterAll(() => opened[Symbol.asyncDispose]())

test('a small life is exact, a large one is off by a few per cent, and sending lines again changes neither', async () => {
  const rows = new Map((await ofUids(['small', 'big', 'nobody'])).map((row) => [row.uid, row]))
  expect([...rows.keys()].toSorted()).toEqual(['big', 'small'])
  expect(rows.get('small')).toEqual({
    uid: 'small',
    container: 'app',
    firstLine: '2026-11-23T10:00:00.000000000Z',
    lastLine: '2026-11-23T10:00:00.990000000Z',
    lines: 100,
  })
  const before = rows.get('big')!.lines
  expect(Math.abs(before - 40_000)).toBeLessThan(40_000 * 0.06)
  await insert('big', 40_000)
  expect((await ofUids(['big']))[0]!.lines).toBe(before)
})

test('lines without a uid are found by the names of their pod', async () => {
  const ask = async (pod: string) =>
    estimated(await opened.store.rows<LinesRow>({ sql: unattributedLines('default', ['shop'], [pod]) }))
  expect(await ask('cart-0')).toMatchObject([{ uid: '', container: 'app', lines: 3 }])
  expect(await ask('cart-1')).toEqual([])
})

test('lives from before there were sketches have one after the migration, however often it runs', async () => {
  const { store } = opened
  for (const view of ['lines_of_lives_of_logs', 'pod_change_feed_of_line_counts'])
    await store.command({ sql: raw(`DROP VIEW ${view}`) })
  const firsts = splitStatements(await readMigration('0001-logs.sql')).filter((statement) => statement.includes('life_lines'))
  for (const statement of firsts) await store.command({ sql: raw(statement) })
  await insert('before', 60)
  const texts = await Promise.all(['0014-line-sketches.sql', '0017-lines-of-lives.sql'].map(readMigration))
  for (const text of [texts[0]!, texts[0]!, texts[1]!, texts[1]!]) {
    for (const statement of splitStatements(text)) await store.command({ sql: raw(statement) })
    await insert('before', 100)
  }
  expect(await ofUids(['before'])).toMatchObject([{ lines: 100 }])
})

const readMigration = (name: string): Promise<string> => readFile(new URL(`../../migrations/${name}`, import.meta.url), 'utf8')
