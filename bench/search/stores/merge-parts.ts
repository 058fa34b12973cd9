// Merges the lines of an Afterlog data directory that no process has open, partition by partition, as far as its own
// merges ever go: a partition larger than the bound of a merge stays as it is.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { openStore } from '#shared/clickhouse/open-store.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import { startEnv } from '../../load/start-env.ts'
import { removeParts, replacedParts } from './replaced-parts.ts'

const mergeBytesMax = 4 * 1024 ** 3

/** In a process of its own; resolves to the CPU seconds that it took. */
export async function mergeParts(dataDir: string): Promise<number> {
  const env = { ...process.env, UV_THREADPOOL_SIZE: '18', ...startEnv }
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, dataDir], { env })
  return Number(stdout)
}

/** Resolves to the directories of parts that merges have replaced. */
async function mergeHere(dataDir: string): Promise<string[]> {
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
  return (await store.rows<{ path: string }>({ sql: raw(replacedParts('afterlog')) })).map(({ path }) => path)
}

const [, script, dataDir] = process.argv
if (script === import.meta.filename && dataDir !== undefined) {
  await removeParts(await mergeHere(dataDir))
  const { user, system } = process.cpuUsage()
  process.stdout.write(String((user + system) / 1e6))
}
