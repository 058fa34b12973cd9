// Merges the lines of an Afterlog data directory that no process has open, partition by partition, as far as its own
// merges ever go: a partition larger than the bound of a merge stays as it is.
import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { openStore } from '#shared/clickhouse/open-store.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import { startEnv } from '../../load/start-env.ts'

const mergeBytesMax = 4 * 1024 ** 3

/** In a process of its own; resolves to the CPU seconds that it took. */
export async function mergeParts(dataDir: string): Promise<number> {
  const env = { ...process.env, UV_THREADPOOL_SIZE: '18', ...startEnv }
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, dataDir], { env })
  return Number(stdout)
}

async function mergeHere(dataDir: string): Promise<void> {
  await using store = await openStore({ mode: 'embedded', dataDir, database: 'afterlog' })
  const partitions = await store.rows<{ id: string; parts: string; bytes: string }>({
    sql: raw(
      "SELECT partition_id AS id, count() AS parts, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = 'afterlog' AND table = 'logs' GROUP BY id",
    ),
  })
  for (const { id, parts, bytes } of partitions) {
    if (Number(parts) === 1 || Number(bytes) > mergeBytesMax) continue
    if (!/^[\w-]+$/.test(id)) throw new Error(`not the id of a partition: ${id}`)
    await store.command({ sql: raw(`OPTIMIZE TABLE logs PARTITION ID '${id}' FINAL`) })
  }
  // Parts that were merged stay for eight minutes otherwise, and would count.
  await store.command({ sql: raw('ALTER TABLE logs MODIFY SETTING old_parts_lifetime = 1') })
  const outdated = raw("SELECT 1 FROM system.parts WHERE NOT active AND database = 'afterlog' AND table = 'logs' LIMIT 1")
  for (let tries = 0; tries < 120 && (await store.rows({ sql: outdated })).length > 0; tries++) await sleep(500)
  await store.command({ sql: raw('ALTER TABLE logs RESET SETTING old_parts_lifetime') })
}

const [, script, dataDir] = process.argv
if (script === import.meta.filename && dataDir !== undefined) {
  await mergeHere(dataDir)
  const { user, system } = process.cpuUsage()
  process.stdout.write(String((user + system) / 1e6))
}
