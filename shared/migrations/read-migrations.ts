// Reads the numbered files of `migrations/`: 0001-name.sql, without gaps, each with its form for a ClickHouse cluster
// in 0001-name.cluster.sql, and with the checksums of their texts.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface SqlFile {
  name: string
  text: string
  /** SHA-256 of the text in hex, with line ends unified. */
  checksum: string
}

export interface Migration extends SqlFile {
  number: number
  /** The file for a cluster, where it exists. `{cluster}` in it stands for the cluster's name. */
  forCluster: SqlFile | undefined
}

/** Returns migrations in order. Throws where a number is missing or occurs twice. */
export async function readMigrations(dir: string): Promise<Migration[]> {
  const files = (await readdir(dir)).filter((name) => name.endsWith('.sql'))
  const names = files.filter((name) => !name.endsWith(clusterSuffix)).toSorted()
  return Promise.all(
    names.map(async (name, i) => {
      const number = Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1] ?? Number.NaN)
      if (number !== i + 1)
        throw new Error(`${name} in ${dir}: expected a name like ${String(i + 1).padStart(4, '0')}-words.sql here`)
      const clusterName = name.replace(/\.sql$/, clusterSuffix)
      const forCluster = files.includes(clusterName) ? await readSql(dir, clusterName) : undefined
      return { number, ...(await readSql(dir, name)), forCluster }
    }),
  )
}

const clusterSuffix = '.cluster.sql'

async function readSql(dir: string, name: string): Promise<SqlFile> {
  const text = (await readFile(join(dir, name), 'utf8')).replaceAll('\r\n', '\n')
  return { name, text, checksum: createHash('sha256').update(text).digest('hex') }
}
