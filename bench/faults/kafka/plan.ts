// Which faults a run meets, and when. Pure, and the same for the same seed. Three lanes go on at once, one for each of
// the processes that ingest depends on, so that faults overlap as they do in a bad hour.
import { createRandom } from '../../storage/random.ts'
import type { InjectedCall } from '../strace-kill.ts'

export type IngestFault =
  /** kill -9 of one process; another is started after `downMs`. */
  | { kind: 'kill'; downMs: number }
  /**
   * Inserts are held back, then kill -9 of one process: what it sent is stored when another has its partitions already.
   */
  | { kind: 'zombie'; downMs: number; stallMs: number }
  /** One more process. */
  | { kind: 'join' }
  /** SIGTERM to one process: it must end in order. */
  | { kind: 'leave' }

export type StoreFault =
  /** kill -9 at a random moment. */
  | { kind: 'kill'; downMs: number }
  /** kill -9 as a thread enters its n-th such call from now on. */
  | { kind: 'kill-at-call'; call: InjectedCall; nth: number; downMs: number }
  | { kind: 'refuse' | 'lose' | 'stall'; code: number; ms: number; table: '' | 'logs' | 'dead_letters' }

export type BrokerFault = { kind: 'kill'; downMs: number } | { kind: 'suspend'; ms: number }

/** `afterMs`: the pause before it, from the end of the one before in its lane. */
export type Timed<T> = T & { afterMs: number }

export interface Run {
  number: number
  seed: number
  ingest: Timed<IngestFault>[]
  store: Timed<StoreFault>[]
  broker: Timed<BrokerFault>[]
  /** AFTERLOG_FLUSH_INTERVAL_MS of ingest. */
  flushIntervalMs: number
  /** Whether parts are left unmerged until the answers have been looked at. */
  unmerged: boolean
}

const codes = [252, 241, 159, 1000]
const calls: readonly (readonly [InjectedCall, number])[] = [
  ['rename', 1],
  ['mkdir', 1],
  ['rename', 2],
  ['openat', 25],
  ['rename', 3],
  ['openat', 60],
]

export function planRuns(runs: number, seed: number): Run[] {
  const random = createRandom(seed)
  const pause = (mostMs: number): number => 200 + random.int(mostMs)
  return Array.from({ length: runs }, (_, i): Run => {
    const [call, nth] = calls[i % calls.length]!
    const at = <T extends object>(fault: T, mostMs: number): Timed<T> => ({ ...fault, afterMs: pause(mostMs) })
    const ingest: IngestFault[] = [
      i % 2 === 0
        ? { kind: 'kill', downMs: random.int(1000) }
        : { kind: 'zombie', downMs: random.int(500), stallMs: 1500 + random.int(2000) },
      { kind: 'join' },
      random.int(2) === 0 ? { kind: 'leave' } : { kind: 'kill', downMs: random.int(2000) },
    ]
    const answer = (kind: 'refuse' | 'lose' | 'stall'): StoreFault => ({
      kind,
      code: codes[random.int(codes.length)]!,
      ms: 500 + random.int(2500),
      table: random.pick(['', '', 'logs', 'dead_letters']),
    })
    const store: StoreFault[] = [
      i % 3 === 2 ? { kind: 'kill', downMs: random.int(1500) } : { kind: 'kill-at-call', call, nth, downMs: random.int(1500) },
      answer('lose'),
      answer(random.int(2) === 0 ? 'refuse' : 'stall'),
    ]
    const broker: BrokerFault[] =
      i % 2 === 0
        ? [{ kind: 'kill', downMs: random.int(1500) }]
        : random.int(2) === 0
          ? [{ kind: 'suspend', ms: 500 + random.int(2500) }]
          : []
    return {
      number: i + 1,
      seed: seed * 1000 + i,
      ingest: random.shuffled(ingest).map((fault) => at(fault, 2000)),
      store: random.shuffled(store).map((fault) => at(fault, 2000)),
      broker: broker.map((fault) => at(fault, 5000)),
      flushIntervalMs: random.pick([50, 250, 1000]),
      unmerged: i % 4 !== 3,
    }
  })
}
