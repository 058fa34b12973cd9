// A projector in another process stores every second up to which change records are written. The query service reads
// that position here, for `asOf` of lists.
import { setTimeout as sleep } from 'node:timers/promises'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { ProjectionClock } from '#shared/projection-clock.ts'
import { readWatermark, recordsJob } from '#shared/store-reading/job-watermarks.ts'

const everyMs = 1000

/**
 * Resolves once the signal aborts. While the store cannot be read, the clock stays at the position that was read last.
 */
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
    const position = await readWatermark({ rows: (sql) => store.rows({ sql, signal }) }, recordsJob).catch(
      () => undefined,
    )
    if (position !== undefined) projection.advance(position)
    await sleep(everyMs, undefined, { signal }).catch(() => undefined)
  }
}
