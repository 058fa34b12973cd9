/**
 * What `npm start` sets for a store in the process. By default glibc keeps an arena of freed memory for every thread
 * that ever ran an insert, and a heap of objects takes 192 MiB for new ones before it looks for what is in use.
 */
export const startEnv = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '262144',
  NODE_OPTIONS: '--max-semi-space-size=16',
} as const
