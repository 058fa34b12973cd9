// Pure: transitions of a pod and of its lives, and their numbers. Whoever tails an owner reads transitions from a
// number. A transition has the number of the first record that has it, and keeps it however often the pod is projected
// again.
import type { PodFacts } from './pod.ts'

/** Of a pod: born (an object reports it), placed (on a node), over. Of a container instance: started, ended. */
export type TransitionKind = 'born' | 'placed' | 'over' | 'started' | 'ended'

export interface Transition {
  what: TransitionKind
  /** '' and -1 of the pod itself. */
  container: string
  restart: number
  /** Its number: when its record was stored, epoch ms of the store's clock. */
  at: number
}

/** Numbers by name: `over`, or `ended 2 app`. */
export type TransitionNumbers = Readonly<Record<string, number>>

/** All that the object of a pod reports; none before an object came. Their numbers are not given yet. */
export function transitionsOf({ row, lives }: Pick<PodFacts, 'row' | 'lives'>): TransitionNumbers {
  if (row === null) return {}
  const names = [
    'born',
    ...(row.node === '' ? [] : ['placed']),
    ...(row.gone === 1 || row.phase === 'Succeeded' || row.phase === 'Failed' ? ['over'] : []),
    ...lives.flatMap(({ container, restart, state }) =>
      (state === 'terminated' ? ['started', 'ended'] : ['started']).map((what) => `${what} ${restart} ${container}`),
    ),
  ]
  return Object.fromEntries(names.map((name) => [name, 0]))
}

export interface NumberingTimes {
  /** When the record is stored, epoch ms of the store's clock. */
  now: number
  /** When the newest fact of the pod was stored. */
  factsAt: number
}

/** Facts that waited longer for their first record come from a store that was there before records were. */
const firstRecordWithinMs = 3_600_000

/** `before`: of the record of before, if there is one; a record from before there were numbers has none. */
export function numbered(
  transitions: TransitionNumbers,
  before: { transitions?: TransitionNumbers | undefined } | undefined,
  { now, factsAt }: NumberingTimes,
): TransitionNumbers {
  const first = now - factsAt > firstRecordWithinMs ? factsAt : now
  const next = before === undefined ? first : before.transitions === undefined ? 0 : now
  return { ...Object.fromEntries(Object.keys(transitions).map((name) => [name, next])), ...before?.transitions }
}

export function listTransitions(transitions: TransitionNumbers = {}): Transition[] {
  return Object.entries(transitions).map(([name, at]) => {
    const [what, restart = '-1', container = ''] = name.split(' ')
    return { what: what as TransitionKind, container, restart: Number(restart), at }
  })
}
