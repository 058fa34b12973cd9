// Parts that the engine has merged stay beside the result for eight minutes at least, and a process that ends leaves
// them: the disk that merged data takes is without them.
import { rm } from 'node:fs/promises'

/** A statement for their directories: rows of `path`. */
export const replacedParts = (database: string): string =>
  `SELECT path FROM system.parts WHERE NOT active AND database = '${database}'`

/** Of an engine that has ended; what is there at its next start is all that it knows. */
export async function removeParts(directories: readonly string[]): Promise<void> {
  for (const directory of directories) await rm(directory, { recursive: true, force: true })
}
