// Stores the number of lines of every life of a day in kept_counts before lines of the day are dropped. It counts
// slices of pods and windows of time, so that memory grows neither with the lines of the day nor with its pods
// (decision 0011).
import type { LogStore } from '#shared/clickhouse/store.ts'
import { AfterlogError } from '#shared/errors.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { formatDay } from '#shared/time/format-time.ts'
import { windowsOf, type SizedWindow } from '../line-windows.ts'
import {
  countsInDay,
  hoursOfDay,
  namesOfPartition,
  podsInPartition,
  type DaySlice,
  type LifeCountRow,
} from '../count-lines/day-counts.ts'
import type { StepRow } from '../count-lines/lines-in-window.ts'
import { dayStartMs, type Partition } from '#shared/retention/partitions.ts'

export interface CountDayOptions {
  store: LogStore
  reading: Pick<RowReading, 'rows'>
  signal?: AbortSignal | undefined
  /** Pods of one slice. */
  podsMax?: number
  /** Rows that one statement counts at most. */
  rowsMax?: number
}

const hourNs = 3_600_000_000_000n
const secondNs = 1_000_000_000n

/**
 * Resolves once the counts are stored. Counting a day again changes nothing. Rejects where the store does, or `signal`
 * aborts.
 */
export async function countDay(
  { id, day }: Pick<Partition, 'id' | 'day'>,
  { store, reading: { rows }, signal, podsMax = 50_000, rowsMax = 20_000_000 }: CountDayOptions,
): Promise<void> {
  const names = await rows<{ tenant: string; namespace: string }>(namesOfPartition(id))
  if (names.length === 0) return
  const [size] = await rows<{ pods: number }>(podsInPartition(id))
  const slices = Math.max(1, Math.ceil((size?.pods ?? 0) / podsMax))
  const unique = (values: readonly string[]): string[] => [...new Set(values)]
  const [tenants, namespaces] = [
    unique(names.map(({ tenant }) => tenant)),
    unique(names.map(({ namespace }) => namespace)),
  ]
  const from = BigInt(dayStartMs(day)) * 1_000_000n
  const whole = { from, to: from + 24n * hourNs }
  for (let slice = 0; slice < slices; slice++) {
    const part: DaySlice = { tenants, namespaces, slice, slices }
    const counts = new Map<string, LifeCountRow>()
    const ahead = windowsOf(whole, hourNs, await rows<StepRow>(hoursOfDay(part, whole)), rowsMax).toReversed()
    for (let window = ahead.pop(); window !== undefined; window = ahead.pop()) {
      signal?.throwIfAborted()
      const some = await rows<LifeCountRow>(countsInDay(part, window)).catch((error: unknown) => {
        if (!(error instanceof AfterlogError) || error.code !== 'query-limit' || window.to - window.from <= secondNs)
          throw error
        ahead.push(...halvesOf(window).toReversed())
        return []
      })
      for (const row of some) add(counts, row)
    }
    await storeCounts(store, day, [...counts.values()])
  }
}

function halvesOf({ from, to, rows }: SizedWindow): SizedWindow[] {
  const middle = (from + to) / 2n
  return [
    { from, to: middle, rows: rows / 2 },
    { from: middle, to, rows: rows / 2 },
  ]
}

function add(counts: Map<string, LifeCountRow>, row: LifeCountRow): void {
  const key = JSON.stringify(valuesOf(row))
  const before = counts.get(key)
  counts.set(key, before === undefined ? row : { ...row, lines: String(Number(before.lines) + Number(row.lines)) })
}

const valuesOf = ({ tenant, cluster, namespace, pod, uid, container, restart, containerId }: LifeCountRow) => [
  tenant,
  cluster,
  namespace,
  pod,
  uid,
  container,
  restart,
  containerId,
]

const columns = [
  'tenant',
  'cluster',
  'namespace',
  'pod',
  'pod_uid',
  'container',
  'restart',
  'container_id',
  'day',
  'lines',
]
const rowsAtOnce = 20_000

async function storeCounts(store: LogStore, day: number, counts: readonly LifeCountRow[]): Promise<void> {
  const text = formatDay(day)
  for (let from = 0; from < counts.length; from += rowsAtOnce) {
    const some = counts.slice(from, from + rowsAtOnce)
    const rows = some.map((row) => `${JSON.stringify([...valuesOf(row), text, row.lines])}\n`)
    await store.insert({
      table: 'kept_counts',
      columns,
      rows: Buffer.from(rows.join('')),
      format: 'JSONCompactEachRow',
    })
  }
}
