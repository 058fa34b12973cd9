// A test cluster, and a server, that are migrated already. The first file of a run that wants a cluster migrates one,
// and leaves the data of its nodes beside the migrated directory of a single store (migrate-once.ts): every file has a
// copy.
import { existsSync } from 'node:fs'
import { cp, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runMigrations } from '#shared/migrations/run-migrations.ts'
import { migratedByRun } from '../migrated-data-dir.ts'
import { withLock } from '../with-lock.ts'
import type { ClickHouseNode } from './node.ts'
import { startCluster, startServer, type ServerOptions, type TestCluster } from './start.ts'
import { openClusterStore } from './store.ts'

/** As startCluster, with all tables in the database `afterlog`. */
export async function startMigratedCluster(): Promise<TestCluster> {
  const template = join(dirname(migratedByRun()), 'cluster')
  if (!existsSync(template))
    await withLock(`${template}.lock`, async () => {
      // Whoever held the lock may have made it.
      if (!existsSync(template)) await make(template)
    })
  return startCluster({ from: template })
}

/**
 * As startServer, with all tables in the database `afterlog`: the data of the embedded engine, which a server reads.
 */
export async function startMigratedServer(options: ServerOptions): Promise<ClickHouseNode> {
  await cp(join(migratedByRun(), 'clickhouse'), join(options.dir, 'data'), { recursive: true, verbatimSymlinks: true })
  return startServer(options)
}

async function make(template: string): Promise<void> {
  await using cluster = await startCluster()
  {
    await using store = await openClusterStore(cluster)
    await runMigrations({ store })
  }
  await Promise.all([cluster.kill(0), cluster.kill(1)])
  await cp(cluster.dir, `${template}.building`, { recursive: true, verbatimSymlinks: true })
  await rename(`${template}.building`, template)
}
