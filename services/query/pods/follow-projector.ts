// How far the records are that a projector in another process writes: it stores its position every second.
import { setTimeout as sleep } from 'node:timers/promises'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { ProjectionClock } from '#shared/projection-clock.ts'
import { readWatermark, recordsJob } from '#shared/store-reading/job-watermarks.ts'

const everyMs = 1000

/** Ends when the signal aborts. A store that is away leaves the position where it was. */
export async function followProjector({
  store,
  projection,
  signal,
}: {
  store: LogStore
  projection: ProjectionClock
  signal: AbortSignal
}): Promise<void> {
  while (!signal.aborted) {
    const position = await readWatermark({ rows: (sql) => store.rows({ sql, signal }) }, recordsJob).catch(() => undefined)
    if (position !== undefined) projection.advance(position)
    await sleep(everyMs, undefined, { signal }).catch(() => undefined)
  }
}
