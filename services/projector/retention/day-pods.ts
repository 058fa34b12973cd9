// Brings records and obituaries of the pods of a day up to date before the day is dropped.
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { projectAndStore } from '../project-and-store.ts'
import type { DayPods } from './prepare-day.ts'

export const dayPodsOf = (store: LogStore, reading: Reading): DayPods => ({
  bringUpToDate: async (tenant, uids) =>
    (await projectAndStore(store, reading, tenant, uids, { reuseCounts: true })).pods.map(({ facts }) => facts),
})
