// A child of bench/kafka-throughput.ts: the engine alone. Ready-made blocks of rows, by Session.insert from Buffers
// into the same tables with the store's own settings, as many inserts at once as the service makes. Prints its figures
// as JSON. Arguments: data directory, directory of blocks, format.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Session, type RawInsertParams } from 'chdb'
import { columns } from '#ingest/store/columns.ts'
import { insertSettings } from '#shared/clickhouse/client-store.ts'
import { openStore } from '#shared/clickhouse/open-store.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import { createLogger } from '#shared/logger.ts'
import { runMigrations } from '#shared/migrations/run-migrations.ts'
import { untilQuiet } from './settle.ts'

const insertsAtOnce = 2
const [dataDir, blocksDir, format] = process.argv.slice(2)
if (dataDir === undefined || blocksDir === undefined || (format !== 'JSONEachRow' && format !== 'JSONCompactEachRow'))
  throw new Error('usage: node bench/kafka/engine.ts DATA_DIR BLOCKS_DIR FORMAT')

await using store = await openStore({ mode: 'embedded', dataDir, database: 'afterlog' })
await runMigrations({ store, fsync: false, log: createLogger({ level: 'silent', service: 'bench' }) })
const blocks = readdirSync(blocksDir).toSorted()
const sessions = await Promise.all(
  Array.from({ length: insertsAtOnce }, async () => {
    const session = new Session(join(dataDir, 'clickhouse'))
    await session.queryAsync('USE afterlog')
    return session
  }),
)

const startedMs = performance.now()
const before = process.cpuUsage()
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}
const insertSome = async (session: Session): Promise<void> => {
  for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
    const values = readFileSync(join(blocksDir, block))
    const insert: RawInsertParams = { table: 'logs', values, format, settings: { ...insertSettings } }
    // Names are in the rows, or the columns have an order.
    await session.insert(format === 'JSONEachRow' ? insert : { ...insert, columns: columns.logs })
  }
}
const inserts = blocks.length
await Promise.all(sessions.map(insertSome))
const figures = { seconds: (performance.now() - startedMs) / 1000, cpuSeconds: cpuSeconds() }
const settled = await untilQuiet(cpuSeconds, 120_000)
const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024)
for (const session of sessions) session.close()
const [count] = await store.rows<{ lines: string }>({ sql: raw('SELECT uniqExact(ts, identity) AS lines FROM logs') })
process.stdout.write(
  `${JSON.stringify({ ...figures, cpuSettled: settled.cpuSeconds, peakMiB, inserts, lines: Number(count!.lines) })}\n`,
)
