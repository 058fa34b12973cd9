import { defineConfig } from 'vitest/config'
import { scale } from './test/support/campaign.ts'
import { LongestFirst } from './test/support/longest-first.ts'

// Files run one after the other in few processes: a process of its own costs a file a second and a half of processor
// time. The embedded engine binds one data directory per process, so a file closes every store that it opens. At night
// each has a process of its own, since ten times the work leaves more memory in use. What a test may take is for a
// machine that is busy with other things: it ends one that hangs, and measures none.
const project = (name: string, testTimeout: number, globalSetup: string[]) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: testTimeout * scale,
    hookTimeout: 120_000,
    pool: 'forks' as const,
    isolate: scale > 1 && name !== 'unit',
    globalSetup,
    // Node's own loader takes the sources as they are, as it does in production, and has them in its cache of compiled
    // code.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    setupFiles: name === 'unit' ? ['test/support/seed-properties.ts'] : [],
    // What runService sets: statements of the embedded engine that run at once each take a thread of the pool.
    env: { UV_THREADPOOL_SIZE: '18' },
    // Each question of a poll costs the engine; the default asks twenty times a second.
    expect: { poll: { interval: 200 } },
  },
})

/** What the files of a run share; each is made once. */
const memory = 'test/support/memory-files.ts'
const migrated = 'test/support/migrate-once.ts'
const broker = 'test/support/kafka/share-broker.ts'

export default defineConfig({
  test: {
    // Twice the cores of CI: files wait for half of their time.
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    projects: [
      project('unit', 60_000, []),
      project('contract', 60_000, [memory, migrated]),
      project('integration', 120_000, [memory, migrated, broker]),
      project('e2e', 180_000, [memory, migrated]),
    ],
  },
})
