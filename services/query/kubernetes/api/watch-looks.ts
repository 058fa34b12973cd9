// The polling of all watches: the store cannot push. A poll reads only where something was stored since the last one.
import { setTimeout as wait } from 'node:timers/promises'
import type { Fragment } from '#shared/clickhouse/sql.ts'
import { shareStatement } from '#query/http/read-shared.ts'
import type { Polling } from '#query/http/watch-polling.ts'
import type { Item } from './api-object.ts'
import type { Reading } from '#shared/store-reading/reading.ts'

export interface WatchRun {
  reading: Reading
  tenant: string
  /** Epoch ms: the client has what was stored then. Undefined: the watch begins with all objects. */
  since: number | undefined
  pollIntervalMs: number
  polling: Polling
  clock: () => number
  signal: AbortSignal
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  item: Item
}

export interface WatchStep {
  /** Epoch ms: the watch has sent everything up to this time. */
  at: number
  items: WatchEvent[]
  /** Whether the watch has sent all objects that were stored when it began. */
  complete: boolean
}

/** A watch spends at most a tenth of its time in statements. */
const pauseFactor = 10
/** Seconds by which the clocks of the store and of this machine may differ. */
const clockSkewS = 2

export interface Looks<Row> {
  /** Of watches that look for the same. */
  group: string
  /** What is to be read now. */
  statement: () => Fragment
  read: (statement: Fragment) => Promise<readonly Row[]>
}

/** The rows of the statement, for each poll until the signal aborts. They must not be changed. */
export async function* polls<Row>(
  { group, statement, read }: Looks<Row>,
  { pollIntervalMs, polling, clock, signal }: Omit<WatchRun, 'reading'>,
): AsyncGenerator<{ at: number; rows: readonly Row[] }> {
  using member = polling.groups.join(group)
  let polled: string | undefined
  let rows: readonly Row[] = []
  for (let tookMs = 0; !signal.aborted;) {
    const pauseMs = Math.max(polling.pauseMs(tookMs, pollIntervalMs), tookMs * pauseFactor)
    await wait(member.untilPoll(pauseMs, pollIntervalMs), undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    const at = clock()
    const began = performance.now()
    const state = await polling.state('all')
    if (state !== polled) {
      polled = state
      const sql = statement()
      rows = await shareStatement(polling, { state, sql }, () => read(sql), signal)
    }
    yield { at, rows }
    tookMs = performance.now() - began
  }
}

/** The epoch second from which on parts of tables may have what the client does not have. */
export const writtenSinceS = (sinceMs: number): number => Math.floor(sinceMs / 1000) - clockSkewS
