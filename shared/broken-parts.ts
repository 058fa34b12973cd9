// Watches for parts of which the rows are in no answer any more: set aside by the engine because they are broken, as
// after a power cut or on a failing disk; set aside by set-aside.ts; or gone while the service was stopped. The engine
// says so nowhere: here the log, a metric and /readyz do, and lines of their days are counted again (decision 0018).
import { Gauge, type Registry } from 'prom-client'
import { systemTable } from './clickhouse/cluster-names.ts'
import { sql, statement } from './clickhouse/sql.ts'
import type { LogStore } from './clickhouse/store.ts'
import { columnsFirst, dayOfPartition, findGoneParts, type GoneParts } from './gone-parts.ts'
import type { Logger } from './logger.ts'
import { jobOfLostPart, lossSentences, whatToDo, type LostPart, type LostPartRow } from './loss-sentences.ts'
import type { KnownPart } from './parts-ledger.ts'
import { createAbsorbedRestorer } from './restore-absorbed.ts'

export interface BrokenPartsOptions {
  store: Pick<LogStore, 'rows' | 'command'>
  /** The name of the cluster, of which every shard is looked at. */
  cluster?: string | undefined
  /** Of an embedded store. */
  dataDir?: string | undefined
  registry: Registry
  log: Logger
}

export interface BrokenParts extends AsyncDisposable {
  /** One sentence for each table with such parts, as of the last look. */
  troubles(): readonly string[]
  /** As of the last look. */
  lost(): readonly LostPart[]
  /** Looks now. */
  look(): Promise<void>
  /** These parts are lost no longer: what they had is in answers again. */
  markRestored(parts: readonly LostPart[]): void
  /** To be used where a partition is dropped, whose parts would else count as lost. */
  whileDropping: GoneParts['whileDropping']
}

const lookEveryMs = 300_000
/** How often the parts of an embedded store are listed. */
const listEveryMs = 20_000
const answerMsMax = 30_000

/** Looks at once, and every five minutes. Resolves after the first look at an embedded store. */
export async function watchBrokenParts(options: BrokenPartsOptions): Promise<BrokenParts> {
  const { store, cluster, dataDir, log } = options
  const report = createReport(options)
  /** Days by the ids of partitions. */
  const days = new Map<string, string>()
  let setAside: LostPartRow[] = []
  let gone: GoneParts | undefined
  const restorer = createAbsorbedRestorer(store, log)
  const everLost = (): LostPartRow[] => [
    ...setAside.map((part) => ({ ...part, day: days.get(keyOf(part)) ?? '' })),
    ...(gone?.parts() ?? []).map(goneRow),
  ]
  /** Lost parts that others have restored, by their jobs. */
  const restored = new Set<string>()
  const lost = (): LostPartRow[] =>
    everLost().filter((part) => !restorer.isRestored(part) && !restored.has(jobOfLostPart(part)))
  const noteDays = (some: readonly NamedDay[]): void => {
    for (const part of some) if (part.day !== '') days.set(keyOf(part), part.day)
  }

  /** Where the store does not answer, what was known before stays. */
  async function lookForSetAside(): Promise<void> {
    try {
      const signal = AbortSignal.timeout(answerMsMax)
      setAside = await store.rows<LostPartRow>({ sql: brokenParts(cluster), signal })
      if (setAside.length > 0) noteDays(await store.rows<NamedDay>({ sql: partitionDays(cluster), signal }))
    } catch (error) {
      log.debug({ err: error }, 'the store did not say whether parts are broken')
    }
  }

  async function restoreAndReport(): Promise<void> {
    await restorer.restore(everLost())
    gone?.forget((part) => restorer.isRestored(goneRow(part)))
    report(lost())
  }

  const look = async (): Promise<void> => {
    await lookForSetAside()
    await restoreAndReport()
  }

  const list = async (): Promise<void> =>
    gone?.list().catch((error: unknown) => log.warn({ err: error }, 'the parts of the store could not be listed'))

  if (dataDir === undefined) void look()
  else {
    await lookForSetAside()
    const isSetAside = ({ table, name }: KnownPart): boolean =>
      setAside.some((part) => part.table === table && part.part.includes(name))
    gone = await findGoneParts({ store, dataDir, log, isSetAside })
    noteDays(gone.known)
    await restoreAndReport()
  }
  const timers = [setInterval(() => void look(), lookEveryMs), setInterval(() => void list(), listEveryMs)]
  for (const timer of timers) timer.unref()
  return {
    troubles: () => [
      ...(gone?.unreadable === undefined ? [] : [`${gone.unreadable}; delete the file once you know`]),
      ...lossSentences(lost()),
    ],
    lost,
    look,
    markRestored(parts) {
      for (const part of parts) restored.add(jobOfLostPart(part))
      report(lost())
    },
    whileDropping: (partition, drop) => gone?.whileDropping(partition, drop) ?? drop(),
    [Symbol.asyncDispose]: async () => {
      for (const timer of timers) clearInterval(timer)
      await list()
    },
  }
}

/** Tells each part once by the log, and their number by a metric. */
function createReport({ registry, log }: Pick<BrokenPartsOptions, 'registry' | 'log'>) {
  const gauge = new Gauge({
    name: 'afterlog_store_broken_parts',
    help: 'Parts whose rows are in no answer: set aside because they are broken, gone, or replaced',
    labelNames: ['table'],
    registers: [registry],
  })
  const logged = new Set<string>()
  return (parts: readonly LostPartRow[]): void => {
    gauge.reset()
    for (const [table, ofTable] of Map.groupBy(parts, (part) => part.table)) gauge.set({ table }, ofTable.length)
    for (const part of parts) {
      const key = `${part.host} ${part.table} ${part.part} ${part.path} ${part.version}`
      if (!logged.has(key)) log.error(part, `${sentenceOf(part)}: ${whatToDo(part.table)}`)
      logged.add(key)
    }
  }
}

type NamedDay = Pick<LostPartRow, 'table' | 'partition' | 'day'>

const keyOf = ({ table, partition }: Pick<LostPartRow, 'table' | 'partition'>): string => `${table} ${partition}`

const goneRow = ({ table, partition, name, day, goneAt = 0 }: KnownPart): LostPartRow => ({
  host: 'localhost',
  table,
  partition,
  part: name,
  day,
  version: String(goneAt),
  bytes: 0,
  path: '',
})

const sentenceOf = ({ table, path }: LostPartRow): string =>
  path === ''
    ? `a part of ${table} is gone, or was replaced, since the store was open last`
    : `a part of ${table} is broken and was set aside`

/** Parts that an operator detached, or that a merge covers, are not lost. Rows: LostPartRow. */
const brokenParts = (cluster: string | undefined) =>
  statement(
    'store-broken-parts',
    sql`SELECT hostName() AS host, replaceRegexpOne(table, '_local$', '') AS table, '' AS day,
      '' AS version, ifNull(partition_id, '') AS partition, name AS part, toFloat64(bytes_on_disk) AS bytes, path
    FROM ${systemTable({ cluster }, 'detached_parts')}
    WHERE database = currentDatabase() AND (startsWith(reason, 'broken') OR reason IN ('unexpected', 'covered-by-broken'))
    ORDER BY host, table, part`,
  )

/** Rows: NamedDay. */
const partitionDays = (cluster: string | undefined) =>
  statement(
    'store-partition-days',
    sql`SELECT DISTINCT replaceRegexpOne(table, '_local$', '') AS table, partition_id AS partition,
      ${dayOfPartition} AS day
    FROM ${systemTable({ cluster }, 'parts')} WHERE active AND database = currentDatabase() ${columnsFirst}`,
  )
