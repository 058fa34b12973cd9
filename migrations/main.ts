// `npm run migrate`: brings the store's tables up to date and ends. A service does the same at its start. Run alone, it
// needs a server, or a data directory that no service uses.
import { openStore } from '#shared/clickhouse/open-store.ts'
import { storeOptions } from '#shared/clickhouse/store-options.ts'
import { storeSentence } from '#shared/clickhouse/store-sentence.ts'
import { readConfig, type Config } from '#shared/config.ts'
import { createLogger } from '#shared/logger.ts'
import { runMigrations } from '#shared/migrations/run-migrations.ts'

async function main(): Promise<void> {
  const { config } = readConfig(process.env)
  await migrate(config).catch((error: unknown) => {
    throw new Error(storeSentence(error, config.AFTERLOG_CLICKHOUSE_URL), { cause: error })
  })
}

async function migrate(config: Config): Promise<void> {
  const log = createLogger({ level: config.AFTERLOG_LOG_LEVEL, service: 'migrate' })
  await using store = await openStore(storeOptions(config, log))
  const applied = await runMigrations({ store, fsync: config.AFTERLOG_FSYNC, log })
  log.info({ applied }, applied.length === 0 ? 'the store is up to date' : 'the store has been migrated')
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`afterlog: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  },
)
