import { defineConfig } from 'vitest/config'

// Each project runs its files in processes of their own: the embedded engine binds one data directory per process.
const project = (name: string, testTimeout: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: 60_000,
    pool: 'forks' as const,
    // What runService sets: statements of the embedded engine that run at once each take a thread of the pool.
    env: { UV_THREADPOOL_SIZE: '14' },
  },
})

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [project('unit', 10_000), project('contract', 60_000), project('integration', 60_000), project('e2e', 180_000)],
  },
})
