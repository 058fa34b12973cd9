// What all tails, followed logs and watches of a process share: how many there may be, how often they poll, and whether
// anything was stored since the last poll. The store cannot push.
import type { LogStore } from '#shared/clickhouse/store.ts'
import { AfterlogError } from '#shared/errors.ts'
import { onAnswerOver } from '#shared/http/answer-over.ts'
import type { FastifyReply } from 'fastify'
import { createPollGroups, type PollGroups } from './poll-groups.ts'
import { readStoredState, type StoredState } from './read-stored-state.ts'
import { createSharedResults, type SharedResults } from './read-shared.ts'

export type PollerKind = 'tails' | 'watches'

export interface Polling extends SharedResults {
  /** Of tails, followed logs and watches. */
  readonly groups: PollGroups
  /** Counts a tail or a watch until its answer is over. Throws `overloaded` where there are too many. */
  join(kind: PollerKind, reply: FastifyReply): void
  /**
   * The state of what is stored, which is another one once something was: lines of any tenant, or anything. All who ask
   * within a moment share one statement.
   */
  state(of: keyof StoredState): Promise<string>
  /** ms until the next poll, after one that took `tookMs`. */
  pauseMs(tookMs: number, intervalMs: number): number
}

const most: Readonly<Record<PollerKind, number>> = { tails: 500, watches: 500 }
/**
 * All of them together poll for so much of the time: each pauses longer, the more there are beyond a few. A group counts
 * as one.
 */
const shareOfTime = 0.2
const few = 4
const pauseMsMax = 15_000
/** ms for which a state counts as current. */
const stateMsMax = 250

export function createPolling(store: Pick<LogStore, 'rows' | 'cluster'>): Polling {
  const counts: Record<PollerKind, number> = { tails: 0, watches: 0 }
  let readMs = -Infinity
  let reading: Promise<StoredState> | undefined
  const groups = createPollGroups(() => performance.now())
  return {
    ...createSharedResults(),
    groups,
    join(kind, reply) {
      if (counts[kind] >= most[kind])
        throw new AfterlogError(
          'overloaded',
          `there are ${most[kind]} ${kind === 'tails' ? 'tails and followed logs' : 'watches'} already, ` +
            'which is as many as one process serves: end one, or try again later',
          { retryAfterS: 10 },
        )
      counts[kind] += 1
      reply.request.work.follows = true
      onAnswerOver(reply, () => {
        counts[kind] -= 1
      })
    },
    async state(of) {
      if (performance.now() - readMs > stateMsMax) {
        readMs = performance.now()
        reading = readStoredState(store)
      }
      return (await reading!)[of]
    },
    pauseMs(tookMs, intervalMs) {
      const factor = Math.max(1, (groups.size - few) / shareOfTime)
      return Math.max(intervalMs, Math.min(tookMs * factor, pauseMsMax))
    },
  }
}
