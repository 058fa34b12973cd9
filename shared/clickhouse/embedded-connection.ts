// The Connection of @clickhouse/client in embedded mode: each call leases a session, runs one statement, and releases
// it. Invariants: settings are a part of the statement and cannot leak. The bytes of an insert never become strings. A
// client that leaves (its signal aborts) stops its statement in the engine, and the session serves others only after
// the statement has ended.
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClickHouseClientConfigOptions } from '@clickhouse/client'
import type { Engine } from './engine.ts'
import { laneSetting, type Lane, type Lease, type SessionPool } from './session-pool.ts'
import { createStatementKiller } from './statement-killer.ts'
import { commandStatement, inlineParams, parseInsert, wholeStatement, type Settings } from './statement.ts'

export type Connection = NonNullable<ClickHouseClientConfigOptions['connection']>
type BaseParams = Parameters<Connection['query']>[0]
type Values = Parameters<Connection['insert']>[0]['values']

export interface EmbeddedConnectionOptions {
  pool: SessionPool
  engine: Pick<Engine, 'kill' | 'close'>
  /**
   * ms that running statements may go on after `close` before they are cancelled, and again ms that cancelling may
   * take.
   */
  closeGraceMs?: number
}

export function createEmbeddedConnection({ pool, engine, closeGraceMs = 5000 }: EmbeddedConnectionOptions): Connection {
  let closing: Promise<void> | undefined

  const killer = createStatementKiller(engine.kill)

  /**
   * Reads a result at once. It is planned and run on a pool thread. One thread formats it: the engine would start
   * several for each statement, which takes a quarter of the shortest ones.
   */
  const read = async (params: BaseParams) => {
    const id = params.query_id ?? randomUUID()
    const { [laneSetting]: lane = 'read', ...settings } = settingsOf(params)
    const query = inlineParams(params.query, params.query_params ?? {})
    const signal = params.abort_signal
    const lease = await leaseFor(lane as Lane, signal)
    const all = { output_format_parallel_formatting: 0, ...settings, log_comment: id }
    const { text, format } = wholeStatement(query, all)
    const done = await endingWith(lease.session.queryAsync(text, { format }), lease, id, signal)
    const bytes = done.bytes()
    const summary = { ...emptySummary, read_rows: String(done.rowsRead), read_bytes: String(done.bytesRead) }
    return {
      stream: Readable.from([Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)], { objectMode: false }),
      summary,
      ...result(id),
    }
  }

  const leaseFor = async (lane: Lane, signal: AbortSignal | undefined): Promise<Lease> => {
    const lease = await pool.lease(lane, signal)
    if (signal?.aborted !== true) return lease
    lease.release('ended')
    throw signal.reason
  }

  /**
   * Waits for a statement: releases the lease once it has ended, and kills it when the signal aborts.
   */
  const endingWith = async <T>(
    running: Promise<T>,
    lease: Lease,
    id: string,
    signal: AbortSignal | undefined,
  ): Promise<T> => {
    const released = running.then(
      () => lease.release('ended'),
      () => lease.release('failed'),
    )
    const onAbort = (): void => void killer.stop(id, released)
    signal?.addEventListener('abort', onAbort, { once: true })
    try {
      return await running
    } finally {
      signal?.removeEventListener('abort', onAbort)
    }
  }

  const insert = async (params: BaseParams, values: Values) => {
    const id = params.query_id ?? randomUUID()
    const { table, columns } = parseInsert(params.query)
    const rows = await collect(values)
    const lease = await pool.lease('insert', params.abort_signal)
    try {
      const settings = defined({ ...settingsOf(params), log_comment: id })
      await lease.session.insert({ table, columns, values: rows, format: 'JSONCompactEachRow', settings })
      lease.release('ended')
    } catch (error) {
      lease.release('failed')
      throw error
    }
    return result(id)
  }

  const command = async (params: BaseParams) => {
    const id = params.query_id ?? randomUUID()
    const signal = params.abort_signal
    const lease = await pool.lease('command', signal)
    const settings = settingsOf(params)
    const text = commandStatement(
      inlineParams(params.query, params.query_params ?? {}),
      signal === undefined && Object.keys(settings).length === 0 ? {} : { ...settings, log_comment: id },
    )
    await endingWith(lease.session.queryAsync(text), lease, id, signal)
    return result(id)
  }

  const close = async (): Promise<void> => {
    pool.stop()
    const idle = pool.idle()
    await Promise.race([idle, sleep(closeGraceMs)])
    if (pool.busy > 0) await Promise.race([killer.stopAll(idle), sleep(closeGraceMs)])
    pool.close()
    await Promise.race([engine.close(), sleep(closeGraceMs)])
  }

  return {
    query: read,
    exec: async (params) => {
      if (params.values === undefined) return read(params)
      return { stream: Readable.from([]), ...(await insert(params, params.values)) }
    },
    insert: (params) => insert(params, params.values),
    command,
    ping: async () => {
      try {
        await command({ query: 'SELECT 1' })
        return { success: true }
      } catch (error) {
        return { success: false, error: error as Error }
      }
    },
    close: () => (closing ??= close()),
  }
}

const emptySummary = {
  read_rows: '0',
  read_bytes: '0',
  total_rows_to_read: '0',
  written_rows: '0',
  written_bytes: '0',
  result_rows: '0',
  result_bytes: '0',
  elapsed_ns: '0',
}

function settingsOf(params: BaseParams): Settings {
  return (params.clickhouse_settings ?? {}) as Settings
}

function defined(settings: Settings): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(settings).filter((entry): entry is [string, string | number | boolean] => entry[1] !== undefined),
  )
}

function result(query_id: string) {
  return { query_id, response_headers: {}, http_status_code: 200 }
}

/** Collects the bytes of the stream. A stream of one chunk is not copied. */
async function collect(values: Values): Promise<Buffer> {
  if (typeof values === 'string') return Buffer.from(values)
  const chunks: Buffer[] = []
  for await (const chunk of values) chunks.push(chunk as Buffer)
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}
