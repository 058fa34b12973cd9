// Knows which parts an embedded store had when it was open last: one that is gone since, its directory removed or
// replaced by another part while the service was stopped, is noticed by nobody else (decision 0018). The list is a file
// of the data directory; parts that were lost stay in it until an operator deletes it.
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
  /** `hash_of_all_files` of system.parts; lists of older versions lack it. */
  hash: z.string().optional(),
  /** Epoch seconds at which the engine drops it by itself; 0 never. */
  expires: z.number(),
  /** Epoch ms at which it was noticed that it is gone. */
  goneAt: z.number().optional(),
})
export type KnownPart = z.infer<typeof partFile>

const ledgerFile = z.object({ parts: z.array(partFile), lost: z.array(partFile) })
export type Ledger = z.infer<typeof ledgerFile>

export const ledgerName = 'parts.json'

/** What the engine has of the tables. */
export interface PresentParts {
  /** Parts that answers read. */
  active: readonly KnownPart[]
  /** Parts that a merge has replaced, of which files are still there. */
  merged: readonly KnownPart[]
  /** Of tables, by their names. */
  uuids: ReadonlyMap<string, string>
}

/**
 * The parts that were there before, and are neither there now nor merged into one that is. The engine never writes
 * another part under the name of one that is there: where rows or hash differ, the part was replaced by hand, and what
 * merges have made of it since has the rows of the other one. A table that was made anew has none of the parts of
 * before.
 */
export function missingParts(before: readonly KnownPart[], now: PresentParts, nowS: number): KnownPart[] {
  const placeOf = ({ table, partition }: KnownPart): string => `${table} ${partition}`
  const active = Map.groupBy(now.active, placeOf)
  const all = Map.groupBy([...now.active, ...now.merged], placeOf)
  return before.filter((part) => {
    if (part.rows === 0 || (part.expires > 0 && part.expires <= nowS)) return false
    if (now.uuids.get(part.table) !== part.uuid) return false
    const ofPlace = all.get(placeOf(part)) ?? []
    const namesake = ofPlace.find(({ name }) => name === part.name)
    if (namesake !== undefined && !isSameContent(part, namesake))
      // Of two parts that were exchanged, each is there under the name of the other one.
      return part.hash === undefined || !ofPlace.some(({ hash }) => hash === part.hash)
    return !(active.get(placeOf(part)) ?? []).some(({ min, max }) => min <= part.min && max >= part.max)
  })
}

const isSameContent = (a: KnownPart, b: KnownPart): boolean =>
  a.rows === b.rows && (a.hash === undefined || a.hash === b.hash)

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
