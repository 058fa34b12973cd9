// The numbered files of `migrations/`: 0001-name.sql, without gaps, each with the checksum of its text.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Migration {
  number: number
  /** The file's name. */
  name: string
  text: string
  /** SHA-256 of the text, line ends unified, in hex. */
  checksum: string
}

/** In order. Throws where a number is missing or given twice. */
export async function readMigrations(dir: string): Promise<Migration[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.sql')).toSorted()
  return Promise.all(
    names.map(async (name, i) => {
      const number = Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1] ?? Number.NaN)
      if (number !== i + 1)
        throw new Error(`${name} in ${dir}: expected a name like ${String(i + 1).padStart(4, '0')}-words.sql here`)
      const text = (await readFile(join(dir, name), 'utf8')).replaceAll('\r\n', '\n')
      return { number, name, text, checksum: createHash('sha256').update(text).digest('hex') }
    }),
  )
}
