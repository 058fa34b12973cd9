// Loads the population of bench/pods.ts into a data directory, a stretch of pods at a time: what is held in memory does not grow with it.
import { openStore } from '#shared/clickhouse/open-store.ts'
import { columns } from '#ingest/store/columns.ts'
import { runMigrations } from '#shared/migrations/run-migrations.ts'
import { populate, type Pod, type PopulationOptions, type Table } from './population.ts'

const podsAtOnce = 5000

/** One pod in `every` comes back: the requests are made from them. */
export async function load(dataDir: string, options: PopulationOptions, every: number): Promise<Pod[]> {
  await using store = await openStore({ mode: 'embedded', dataDir, database: 'afterlog' })
  await runMigrations({ store })
  const kept: Pod[] = []
  for (let from = 0; from < options.pods; from += podsAtOnce) {
    const { pods, rows } = populate(options, from, Math.min(options.pods, from + podsAtOnce))
    for (const table of ['pods', 'lives', 'events', 'logs'] as const satisfies readonly Table[])
      await store.insert({ table, columns: columns[table], rows: rows[table], format: 'JSONCompactEachRow' })
    kept.push(...pods.filter((_, i) => i % every === 0))
  }
  return kept
}
