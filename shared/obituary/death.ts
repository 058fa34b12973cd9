// Pure: the deaths of a pod: each life of a container that ended badly, and the end of the pod where no life has it.
// They are stored beside its obituary, since its lines expire before it.
import { bareContainerId } from '#shared/container-id.ts'
import { isBad } from '#shared/lifecycle/bad-outcome.ts'
import { fingerprintOf } from './fingerprint.ts'
import type { LastError } from './last-error.ts'
import type { Obituary } from './obituary.ts'

/** As it is stored. */
export interface Death {
  /** '' where the whole pod ended. */
  container: string
  /** -1 where it is not known. */
  restart: number
  /** Without scheme. */
  container_id: string
  /** RFC 3339, UTC, nine digits. */
  died_at: string
  outcome: string
  reason: string
  exit_code: number | null
  cause: string
  /** '' where none was found. */
  last_error: string
  frames: string[]
  title: string
  fingerprint: string
}

export interface LifeName {
  container: string
  restart: number
  containerId: string
}

export interface LifeError extends LifeName {
  error: LastError
}

/** So many last deaths of a pod are stored. */
const deathsMax = 1000

/** `before`: deaths that were stored, which may have errors of lines that have expired. */
export function deathsOf(
  obituary: Pick<Obituary, 'pod' | 'cause'>,
  errors: readonly LifeError[],
  before: readonly Death[],
): Death[] {
  const { pod } = obituary
  const errorOf = new Map<string, LastError>([
    ...before.flatMap(({ last_error: message, frames, ...life }): [string, LastError][] =>
      message === '' ? [] : [[keyOf({ ...life, containerId: life.container_id }), { message, frames }]],
    ),
    ...errors.map((life): [string, LastError] => [keyOf(life), life.error]),
  ])
  const names = [pod.name, pod.uid, pod.node]
  const ofLives = pod.containers.flatMap(({ name, lives }) =>
    lives.flatMap((life): Death[] => {
      const diedAt = life.finishedAt ?? life.lastLine ?? pod.diedAt
      if (!isBad(life.outcome) || diedAt === null) return []
      const named = { container: name, restart: life.restart ?? -1, containerId: bareContainerId(life.containerId) }
      const error = errorOf.get(keyOf(named))
      return [deathOf(named, { ...life, diedAt }, error, [...names, named.containerId])]
    }),
  )
  const isTold = ofLives.some(({ outcome }) => outcome === pod.outcome)
  const ofPod =
    isTold || !isBad(pod.outcome) || pod.diedAt === null
      ? []
      : [
          deathOf(
            { container: '', restart: -1, containerId: '' },
            { ...pod, diedAt: pod.diedAt, cause: obituary.cause },
            undefined,
            names,
          ),
        ]
  return [...ofLives, ...ofPod].toSorted((a, b) => (a.died_at < b.died_at ? -1 : 1)).slice(-deathsMax)
}

const keyOf = ({ container, restart, containerId }: LifeName): string => `${restart} ${containerId} ${container}`

interface End {
  diedAt: string
  outcome: string
  reason: string
  exitCode: number | null
  cause: string
}

function deathOf(life: LifeName, end: End, error: LastError | undefined, names: readonly string[]): Death {
  return {
    container: life.container,
    restart: life.restart,
    container_id: life.containerId,
    died_at: end.diedAt,
    outcome: end.outcome,
    reason: end.reason,
    exit_code: end.exitCode,
    cause: end.cause,
    last_error: error?.message ?? '',
    frames: error?.frames ?? [],
    ...fingerprintOf(end, error, names),
  }
}
