// Which run kills what, where: half of the runs post, half import. Pure, and the same for the same seed.
import { createRandom } from '../storage/random.ts'
import type { InjectedCall } from './strace-kill.ts'

export type Kill =
  /** SIGKILL to the service at a random moment. */
  | { kind: 'service' }
  /** SIGKILL to the service as one of its threads enters its n-th such call after a random moment. */
  | { kind: 'call'; call: InjectedCall; nth: number }
  /** SIGKILL to the importer at a random moment; the service lives. */
  | { kind: 'importer' }

export interface Run {
  number: number
  work: 'posting' | 'import'
  kill: Kill
  /** The moment: a share of the lines to post, or of the time that an import takes about. */
  at: number
  /** Whether it begins with an empty data directory. */
  fresh: boolean
  fsync: boolean
  seed: number
}

export function planRuns(runs: number, seed: number): Run[] {
  const random = createRandom(seed)
  const calls: readonly (readonly [InjectedCall, number])[] = [
    ['rename', 1],
    ['rename', 2],
    ['openat', 1 + random.int(40)],
    ['rename', 3],
    ['mkdir', 1],
    ['rename', 1],
    ['mkdir', 2],
    ['openat', 1 + random.int(120)],
    ['rename', 4],
  ]
  let injected = 0
  const turns: readonly Kill['kind'][] = [
    'call',
    'service',
    'call',
    'service',
    'call',
    'importer',
    'service',
    'call',
    'service',
    'call',
  ]
  return Array.from({ length: runs }, (_, i): Run => {
    const work = i % 2 === 0 ? 'posting' : 'import'
    const turn = turns[(i >> 1) % turns.length]!
    const kind = turn === 'importer' && work === 'posting' ? 'service' : turn
    const at = 0.05 + 0.75 * random.next()
    const [call, inPosting] = calls[injected % calls.length]!
    if (kind === 'call') injected++
    // An import is over before one thread has done many renames.
    const nth = work === 'import' && call === 'rename' ? Math.min(inPosting, 2) : inPosting
    const kill: Kill = kind === 'call' ? { kind, call, nth } : { kind }
    return { number: i + 1, work, kill, at, fresh: i % 8 === 0, fsync: i % 8 >= 6, seed: seed * 100 + i }
  })
}
