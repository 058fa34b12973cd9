// Finds the parts of an embedded store that are gone since it was open last, and lists those that are there for the
// next start (decision 0018).
import { raw, sql, statement } from './clickhouse/sql.ts'
import type { LogStore } from './clickhouse/store.ts'
import type { Logger } from './logger.ts'
import {
  missingParts,
  readLedger,
  writeLedger,
  type KnownPart,
  type Ledger,
  type PresentParts,
} from './parts-ledger.ts'

export interface GonePartsOptions {
  store: Pick<LogStore, 'rows'>
  dataDir: string
  log: Logger
  /** Whether the engine, or we, have set this part aside. */
  isSetAside(part: KnownPart): boolean
}

export interface GoneParts {
  parts(): readonly KnownPart[]
  /** Counts as gone no longer what is restored. */
  forget(isRestored: (part: KnownPart) => boolean): void
  /** Parts whose partitions tell their days. */
  known: readonly KnownPart[]
  /** Why nobody knows which parts are gone. */
  unreadable?: string
  /** Lists the parts that are there. */
  list(): Promise<void>
  /** Takes the partition off the list, and then drops it: at no time is a part listed that was dropped. */
  whileDropping(partition: string, drop: () => Promise<void>): Promise<void>
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
    const whileDropping: GoneParts['whileDropping'] = (_, drop) => drop()
    return { parts: () => [], forget: () => {}, known: [], unreadable: message, list: async () => {}, whileDropping }
  }
  const present = await readPresent(store)
  const missing = missingParts(ledger?.parts ?? [], present, Date.now() / 1000)
  const goneAt = Date.now()
  const newlyGone = missing.filter((part) => !isSetAside(part)).map((part) => ({ ...part, goneAt }))
  let gone = [...(ledger?.lost ?? []), ...newlyGone]
  /** Ids of partitions, of whatever table, that are dropped now. */
  const dropping = new Set<string>()
  let listed = ''
  let listing = Promise.resolve()
  const list = (): Promise<void> => (listing = listing.catch(() => undefined).then(listNow))
  async function listNow(): Promise<void> {
    const without = new Set(dropping)
    const { active } = await readPresent(store)
    const now = { parts: active.filter(({ partition }) => !without.has(partition)), lost: gone }
    const text = JSON.stringify(now)
    if (text !== listed) await writeLedger(dataDir, now)
    listed = text
  }
  return {
    parts: () => gone,
    forget: (isRestored) => (gone = gone.filter((part) => !isRestored(part))),
    known: [...(ledger?.parts ?? []), ...gone, ...present.active],
    list,
    async whileDropping(partition, drop) {
      const tryToList = (): Promise<void> =>
        list().catch((error: unknown) => log.debug({ err: error }, 'the parts of the store could not be listed'))
      dropping.add(partition)
      await tryToList()
      try {
        await drop()
      } finally {
        // A full disk takes the list once the partition is gone.
        await tryToList()
        dropping.delete(partition)
      }
    },
  }
}

async function readPresent(store: Pick<LogStore, 'rows'>): Promise<PresentParts> {
  const signal = AbortSignal.timeout(answerMsMax)
  const tables = await store.rows<{ name: string; uuid: string }>({ sql: tableUuids, signal })
  const uuids = new Map(tables.map(({ name, uuid }) => [name, uuid]))
  const withUuid = (part: KnownPart): KnownPart => ({ ...part, uuid: uuids.get(part.table) ?? '' })
  const active = await store.rows<KnownPart>({ sql: storeParts(true), signal })
  const merged = await store.rows<KnownPart>({ sql: storeParts(false), signal })
  return { active: active.map(withUuid), merged: merged.map(withUuid), uuids }
}

/** Of statements with `columnsFirst`, since `partition` is also what they call the id of a partition. */
export const dayOfPartition = raw("extract(partition, '[0-9]{8}')")
export const columnsFirst = raw('SETTINGS prefer_column_name_to_alias = 1')

/** Rows: KnownPart, without the uuid. */
const storeParts = (active: boolean) =>
  statement(
    'store-parts',
    sql`SELECT table, partition_id AS partition, ${dayOfPartition} AS day, name, toFloat64(min_block_number) AS min,
    toFloat64(max_block_number) AS max, toFloat64(rows) AS rows, hash_of_all_files AS hash,
    toFloat64(toUnixTimestamp(delete_ttl_info_max)) AS expires
  FROM system.parts
  WHERE ${raw(active ? 'active' : 'NOT active')} AND database = currentDatabase() ORDER BY table, name ${columnsFirst}`,
  )

/** Rows: { name, uuid }. */
const tableUuids = statement(
  'store-table-uuids',
  sql`SELECT name, toString(uuid) AS uuid FROM system.tables WHERE database = currentDatabase()`,
)
