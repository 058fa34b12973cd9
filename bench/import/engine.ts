// A child of bench/import.ts: the engine alone. The rows that the service would insert, ready made as JSONEachRow in blocks of 32 MB,
// by Session.insert from Buffers into the same tables, as many inserts at once as the service makes. Prints wall and CPU seconds as JSON.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Session } from 'chdb'
import { openStore } from '#shared/clickhouse/open-store.ts'
import { createLogger } from '#shared/logger.ts'
import { runMigrations } from '#shared/migrations/run-migrations.ts'

const insertsAtOnce = 2
const [dataDir, blocksDir] = process.argv.slice(2)
if (dataDir === undefined || blocksDir === undefined) throw new Error('usage: node bench/import/engine.ts DATA_DIR BLOCKS_DIR')

await using store = await openStore({ mode: 'embedded', dataDir, database: 'afterlog' })
await runMigrations({ store, cluster: undefined, fsync: false, log: createLogger({ level: 'silent', service: 'bench' }) })
const blocks = readdirSync(blocksDir).toSorted()

const sessions = await Promise.all(
  Array.from({ length: insertsAtOnce }, async () => {
    const session = new Session(join(dataDir, 'clickhouse'))
    await session.queryAsync('USE afterlog')
    return session
  }),
)
// What the store sets for inserts, for the engine alone as well.
const settings = {
  async_insert: 0,
  deduplicate_insert: 'disable',
  max_partitions_per_insert_block: 0,
  optimize_on_insert: 0,
  max_insert_block_size: 4_000_000,
  min_insert_block_size_rows: 4_000_000,
}

const startedMs = performance.now()
const before = process.cpuUsage()
const insertSome = async (session: Session): Promise<void> => {
  for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
    await session.insert({ table: 'logs', values: readFileSync(join(blocksDir, block)), format: 'JSONEachRow', settings })
  }
}
await Promise.all(sessions.map(insertSome))
const { user, system } = process.cpuUsage(before)
for (const session of sessions) session.close()
process.stdout.write(
  `${JSON.stringify({ seconds: (performance.now() - startedMs) / 1000, cpuSeconds: (user + system) / 1e6 })}\n`,
)
