// A LogStore over a @clickhouse/client, the same for both engines: it compiles statements, bounds them, and classifies
// failures. Invariant: settings and limits are sent with each statement. A statement ends when its reader leaves or its
// signal aborts.
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client'
import { classifyError, classifyInsertError } from './classify-error.ts'
import { bodyOf, refusal } from './response-body.ts'
import { closedError, laneSetting } from './session-pool.ts'
import { compile, type Fragment, type Sql } from './sql.ts'
import { withLongParamsInlined } from './statement.ts'
import type { Insert, LogStore, Query, QueryStats, ReadFormat, SettingValue } from './store.ts'
import { inSlices } from '../in-slices.ts'

export interface ClientStoreOptions {
  mode: LogStore['mode']
  cluster?: string | undefined
  client: ClickHouseClient
  /** Runs before the first statement, until it has succeeded once. */
  prepare?: () => Promise<void>
  /** Ends a command whose signal has aborted, where closing its connection does not end it. */
  cancel?: (queryId: string) => Promise<void>
  /** Further settings of every read. */
  readSettings?: Readonly<Record<string, SettingValue>>
  /** Whether parameters that are too long for a URL are written into the text of their statement. */
  inlinesLongParams?: boolean
  /** ms after which an insert without an answer counts as `store-unavailable`. */
  answerMsMax?: number
}

export function createClientStore({
  mode,
  cluster,
  client,
  prepare,
  cancel,
  readSettings,
  inlinesLongParams = false,
  answerMsMax,
}: ClientStoreOptions): LogStore {
  let closed = false
  const ready = once(prepare ?? (async () => {}))

  /** Runs one exchange with the engine. Failures are thrown as AfterlogError, an abort as the signal's reason. */
  const guarded = async <T>(
    signal: AbortSignal | undefined,
    run: () => Promise<T>,
    classify = classifyError,
  ): Promise<T> => {
    if (closed) throw closedError()
    try {
      signal?.throwIfAborted()
      await ready()
      return await run()
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason
      throw classify(error)
    }
  }
  const compiled = (fragment: Fragment): Sql =>
    inlinesLongParams ? withLongParamsInlined(compile(fragment)) : compile(fragment)
  const inTime = (): { abort_signal?: AbortSignal } =>
    answerMsMax === undefined ? {} : { abort_signal: AbortSignal.timeout(answerMsMax) }

  const open = (query: Query, format: ReadFormat) =>
    guarded(query.signal, async () => {
      const { text, params } = compiled(query.sql)
      const result = await exchange(client, {
        query: `${text}\nFORMAT ${format}`,
        query_params: { ...params },
        clickhouse_settings: {
          ...outputSettings,
          ...readSettings,
          // A server's way to a complete summary. The embedded engine does not know it.
          ...(mode === 'server' ? { wait_end_of_query: 1 } : {}),
          ...(mode === 'embedded' && query.lane !== undefined ? { [laneSetting]: query.lane } : {}),
          ...settingsOf(query),
        },
        ...(query.signal === undefined ? {} : { abort_signal: query.signal }),
      })
      // A stream that is destroyed before it is read must not end the process. Its readers get the error all the same.
      result.stream.on('error', () => {})
      return result
    })

  const store: LogStore = {
    mode,
    cluster,
    async bytes(query, format) {
      const { stream, response_headers, summary } = await open(query, format)
      const parts = await guarded(query.signal, () => Array.fromAsync(bodyOf(stream, response_headers)))
      if (summary !== undefined) query.onStats?.(statsOf(summary))
      return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    },
    async rows<T>(query: Query): Promise<T[]> {
      const rows: T[] = []
      await inSlices((await store.bytes(query, 'JSONEachRow')).toString().split('\n'), (line) => {
        if (line !== '') rows.push(JSON.parse(line) as T)
      })
      return rows
    },
    insert: (insert) =>
      guarded(
        undefined,
        async () => {
          if (insert.rows.length === 0) return
          const result = await exchange(client, {
            query: insertText(insert),
            values: Readable.from([insert.rows], { objectMode: false }),
            clickhouse_settings: { ...insertSettings, ...insert.settings },
            ...inTime(),
          })
          // A server that fails after its answer has begun reports it in the body, which is empty otherwise.
          for await (const chunk of bodyOf(result.stream, result.response_headers)) throw new Error(chunk.toString())
        },
        classifyInsertError,
      ),
    command: (query) =>
      guarded(query.signal, async () => {
        const { text, params } = compiled(query.sql)
        const { signal } = query
        const queryId = randomUUID()
        const onAbort = (): void => void cancel?.(queryId)
        signal?.addEventListener('abort', onAbort, { once: true })
        try {
          await client.command({
            query: text,
            query_id: queryId,
            query_params: { ...params },
            clickhouse_settings: settingsOf(query),
            ...(signal === undefined ? {} : { abort_signal: signal }),
          })
        } finally {
          signal?.removeEventListener('abort', onAbort)
        }
      }),
    async [Symbol.asyncDispose]() {
      closed = true
      await client.close()
    },
  }
  return store
}

/** Runs one statement. A refusal rejects with the engine's whole message, which the client itself would shorten. */
async function exchange(client: ClickHouseClient, params: Parameters<ClickHouseClient['exec']>[0]) {
  const result = await client.exec({ ...params, ignore_error_response: true })
  const error = await refusal(result)
  if (error !== undefined) throw error
  return result
}

/**
 * 64-bit integers are strings, since JSON.parse would round them. Times are RFC 3339 in UTC with the digits of their
 * column: formatting them inside each statement would cost more than reading them.
 */
const outputSettings = { output_format_json_quote_64bit_integers: 1, date_time_output_format: 'iso' } as const

/** What every insert needs to be durable when it is answered, whole, and independent of the engine's deduplication. */
export const insertSettings: Readonly<Record<string, SettingValue>> = {
  async_insert: 0,
  deduplicate_insert: 'disable',
  max_partitions_per_insert_block: 0,
  // Readers and merges collapse rows that are sent twice. To collapse them in the insert too costs a fifth of its CPU
  // time (docs/decisions/0003-storage-layout.md).
  optimize_on_insert: 0,
  max_insert_block_size: 4_000_000,
  min_insert_block_size_rows: 4_000_000,
}

function settingsOf({ limits, settings }: Query): ClickHouseSettings {
  return {
    ...(limits?.timeMs === undefined ? {} : { max_execution_time: limits.timeMs / 1000 }),
    ...(limits?.memoryBytes === undefined ? {} : { max_memory_usage: String(limits.memoryBytes) }),
    ...(limits?.rowsRead === undefined ? {} : { max_rows_to_read: String(limits.rowsRead) }),
    ...(limits?.bytesRead === undefined ? {} : { max_bytes_to_read: String(limits.bytesRead) }),
    ...settings,
  }
}

/** Servers from 25.1 on report the memory of a query. The client's types do not have it yet. */
function statsOf(summary: { read_rows: string; read_bytes: string; memory_usage?: string }): QueryStats {
  const { read_rows: rows, read_bytes: bytes, memory_usage: memory } = summary
  return {
    rowsRead: Number(rows),
    bytesRead: Number(bytes),
    ...(memory === undefined ? {} : { memoryBytes: Number(memory) }),
  }
}

function insertText({ table, columns, format }: Insert): string {
  return `INSERT INTO ${table} (${columns.join(', ')}) FORMAT ${format}`
}

/** Returns a function that calls `run` until it has succeeded once, one call at a time. */
function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined
  return () =>
    (running ??= run().catch((error: unknown) => {
      running = undefined
      throw error
    }))
}
