import type { LogStore } from './store.ts'

/** The store, read in sessions beside those of requests, so that broad ones do not hold its statements up. */
export const inBackground = (store: LogStore): LogStore => ({
  ...store,
  rows: (query) => store.rows({ lane: 'background', ...query }),
  bytes: (query, format) => store.bytes({ lane: 'background', ...query }, format),
})
