// Decoded batches as objects, for tests: rows of `logs` by column name.
import { parseRetention } from '#shared/retention/retention.ts'
import type { Decoded } from '#ingest/normalise/decoded.ts'
import { decodeBatch, decodeLines, type DecodeOptions } from '#ingest/formats/native-rows.ts'
import { columns } from '#ingest/store/columns.ts'

/** Arrival of every test batch. */
export const receivedMs = Date.parse('2026-11-23T12:00:00Z')

export const decodeOptions: DecodeOptions = {
  origin: { tenant: 'default', cluster: 'prod', node: 'node-7', agent: '', receivedMs, source: 'http:/v1/batches' },
  retention: parseRetention('default=14d,short=1h'),
  seed: 1,
}

export type LogRow = Record<(typeof columns.logs)[number], unknown>

export function logRows(decoded: Decoded): LogRow[] {
  const lines = decoded.tables.flatMap(({ rows }) =>
    rows
      .toString()
      .split('\n')
      .filter((line) => line !== ''),
  )
  return lines.map(
    (line) => Object.fromEntries((JSON.parse(line) as unknown[]).map((value, index) => [columns.logs[index]!, value])) as LogRow,
  )
}

/** The first row of lines. */
export const only = (decoded: Decoded): LogRow => logRows(decoded)[0]!

export const batch = (...records: readonly unknown[]): Decoded =>
  decodeBatch(Buffer.from(JSON.stringify({ records })), decodeOptions)
export const lines = (text: string | Buffer): Decoded => decodeLines(Buffer.from(text as string), decodeOptions)

/** A whole native record, to be spread over. */
export const record = {
  time: '2026-11-23T10:00:00.123456789Z',
  namespace: 'shop',
  pod: 'cart-7d9f',
  podUid: '5b0c1d2e-0000-4000-8000-000000000001',
  container: 'app',
  restart: 2,
  stream: 'stderr',
  message: 'boom',
}
export const path = '/var/log/pods/shop_cart-7d9f_5b0c1d2e-0000-4000-8000-000000000001/app/2.log'
