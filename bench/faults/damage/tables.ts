// Which folder of a data directory is which table: `store/abc/abcdef…` by its uuid, as its metadata says.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Folders, and names of tables. */
export async function tablesOf(dir: string): Promise<[folder: string, table: string][]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const metadata = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.sql'))
  const tables = await Promise.all(
    metadata.map(async (entry): Promise<[string, string][]> => {
      const text = await readFile(join(entry.parentPath, entry.name), 'utf8')
      const uuid = /UUID '([0-9a-f-]{36})'/.exec(text)?.[1]
      return uuid === undefined ? [] : [[`store/${uuid.slice(0, 3)}/${uuid}`, entry.name.slice(0, -'.sql'.length)]]
    }),
  )
  return tables.flat()
}
