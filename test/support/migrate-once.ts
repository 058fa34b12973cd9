// Vitest calls `setup` before the first test file of a project that opens stores: `npm run migrate` makes one data
// directory for the whole run, and tests copy it (migrated-data-dir.ts). The projects of a run share it by the
// environment of their worker processes.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from './service-process.ts'

/** Names the directory in the environment. */
export const migratedVariable = 'AFTERLOG_TEST_MIGRATED_DIR'

/** Resolves with what removes the directory once every test has run. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[migratedVariable] !== undefined) return undefined
  const dir = await mkdtemp(join(tmpdir(), 'afterlog-migrated-'))
  await promisify(execFile)(process.execPath, ['migrations/main.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', AFTERLOG_DATA_DIR: dir },
  })
  process.env[migratedVariable] = dir
  return async () => {
    delete process.env[migratedVariable]
    await rm(dir, { recursive: true, force: true })
  }
}
