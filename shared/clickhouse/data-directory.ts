// The directory of the embedded store: made for its owner alone, since it has the lines of all tenants.
import { mkdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

const ownerAlone = 0o700
const byUmask = 0o777

/** The engine's part of a data directory. */
export const engineDirectory = (dataDir: string): string => join(resolve(dataDir), 'clickhouse')

/** Makes what is missing of a data directory. Parents of it get the mode that the user's umask gives. */
export async function makeDataDirectory(dataDir: string): Promise<void> {
  await makeDirectory(resolve(dataDir), ownerAlone)
  await makeDirectory(engineDirectory(dataDir), ownerAlone)
}

/** Returns the warning for the start, or undefined where other users of the machine cannot read what is stored. */
export async function dataExposureOf(dataDir: string): Promise<string | undefined> {
  const modes = await Promise.all(
    [resolve(dataDir), engineDirectory(dataDir)].map(async (dir) => (await stat(dir)).mode),
  )
  const isOpen = modes.every((mode) => (mode & 0o001) !== 0)
  if (!isOpen) return undefined
  return (
    `every user of this machine can read the data directory ${dataDir}, and so the lines of all tenants: ` +
    `run chmod 700 ${dataDir}`
  )
}

/**
 * Makes a directory with its parents. Node's recursive mkdir never returns where a directory of the path neither exists
 * nor can be made, as in /proc.
 */
async function makeDirectory(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, mode)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    const parent = dirname(path)
    if (
      await stat(parent).then(
        () => true,
        () => false,
      )
    )
      throw error
    await makeDirectory(parent, byUmask)
    await makeDirectory(path, mode)
  }
}
