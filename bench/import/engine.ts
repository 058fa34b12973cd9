// A child of bench/import.ts: the engine alone. The rows that the service would insert, ready made as JSONEachRow in
// blocks of 32 MB, by Session.insert from Buffers into the same tables, as many inserts at once as the service makes.
// Prints wall and CPU seconds as JSON.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Session } from 'chdb'
import { insertSettings } from '#shared/clickhouse/client-store.ts'
import { openStore } from '#shared/clickhouse/open-store.ts'
import { createLogger } from '#shared/logger.ts'
import { runMigrations } from '#shared/migrations/run-migrations.ts'

const insertsAtOnce = 2
const [dataDir, blocksDir] = process.argv.slice(2)
if (dataDir === undefined || blocksDir === undefined) throw new Error('usage: node bench/import/engine.ts DATA_DIR BLOCKS_DIR')

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
const insertSome = async (session: Session): Promise<void> => {
  for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
    await session.insert({
      table: 'logs',
      values: readFileSync(join(blocksDir, block)),
      format: 'JSONEachRow',
      settings: insertSettings,
    })
  }
}
await Promise.all(sessions.map(insertSome))
const { user, system } = process.cpuUsage(before)
for (const session of sessions) session.close()
process.stdout.write(
  `${JSON.stringify({ seconds: (performance.now() - startedMs) / 1000, cpuSeconds: (user + system) / 1e6 })}\n`,
)
