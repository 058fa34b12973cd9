// The feed has lost changes where no projector ran for longer than it keeps them: then every pod is projected.
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { Logger } from '#shared/logger.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { readStoreClock } from '#shared/store-reading/store-clock.ts'
import type { PutOff } from '../put-off.ts'
import { untried } from '../work-queue.ts'
import { runRebuild } from './run-rebuild.ts'

export interface AfterAbsenceOptions {
  store: LogStore
  reading: Reading
  log: Logger
  /** Epoch ms up to which an earlier process has projected; 0 where none has. */
  projectedUntil: number
  signal: AbortSignal
  putOff: PutOff
}

/** pod_change_feed loses changes that are older than this. */
const feedRetentionMs = 7 * 86_400_000

export async function projectAllAfterAbsence(options: AfterAbsenceOptions): Promise<void> {
  const { store, reading, log, projectedUntil, signal, putOff } = options
  if (store.mode !== 'server' || projectedUntil === 0) return
  if ((await readStoreClock(reading)) - projectedUntil < feedRetentionMs) return
  log.warn(
    { since: new Date(projectedUntil).toISOString() },
    'no projector has run for 7 days, after which changes are deleted: every pod is projected again',
  )
  await runRebuild({
    store,
    reading,
    signal,
    onProgress: () => undefined,
    onFailure: ({ tenant, uid }, error) =>
      putOff.failed({ ...untried, tenant, uid, since: Infinity, dueAt: 0, recount: true }, error),
  })
}
