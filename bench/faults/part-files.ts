// What a killed engine leaves on disk. A part is written into `tmp_insert_<part>` and renamed to `<part>` when it is
// whole, so a directory of that name after a kill, before anything was started again, is an insert that the kill cut in
// two.
import { readdir, readlink } from 'node:fs/promises'
import { basename, join } from 'node:path'

export interface Leftover {
  table: string
  /** e.g. tmp_insert_<partition>_7_7_1 */
  directory: string
  files: number
}

/** Directories of unfinished inserts, by table. */
export async function unfinishedInserts(dataDir: string): Promise<Leftover[]> {
  const leftovers: Leftover[] = []
  for (const { table, path } of await tables(dataDir)) {
    for (const directory of await readdir(path).catch(() => [])) {
      if (!directory.startsWith('tmp_insert_')) continue
      leftovers.push({ table, directory, files: (await readdir(join(path, directory)).catch(() => [])).length })
    }
  }
  return leftovers
}

/**
 * Name of the table whose directory a path lies in, e.g. …/store/6c0/6c01c729-…/tmp_insert_…/ ; '' where it is none.
 */
export async function tableOf(dataDir: string, path: string): Promise<string> {
  const uuid = /\/store\/[0-9a-f]{3}\/([0-9a-f-]{36})\//.exec(path)?.[1]
  return (await tables(dataDir)).find((table) => basename(table.path) === uuid)?.table ?? ''
}

async function tables(dataDir: string): Promise<{ table: string; path: string }[]> {
  const links = join(dataDir, 'clickhouse/data/afterlog')
  const names = await readdir(links).catch(() => [])
  return Promise.all(
    names.map(async (table) => {
      const target = await readlink(join(links, table))
      return { table, path: target.startsWith('/') ? target.replace(/\/$/, '') : join(links, target) }
    }),
  )
}
