// A data directory of a test's own that is migrated already: a copy of the one that migrate-once.ts made for this run.
import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migratedVariable } from './migrate-once.ts'

/** A new directory under that of temporary files, its name beginning with `prefix`; the caller removes it. */
export function migratedDataDir(prefix: string): string {
  const dir = mkdtempSync(join(tmpdir(), prefix))
  copyMigrated(dir)
  return dir
}

/** Into a directory that is empty or not there yet. */
export function copyMigrated(dir: string): void {
  // The engine's links between tables and their parts are relative: copied as they are, they point into the copy.
  cpSync(migratedByRun(), dir, { recursive: true, verbatimSymlinks: true })
}

/** The directory of which this run makes copies. */
export function migratedByRun(): string {
  const migrated = process.env[migratedVariable]
  if (migrated === undefined)
    throw new Error(`${migratedVariable} is not set: run tests with vitest, which calls migrate-once.ts`)
  return migrated
}
