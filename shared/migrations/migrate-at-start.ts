// Migrations at the start of a service. Without its embedded engine the start fails. A server may be away: then the
// service starts, reports why it is not ready, and retries.
import { setTimeout as sleep } from 'node:timers/promises'
import { AfterlogError } from '#shared/errors.ts'
import type { Logger } from '#shared/logger.ts'
import { runMigrations, type RunMigrationsOptions } from './run-migrations.ts'

export interface MigratedStore extends AsyncDisposable {
  /** Returns why the tables cannot be used yet, or undefined. */
  obstacle(): AfterlogError | undefined
}

const retryMs = 2000

/** Rejects where waiting would not help: a migration was edited, the store is newer, or the engine is missing. */
export async function migrateAtStart(options: RunMigrationsOptions & { log: Logger }): Promise<MigratedStore> {
  const { store, log } = options
  const stopping = new AbortController()
  let obstacle: AfterlogError | undefined

  /** Returns true once the tables are up to date. */
  const attempt = async (): Promise<boolean> => {
    try {
      await runMigrations(options)
      obstacle = undefined
      return true
    } catch (error) {
      if (store.mode === 'embedded' || !(error instanceof AfterlogError) || !error.retryable) throw error
      obstacle = new AfterlogError('store-unavailable', `the store cannot be migrated yet: ${error.message}`, {
        cause: error.cause,
        retryAfterS: 5,
      })
      return false
    }
  }
  const goOn = async (): Promise<void> => {
    log.warn(
      { err: obstacle },
      'ClickHouse at AFTERLOG_CLICKHOUSE_URL cannot be used yet; trying again until its tables are up to date',
    )
    do await sleep(retryMs, undefined, { signal: stopping.signal })
    while (!(await attempt()))
    log.info('ClickHouse answers, and its tables are up to date')
  }
  const done = (await attempt())
    ? Promise.resolve()
    : goOn().catch((error: unknown) => {
        if (stopping.signal.aborted) return
        obstacle = new AfterlogError('store-unavailable', `the store cannot be migrated: ${(error as Error).message}`, {
          cause: error,
        })
        log.error({ err: error }, 'the tables of ClickHouse cannot be brought up to date')
      })
  return {
    obstacle: () => obstacle,
    [Symbol.asyncDispose]: async () => {
      stopping.abort()
      await done
    },
  }
}
