// Watches for parts that the engine has set aside because they are broken, as after a power cut or on a failing disk.
// Their rows are in no answer any more, and the engine says so nowhere: here the log, a metric and /readyz do.
import { Gauge, type Registry } from 'prom-client'
import { sql, statement } from './clickhouse/sql.ts'
import type { LogStore } from './clickhouse/store.ts'
import type { Logger } from './logger.ts'
import { systemTable } from './store-metrics.ts'

export interface BrokenPartsOptions {
  store: Pick<LogStore, 'rows'>
  /** The name of the cluster, of which every shard is looked at. */
  cluster?: string | undefined
  registry: Registry
  log: Logger
}

export interface BrokenParts extends Disposable {
  /** One sentence for each table with such parts, as of the last look. */
  troubles(): readonly string[]
}

interface PartRow {
  host: string
  table: string
  part: string
  bytes: number
  path: string
}

const lookEveryMs = 300_000
const answerMsMax = 30_000

/** Looks at once, without being waited for, and every five minutes. */
export function watchBrokenParts({ store, cluster, registry, log }: BrokenPartsOptions): BrokenParts {
  const gauge = new Gauge({
    name: 'afterlog_store_broken_parts',
    help: 'Parts that the engine set aside because they are broken: their rows are in no answer',
    labelNames: ['table'],
    registers: [registry],
  })
  const logged = new Set<string>()
  let parts: PartRow[] = []

  /** Where the store does not answer, what was known before stays. */
  async function look(): Promise<void> {
    try {
      parts = await store.rows<PartRow>({ sql: brokenParts(cluster), signal: AbortSignal.timeout(answerMsMax) })
    } catch (error) {
      return log.debug({ err: error }, 'the store did not say whether parts are broken')
    }
    gauge.reset()
    for (const [table, ofTable] of Map.groupBy(parts, (part) => part.table)) gauge.set({ table }, ofTable.length)
    for (const part of parts) {
      const key = `${part.host} ${part.path}`
      if (!logged.has(key)) log.error(part, `a part of ${part.table} is broken and was set aside: ${whatToDo}`)
      logged.add(key)
    }
  }

  void look()
  const timer = setInterval(() => void look(), lookEveryMs).unref()
  return {
    troubles: () =>
      [...Map.groupBy(parts, ({ table }) => table)].map(([table, [first, ...more]]) => {
        const bytes = [first!, ...more].reduce((sum, part) => sum + part.bytes, 0)
        const others = more.length === 0 ? '' : ` and ${more.length} more`
        const where = `${more.length + 1} (${bytes} bytes, in ${first!.path}${others})`
        return `broken parts of ${table} were set aside, ${where}: ${whatToDo}`
      }),
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

const whatToDo =
  'what was stored there is in no answer; restore it from a backup, or delete the directory to accept the loss'

/** Parts that an operator detached, or that a merge covers, are not lost. Rows: PartRow. */
const brokenParts = (cluster: string | undefined) =>
  statement(
    'store-broken-parts',
    sql`SELECT hostName() AS host, table, name AS part, toFloat64(bytes_on_disk) AS bytes, path
    FROM ${systemTable('detached_parts', cluster)}
    WHERE database = currentDatabase() AND (startsWith(reason, 'broken') OR reason IN ('unexpected', 'covered-by-broken'))
    ORDER BY host, table, part`,
  )
