// A store of its own for a test: embedded, in a temporary directory, migrated (or empty); gone when disposed.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '#shared/clickhouse/open-store.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { migratedDataDir } from './migrated-data-dir.ts'

export interface TestStore extends AsyncDisposable {
  store: LogStore
  /** The data directory. */
  dir: string
}

/** The engine binds one directory per process: dispose a store before opening the next one. */
export async function openTestStore({ migrate = true }: { migrate?: boolean } = {}): Promise<TestStore> {
  const dir = migrate ? migratedDataDir('afterlog-store-') : await mkdtemp(join(tmpdir(), 'afterlog-store-'))
  const store = await openStore({ mode: 'embedded', dataDir: dir, database: 'afterlog' })
  return {
    store,
    dir,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
