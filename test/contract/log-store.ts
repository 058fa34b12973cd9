// The contract of the LogStore, run against each engine: embedded.test.ts, server.test.ts. What is promised here is
// what the rest of the code leans on (shared/clickhouse/store.ts).
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { explainedStore, type RunStatement } from '#shared/clickhouse/explained-store.ts'
import { bind, int, join, raw, sql, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import type { LogStore, Query } from '#shared/clickhouse/store.ts'
import { AfterlogError } from '#shared/errors.ts'
import { cancelContract } from './log-store-cancel.ts'

export interface OpenedStore {
  store: LogStore
  dispose(): Promise<void>
}

/** `reopen` gives a second store on what the first one wrote, after `dispose` of that one where the engine needs it. */
export function logStoreContract(name: string, open: () => Promise<OpenedStore>): void {
  describe(`LogStore, ${name}`, () => {
    let opened: OpenedStore
    let store: LogStore
    beforeAll(async () => {
      opened = await open()
      store = opened.store
      await store.command({
        sql: raw(
          `CREATE TABLE rows (day Date DEFAULT '2026-01-01', id UInt64, text String) ENGINE = MergeTree PARTITION BY day ORDER BY id`,
        ),
      })
    })
    afterAll(() => opened.dispose())

    const one = async (query: Fragment): Promise<unknown> => (await store.rows<{ x: unknown }>({ sql: query }))[0]?.x
    const insert = (rows: Buffer, columns: readonly string[] = ['id', 'text']) =>
      store.insert({ table: 'rows', columns, rows, format: 'JSONCompactEachRow' })
    const bytesOf = (query: Query, format: 'RowBinary' | 'JSONEachRow' = 'RowBinary'): Promise<Buffer> =>
      store.bytes(query, format)
    const failure = (promise: Promise<unknown>): Promise<AfterlogError> =>
      promise.then(
        () => expect.unreachable('it should have failed'),
        (error: unknown) => error as AfterlogError,
      )

    test.each([
      `it's`, 'back\\slash', '\\', 'tab\there', 'line\nbreak', 'cr\rhere', 'nul\0here', '\b\f\v\x01\x7f', 'quote "double"', '`tick`', '\\N', 'NULL', '{p0:String}',
      '{p1:String}', '[1, 2]', `' OR 1 = 1 --`, '--', '/*', '', ' ', '😀 ünï', '\u2028', '%_%', '\\t', 'a'.repeat(5000), '&x=1+2%20#?',
    ])('any string goes through a parameter unchanged: %j', async (text) => {
      const rows = await store.rows({ sql: sql`SELECT ${str(text)} AS x, ${strs([text, `z${text}`, ''])} AS xs, length(${str(text)}) AS bytes` })
      expect(rows).toEqual([{ x: text, xs: [text, `z${text}`, ''], bytes: String(Buffer.byteLength(text)) }])
    }) // prettier-ignore

    test('a string goes through a parameter of a command unchanged', async () => {
      const text = `it's \\ \n \t \0 {p0:String} 😀`
      await store.command({
        sql: sql`INSERT INTO rows (id, text) SELECT ${uint(9001)}, ${str(text)} WHERE has(${strs(['a', text])}, ${str(text)})`,
      })
      expect(await one(sql`SELECT text AS x FROM rows WHERE id = ${uint(9001)}`)).toBe(text)
    })

    test('numbers, times and other types are bound by their types', async () => {
      expect(await one(sql`SELECT ${int(-9007199254740993n)} AS x`)).toBe('-9007199254740993')
      expect(await one(sql`SELECT ${uint(18446744073709551615n)} AS x`)).toBe('18446744073709551615')
      expect(await one(sql`SELECT ${bind('UInt8', 7)} AS x`)).toBe(7)
      expect(await one(sql`SELECT ${bind('Float64', 0.5)} AS x`)).toBe(0.5)
      expect(await one(sql`SELECT ${bind('Array(UInt64)', [1, 18446744073709551615n])} AS x`)).toEqual([
        '1',
        '18446744073709551615',
      ])
      expect(await one(sql`SELECT toString(${bind(`DateTime64(9, 'UTC')`, '2026-11-23 10:00:00.123456789')}) AS x`)).toBe(
        '2026-11-23 10:00:00.123456789',
      )
    })

    test('a list of five thousand texts is bound whole', async () => {
      const texts = Array.from({ length: 5000 }, (_, i) => `${i}`.padStart(64, 'a'))
      const [row] = await store.rows<{ last: string; count: number }>({
        sql: sql`SELECT ${strs(texts)}[-1] AS last, toFloat64(length(${strs(texts)})) AS count`,
      })
      expect(row).toEqual({ last: texts.at(-1), count: 5000 })
    })

    test('two thousand parameters of one statement are bound', async () => {
      const texts = Array.from({ length: 2000 }, (_, i) => `text ${i}`)
      const list = join(
        texts.map((text) => sql`${str(text)}`),
        ', ',
      )
      expect(await store.rows({ sql: sql`SELECT [${list}] AS x` })).toEqual([{ x: texts }])
    })

    test('one row and a hundred thousand rows are there when their inserts resolve', async () => {
      await insert(Buffer.from('[1, "one"]\n'))
      const lines = Array.from({ length: 100_000 }, (_, i) => `[${i + 1000}, "row ${i}"]\n`)
      await insert(Buffer.from(lines.join('')))
      expect(
        await store.rows({
          sql: raw(`SELECT toUInt32(count()) AS n, toUInt32(uniqExact(id)) AS ids FROM rows WHERE id = 1 OR text LIKE 'row %'`),
        }),
      ).toEqual([{ n: 100_001, ids: 100_001 }])
    })

    test('no row at all is an insert that succeeds', async () => {
      await insert(Buffer.alloc(0))
    })

    test('one insert makes one part for each partition, whatever the number of partitions', async () => {
      const days = Array.from({ length: 150 }, (_, i) => new Date(Date.UTC(2025, 0, 1 + i)).toISOString().slice(0, 10))
      await store.command({ sql: raw('SYSTEM STOP MERGES rows') })
      await insert(Buffer.from(days.map((day, i) => `["${day}", ${200_000 + i}, "d"]\n`).join('')), ['day', 'id', 'text'])
      const [parts] = await store.rows({
        sql: raw(
          `SELECT toUInt32(count()) AS n FROM system.parts WHERE table = 'rows' AND database = currentDatabase() AND active AND partition LIKE '2025-%'`,
        ),
      })
      await store.command({ sql: raw('SYSTEM START MERGES rows') })
      expect(parts).toEqual({ n: 150 })
    })

    test('bytes that are not UTF-8 and NUL bytes are stored intact', async () => {
      const message = Buffer.from([0x61, 0xff, 0xfe, 0x00, 0x62, 0xc3, 0x28])
      const row = Buffer.concat([
        Buffer.from('[77, "'),
        Buffer.from([0x61, 0xff, 0xfe]),
        Buffer.from('\\u0000'),
        Buffer.from([0x62, 0xc3, 0x28]),
        Buffer.from('"]\n'),
      ])
      await insert(row)
      const bytes = await bytesOf({ sql: raw('SELECT text FROM rows WHERE id = 77') })
      expect(bytes).toEqual(Buffer.concat([Buffer.from([message.length]), message]))
    })

    test('a bad row is refused with its number, and nothing of its insert is stored', async () => {
      const error = await failure(insert(Buffer.from('[501, "good"]\n["bad", 2]\n[502, "good"]\n')))
      expect(error).toBeInstanceOf(AfterlogError)
      expect(error.code).toBe('rows-refused')
      expect((error.cause as Error).message).toContain('row 2')
      expect(await one(raw('SELECT toUInt32(count()) AS x FROM rows WHERE id IN (501, 502)'))).toBe(0)
    })

    test('inserts of the same bytes are all stored: nothing leans on deduplication', async () => {
      for (let i = 0; i < 3; i++) await insert(Buffer.from('[601, "again"]\n'))
      expect(await one(raw('SELECT toUInt32(count()) AS x FROM rows WHERE id = 601'))).toBe(3)
    })

    test('a query over its time is query-limit, and the next query has no such limit', async () => {
      const error = await failure(
        store.rows({ sql: raw('SELECT sum(cityHash64(number)) AS x FROM numbers(100000000000)'), limits: { timeMs: 200 } }),
      )
      expect(error).toMatchObject({ code: 'query-limit', retryable: true })
      await settingsAreDefault()
    })

    test('a query over its memory is query-limit, and the next query has no such limit', async () => {
      const hungry = raw('SELECT length(groupArray(toString(number))) AS x FROM numbers(20000000)')
      const error = await failure(store.rows({ sql: hungry, limits: { memoryBytes: 20_000_000 } }))
      expect(error.code).toBe('query-limit')
      await settingsAreDefault()
    })

    /** On every session that reads: as many queries at once as there are sessions. */
    const settingsAreDefault = async (): Promise<void> => {
      const query = raw(
        `SELECT toUInt32(getSetting('max_execution_time')) + toUInt64(getSetting('max_memory_usage')) AS x, sleep(0.05)`,
      )
      const all = await Promise.all(Array.from({ length: 8 }, () => one(query)))
      expect(all).toEqual(Array.from({ length: 8 }, () => '0'))
    }

    test('a setting holds for its query alone', async () => {
      const query = raw(`SELECT toString(getSetting('max_threads')) AS x`)
      const [row] = await store.rows({ sql: query, settings: { max_threads: 1 } })
      expect(row).toEqual({ x: '1' })
      const later = await Promise.all(Array.from({ length: 8 }, () => store.rows({ sql: query, settings: { max_threads: 3 } })))
      expect(later.flat()).toEqual(Array.from({ length: 8 }, () => ({ x: '3' })))
    })

    test('a statement is explained, and noted with its values apart and what it read', async () => {
      const ran: RunStatement[] = []
      const noting = explainedStore(store, (statement) => ran.push(statement))
      const asked = sql`SELECT count() AS count FROM numbers(1000) WHERE toString(number) IN ${strs(['1', '2'])}`
      await noting.rows({ sql: asked })
      expect(ran).toMatchObject([{ parameters: { p0: ['1', '2'] }, stats: { rowsRead: expect.any(Number) } }])
      expect(ran[0]!.text).toContain('{p0:Array(String)}')
      const plan = await store.rows<{ explain: string }>({ sql: sql`EXPLAIN indexes = 1, json = 1 ${asked}` })
      expect(JSON.parse(plan.map(({ explain }) => explain).join('\n'))).toMatchObject([{ Plan: expect.any(Object) }])
    })

    test('queries run at the same time, each with its own parameters', async () => {
      const began = performance.now()
      const all = await Promise.all(Array.from({ length: 4 }, (_, i) => one(sql`SELECT ${str(`v${i}`)} AS x, sleep(0.5)`)))
      expect(all).toEqual(['v0', 'v1', 'v2', 'v3'])
      expect(performance.now() - began).toBeLessThan(1500)
    })

    test('more queries at once than there are sessions all get their own answers', async () => {
      const all = await Promise.all(
        Array.from({ length: 200 }, (_, i) => one(sql`SELECT concat(${str(`v${i}`)}, ${strs([`w${i}`])}[1]) AS x`)),
      )
      expect(all).toEqual(Array.from({ length: 200 }, (_, i) => `v${i}w${i}`))
    })

    test('an error after many rows is the error of the statement', async () => {
      const query = {
        sql: raw(`SELECT number, throwIf(number = 1500000, 'enough') AS t FROM numbers(3000000)`),
        settings: { max_threads: 1 },
      }
      const error = await failure(store.bytes(query, 'JSONEachRow'))
      expect(error.code).toBe('internal')
      expect((error.cause as Error).message).toContain('enough')
    })

    test('a mistake in a statement is internal, a bad regular expression is the fault of q', async () => {
      expect((await failure(store.rows({ sql: raw('SELECT nonsense') }))).code).toBe('internal')
      expect((await failure(store.command({ sql: raw('CREATE TABEL x') }))).code).toBe('internal')
      const error = await failure(store.rows({ sql: sql`SELECT match(text, ${str('(')}) AS x FROM rows` }))
      expect(error).toMatchObject({ code: 'invalid-parameter', parameter: 'q' })
      expect(error.message).toContain('missing )')
    })

    cancelContract(() => store)
  })

  describe(`closing a LogStore, ${name}`, () => {
    test('ends what is under way, then refuses everything as store-unavailable', async () => {
      const { store, dispose } = await open()
      const endless = store.rows({ sql: raw('SELECT sum(cityHash64(number)) AS x FROM numbers(1000000000000)') })
      const ended = Promise.allSettled([endless])
      const running = { sql: raw(`SELECT query FROM system.processes WHERE position(query, 'sum(cityHash64(number))') > 0`) }
      await expect.poll(() => store.rows(running)).toHaveLength(2)
      const began = performance.now()
      await store[Symbol.asyncDispose]()
      expect(performance.now() - began).toBeLessThan(15_000)
      expect((await ended)[0].status).toBe('rejected')
      const refused = async (run: () => Promise<unknown>): Promise<unknown> => run().catch((error: AfterlogError) => error.code)
      expect(await refused(() => store.rows({ sql: raw('SELECT 1') }))).toBe('store-unavailable')
      expect(await refused(() => store.command({ sql: raw('SELECT 1') }))).toBe('store-unavailable')
      expect(
        await refused(() =>
          store.insert({ table: 'x', columns: ['y'], rows: Buffer.from('[1]\n'), format: 'JSONCompactEachRow' }),
        ),
      ).toBe('store-unavailable')
      await dispose()
    })
  })
}
