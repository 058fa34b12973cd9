// Which namespaces have lines in days that a change of the rules drops. Rows are counted by partition and namespace, of
// which the engine reads a few bits for each row; in bounded time, whatever there is.
import { sql, statement, strs, uint } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { fromEveryTenant } from '#shared/clickhouse/tenant-scope.ts'
import type { Partition } from '#shared/retention/partitions.ts'
import { formatDay } from '#shared/time/format-time.ts'

/** Lines of one namespace and class. Bytes are its share of the rows of each day. */
export interface Leaving {
  namespace: string
  class: string
  rows: number
  bytes: number
  days: number
  firstDay: string
  lastDay: string
}

export interface LeavingNamespaces {
  /** Those with most rows first. */
  namespaces: Leaving[]
  isComplete: boolean
}

type StoredPartition = Omit<Partition, 'newestBlock'>

const timeMsMax = 5000
const rowsMax = 200_000
const namespacesMax = 10_000

interface CountRow {
  id: string
  namespace: string
  rows: number
}

/** `partitions`: what is dropped, in any order. */
export async function leavingNamespaces(
  store: LogStore,
  partitions: readonly StoredPartition[],
): Promise<LeavingNamespaces> {
  if (partitions.length === 0) return { namespaces: [], isComplete: true }
  const byId = new Map(partitions.map((partition) => [partition.id, partition]))
  const counts = await store.rows<CountRow>({
    sql: counted([...byId.keys()]),
    settings: { max_execution_time: timeMsMax / 1000, timeout_overflow_mode: 'break' },
  })
  const groups = Map.groupBy(counts, ({ id, namespace }) => `${byId.get(id)!.class} ${namespace}`)
  const namespaces = [...groups.values()].map((rows) => leaving(rows, byId)).toSorted((a, b) => b.rows - a.rows)
  const all = partitions.reduce((sum, { rows }) => sum + rows, 0)
  const countedRows = counts.reduce((sum, { rows }) => sum + rows, 0)
  return {
    namespaces: namespaces.slice(0, namespacesMax),
    isComplete: countedRows >= all && namespaces.length <= namespacesMax,
  }
}

function leaving(counts: readonly CountRow[], byId: ReadonlyMap<string, StoredPartition>): Leaving {
  const days = counts.map(({ id, rows }) => ({ rows, partition: byId.get(id)! }))
  const numbers = days.map(({ partition }) => partition.day)
  return {
    namespace: counts[0]!.namespace,
    class: days[0]!.partition.class,
    rows: counts.reduce((sum, { rows }) => sum + rows, 0),
    bytes: Math.round(days.reduce((sum, { rows, partition }) => sum + (partition.bytes * rows) / partition.rows, 0)),
    days: new Set(numbers).size,
    firstDay: formatDay(Math.min(...numbers)),
    lastDay: formatDay(Math.max(...numbers)),
  }
}

/** Rows: CountRow, the largest first. */
const counted = (ids: readonly string[]) =>
  statement(
    'leaving-namespaces',
    sql`SELECT _partition_id AS id, toString(namespace) AS namespace, toFloat64(count()) AS rows
    ${fromEveryTenant('logs')} AND _partition_id IN ${strs(ids)}
    GROUP BY id, namespace ORDER BY rows DESC, id, namespace LIMIT ${uint(rowsMax)}`,
  )
