// Knows which parts an embedded store had when it was open last: one that is gone since, its directory removed while the
// service was stopped, is noticed by nobody else (decision 0018). The list is a file of the data directory; parts that
// were lost stay in it until an operator deletes it.
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const partFile = z.object({
  table: z.string(),
  /** Of the table: another one has other parts. */
  uuid: z.string(),
  /** The engine's id. */
  partition: z.string(),
  /** Of the lines in it, such as 20261123; '' where the table is not divided by days. */
  day: z.string(),
  name: z.string(),
  min: z.number(),
  max: z.number(),
  rows: z.number(),
  /** Epoch seconds at which the engine drops it by itself; 0 never. */
  expires: z.number(),
  /** Epoch ms at which it was noticed that it is gone. */
  goneAt: z.number().optional(),
})
export type KnownPart = z.infer<typeof partFile>

const ledgerFile = z.object({ parts: z.array(partFile), lost: z.array(partFile) })
export type Ledger = z.infer<typeof ledgerFile>

export const ledgerName = 'parts.json'

/**
 * The parts that were there before, and are neither there now nor merged into one that is.
 * @param uuids By the names of the tables of now: a table that was made anew has none of the parts of before.
 */
export function missingParts(
  before: readonly KnownPart[],
  now: readonly KnownPart[],
  uuids: ReadonlyMap<string, string>,
  nowS: number,
): KnownPart[] {
  const present = Map.groupBy(now, ({ table, partition }) => `${table} ${partition}`)
  return before.filter(({ table, uuid, partition, min, max, rows, expires }) => {
    if (rows === 0 || (expires > 0 && expires <= nowS) || uuids.get(table) !== uuid) return false
    return !(present.get(`${table} ${partition}`) ?? []).some((part) => part.min <= min && part.max >= max)
  })
}

/** undefined where there is none yet; rejects with a sentence where the file is not what was written. */
export async function readLedger(dataDir: string): Promise<Ledger | undefined> {
  const path = join(dataDir, ledgerName)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    return ledgerFile.parse(JSON.parse(text))
  } catch (cause) {
    throw new Error(`${path} is damaged: whether parts of the store were removed is not known`, { cause })
  }
}

export async function writeLedger(dataDir: string, ledger: Ledger): Promise<void> {
  const path = join(dataDir, ledgerName)
  await writeFile(`${path}.new`, JSON.stringify(ledger), { mode: 0o600 })
  await rename(`${path}.new`, path)
}
