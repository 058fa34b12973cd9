// Finds the parts of an embedded store that are gone since it was open last, and lists those that are there for the next
// start (decision 0018).
import { raw, sql, statement } from './clickhouse/sql.ts'
import type { LogStore } from './clickhouse/store.ts'
import { fromEveryTenant } from './clickhouse/tenant-scope.ts'
import type { Logger } from './logger.ts'
import { missingParts, readLedger, writeLedger, type KnownPart, type Ledger } from './parts-ledger.ts'

export interface GonePartsOptions {
  store: Pick<LogStore, 'rows'>
  dataDir: string
  log: Logger
  /** Whether the engine, or we, have set this part aside. */
  isSetAside(part: KnownPart): boolean
}

export interface GoneParts {
  parts: readonly KnownPart[]
  /** Parts whose partitions tell their days. */
  known: readonly KnownPart[]
  /** Why nobody knows which parts are gone. */
  unreadable?: string
  /** Lists the parts that are there. */
  list(): Promise<void>
}

const answerMsMax = 30_000

/** Compares the parts that are there with those that were. */
export async function findGoneParts({ store, dataDir, log, isSetAside }: GonePartsOptions): Promise<GoneParts> {
  let ledger: Ledger | undefined
  try {
    ledger = await readLedger(dataDir)
  } catch (error) {
    const { message } = error as Error
    log.error({ err: error }, message)
    return { parts: [], known: [], unreadable: message, list: async () => {} }
  }
  const { parts, uuids } = await readPresent(store)
  const missing = missingParts(ledger?.parts ?? [], parts, uuids, Date.now() / 1000)
  const unknown = missing.filter((part) => !isSetAside(part))
  const goneAt = Date.now()
  const newlyGone = (await withoutExpired(store, unknown)).map((part) => ({ ...part, goneAt }))
  const gone = [...(ledger?.lost ?? []), ...newlyGone]
  let listed = ''
  return {
    parts: gone,
    known: [...(ledger?.parts ?? []), ...gone, ...parts],
    async list() {
      const now = { parts: (await readPresent(store)).parts, lost: gone }
      const text = JSON.stringify(now)
      if (text !== listed) await writeLedger(dataDir, now)
      listed = text
    },
  }
}

async function readPresent(
  store: Pick<LogStore, 'rows'>,
): Promise<{ parts: KnownPart[]; uuids: ReadonlyMap<string, string> }> {
  const signal = AbortSignal.timeout(answerMsMax)
  const tables = await store.rows<{ name: string; uuid: string }>({ sql: tableUuids, signal })
  const uuids = new Map(tables.map(({ name, uuid }) => [name, uuid]))
  const parts = await store.rows<Omit<KnownPart, 'uuid'>>({ sql: activeParts, signal })
  return { parts: parts.map((part) => ({ ...part, uuid: uuids.get(part.table) ?? '' })), uuids }
}

/** Lines that expired were counted before their partition was dropped. */
async function withoutExpired(store: Pick<LogStore, 'rows'>, parts: readonly KnownPart[]): Promise<KnownPart[]> {
  if (parts.every(({ table }) => table !== 'logs')) return [...parts]
  const [row] = await store.rows<{ days: string[] }>({ sql: countedDays })
  return parts.filter(({ table, day }) => table !== 'logs' || !row!.days.includes(day))
}

/** Of statements with `columnsFirst`, since `partition` is also what they call the id of a partition. */
export const dayOfPartition = raw("extract(partition, '[0-9]{8}')")
export const columnsFirst = raw('SETTINGS prefer_column_name_to_alias = 1')

/** Rows: KnownPart, without the uuid. */
const activeParts = statement(
  'store-parts',
  sql`SELECT table, partition_id AS partition, ${dayOfPartition} AS day, name, toFloat64(min_block_number) AS min,
    toFloat64(max_block_number) AS max, toFloat64(rows) AS rows,
    toFloat64(toUnixTimestamp(delete_ttl_info_max)) AS expires
  FROM system.parts WHERE active AND database = currentDatabase() ORDER BY table, name ${columnsFirst}`,
)

/** Rows: { name, uuid }. */
const tableUuids = statement(
  'store-table-uuids',
  sql`SELECT name, toString(uuid) AS uuid FROM system.tables WHERE database = currentDatabase()`,
)

/** Rows: { days }, of which lines of some class have expired. */
const countedDays = statement(
  'counted-days',
  sql`SELECT groupUniqArray(toString(toYYYYMMDD(day))) AS days
    FROM (SELECT day ${fromEveryTenant('kept_counts')} UNION ALL SELECT day FROM inexact_days)`,
)
