// Where one may go in the lines of a pod, and the keys for it. The place stands in the address.
import { getRouteApi } from '@tanstack/react-router'
import type { Obituary } from '../api/types.ts'
import { useKeys } from '../layout/use-keys.ts'
import { without } from '../search-params.ts'

const route = getRouteApi('/pods/$uid')

export interface Jump {
  label: string
  /** Undefined: the last words. */
  at: string | undefined
}

export interface Jumps {
  targets: readonly Jump[]
  at: string | undefined
  to(at: string | undefined): void
}

export function useJumps(obituary: Obituary): Jumps {
  const { at } = route.useSearch()
  const navigate = route.useNavigate()
  const { firstError, pod } = obituary
  const to = (time: string | undefined): void =>
    void navigate({ search: (before) => (time === undefined ? without(before, 'at') : { ...before, at: time }) })
  const starts = pod.containers
    .flatMap(({ lives }) => lives.map(({ startedAt, firstLine }) => startedAt ?? firstLine))
    .filter((time) => time !== null)
    .toSorted()
  const errorAt = firstError === null ? undefined : firstError.time
  const toError = (): void => (errorAt === undefined ? undefined : to(errorAt))
  const toDeath = (): void => (pod.diedAt === null ? undefined : to(pod.diedAt))
  const here = at ?? pod.lastSeen ?? ''
  useKeys({
    e: () => to(undefined),
    f: toError,
    m: toDeath,
    '[': () => to(starts.findLast((start) => start < here) ?? starts[0]),
    ']': () => to(starts.find((start) => start > here)),
  })
  return {
    at,
    to,
    targets: [
      { label: 'Last words', at: undefined },
      ...(errorAt === undefined ? [] : [{ label: 'First error', at: errorAt }]),
      ...(pod.diedAt === null ? [] : [{ label: momentOf(pod.outcome), at: pod.diedAt }]),
      ...(starts[0] === undefined ? [] : [{ label: 'First words', at: starts[0] }]),
    ],
  }
}

function momentOf(outcome: Obituary['outcome']): string {
  if (outcome === 'evicted') return 'The eviction'
  if (outcome === 'oomkilled') return 'The OOM kill'
  return 'The end'
}
