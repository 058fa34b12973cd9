// Lines to search in, on the real engine: the table `logs` with a few rows, single messages without a table, and a
// table with the indexes of `logs` in 40 small granules.
import { readText } from '#query/search/message-text.ts'
import { join, raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { openTestStore } from './store.ts'

export interface SearchRow {
  id: string
  message: string
  pod?: string
  node?: string
  container?: string
  severity?: string
  restart?: number
  traceId?: string
  spanId?: string
  labels?: Record<string, string>
  attributes?: Record<string, string>
}

export interface SearchRows {
  /** Ids of the lines that the condition is true for, in the order they were given. */
  find(condition: Fragment): Promise<string[]>
  /** Is the condition true for a line with this message and nothing else. */
  matches(condition: Fragment, message: string): Promise<boolean>
  /** How many of the 40 granules of the indexed table are left to read. */
  granules(condition: Fragment): Promise<number>
  /** These messages as the search reads them. */
  readTexts(messages: readonly string[]): Promise<string[]>
  close(): Promise<void>
}

export async function openSearchRows(rows: readonly SearchRow[]): Promise<SearchRows> {
  const { store, [Symbol.asyncDispose]: dispose } = await openTestStore()
  await store.insert({
    table: 'logs',
    columns: [
      'tenant',
      'ts',
      'file',
      'message',
      'pod',
      'node',
      'container',
      'severity',
      'restart',
      'trace_id',
      'span_id',
      'labels',
      'attributes',
    ],
    rows: Buffer.from(rows.map((row, at) => JSON.stringify(cells(row, at))).join('\n')),
    format: 'JSONCompactEachRow',
  })
  const columns = await store.rows<{ name: string; expression: string }>({ sql: textColumns })
  const texts = join(
    columns.map(({ name, expression }) => raw(`${expression} AS ${name}`)),
    ', ',
  )
  await store.command({ sql: indexedTable })
  await store.command({ sql: indexedRows })
  return {
    async find(condition) {
      const found = await store.rows<{ file: string }>({ sql: sql`SELECT file FROM logs WHERE ${condition} ORDER BY ts` })
      return found.map((row) => row.file)
    },
    async matches(condition, message) {
      const line = sql`SELECT ${str(message)} AS message, map('', '')::Map(LowCardinality(String), String) AS labels, labels AS attributes`
      return (await store.rows({ sql: sql`SELECT 1 FROM (SELECT *, ${texts} FROM (${line})) WHERE ${condition}` })).length === 1
    },
    async granules(condition) {
      const plan = await store.rows<{ explain: string }>({
        sql: sql`SELECT explain FROM (EXPLAIN indexes = 1 SELECT count() FROM indexed WHERE ${condition})`,
      })
      const left = plan.flatMap(({ explain }) => /^\W*Granules: (\d+)(?:\/\d+)?$/.exec(explain)?.[1] ?? [])
      return left.length === 0 ? 0 : Math.min(...left.map(Number))
    },
    async readTexts(messages) {
      const line = sql`SELECT arrayJoin(${strs(messages)}) AS message`
      return (
        await store.rows<{ text: string }>({ sql: sql`SELECT ${readText} AS text FROM (SELECT *, ${texts} FROM (${line}))` })
      ).map(({ text }) => text)
    },
    async close() {
      await dispose()
    },
  }
}

function cells(row: SearchRow, at: number): unknown[] {
  const ts = `2026-11-23 10:00:00.${String(at).padStart(6, '0')}`
  const {
    id,
    message,
    pod = '',
    node = '',
    container = '',
    severity = '',
    restart = -1,
    traceId = '',
    spanId = '',
    labels = {},
    attributes = {},
  } = row
  return ['default', ts, id, message, pod, node, container, severity, restart, traceId, spanId, labels, attributes]
}

// What a search reads of a message, as the migration has it.
const textColumns = sql`SELECT name, default_expression AS expression FROM system.columns
  WHERE database = currentDatabase() AND table = 'logs' AND default_kind = 'ALIAS' ORDER BY position`

// The columns and indexes of `logs`, in granules small enough to count.
const indexedTable = sql`
  CREATE TABLE indexed AS logs ENGINE = MergeTree ORDER BY ts
  SETTINGS index_granularity = 256, index_granularity_bytes = 0, min_bytes_for_wide_part = 0`

const indexedRows = sql`
  INSERT INTO indexed (ts, message)
  SELECT toDateTime64('2026-11-23 10:00:00', 9, 'UTC') + number, concat('line ', toString(number), if(number = 5000, ' Needle.in:the-hay i18n needle in the hay', ''))
  FROM numbers(10240)`
