// A child of bench/import.ts: the engine alone. The rows that the service would insert, ready made in blocks of 32 MB, into the same
// tables, as many inserts at once as the service makes. Prints wall and CPU seconds as JSON.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStore } from '#shared/clickhouse/open-store.ts'
import { createLogger } from '#shared/logger.ts'
import { runMigrations } from '#shared/migrations/run-migrations.ts'
import { columns } from '#ingest/store/columns.ts'

const insertsAtOnce = 2
const [dataDir, blocksDir] = process.argv.slice(2)
if (dataDir === undefined || blocksDir === undefined) throw new Error('usage: node bench/import/engine.ts DATA_DIR BLOCKS_DIR')

await using store = await openStore({ mode: 'embedded', dataDir, database: 'afterlog' })
await runMigrations({ store, cluster: undefined, fsync: false, log: createLogger({ level: 'silent', service: 'bench' }) })
const blocks = readdirSync(blocksDir).toSorted()

const startedMs = performance.now()
const before = process.cpuUsage()
const insertSome = async (): Promise<void> => {
  for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
    const rows = readFileSync(join(blocksDir, block))
    await store.insert({ table: 'logs', columns: columns.logs, rows, format: 'JSONCompactEachRow' })
  }
}
await Promise.all(Array.from({ length: insertsAtOnce }, insertSome))
const { user, system } = process.cpuUsage(before)
process.stdout.write(
  `${JSON.stringify({ seconds: (performance.now() - startedMs) / 1000, cpuSeconds: (user + system) / 1e6 })}\n`,
)
