// Vitest calls `setup` before the first test file of a project that opens stores: `npm run migrate` makes one data
// directory for the whole run, and tests copy it (migrated-data-dir.ts). The projects of a run share it by the
// environment of their worker processes, as they share what Node compiled: each process would compile it again.
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
  const data = join(dir, 'data')
  const run = (args: readonly string[]) =>
    promisify(execFile)(process.execPath, args, {
      cwd: root,
      env: { PATH: process.env['PATH'] ?? '', AFTERLOG_DATA_DIR: data, NODE_COMPILE_CACHE: join(dir, 'compiled') },
    })
  // Killed processes leave nothing compiled: this one has compiled all that a service needs.
  await Promise.all([run(['migrations/main.ts']), run(['--eval', `import('./services/start.ts')`])])
  process.env[migratedVariable] = data
  process.env['NODE_COMPILE_CACHE'] = join(dir, 'compiled')
  return async () => {
    delete process.env[migratedVariable]
    delete process.env['NODE_COMPILE_CACHE']
    // Worker processes may still write what they compiled.
    await rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
}
