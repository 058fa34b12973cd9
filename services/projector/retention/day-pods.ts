// Pods of a day that is to be dropped, brought up to what is stored of them.
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { projectAndStore } from '../project-and-store.ts'
import type { DayPods } from './prepare-day.ts'

export const dayPodsOf = (store: LogStore, reading: Reading): DayPods => ({
  bringUpToDate: async (tenant, uids) =>
    (await projectAndStore(store, reading, tenant, uids, { keepCounts: true })).pods.map(({ facts }) => facts),
})
