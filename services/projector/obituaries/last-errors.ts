// Pure: the last errors of the lives of a pod that ended badly, from the last minutes of their lines.
import { bareContainerId } from '#shared/container-id.ts'
import { isBad } from '#shared/lifecycle/bad-outcome.ts'
import type { Line } from '#shared/lines/row-decoder.ts'
import type { LifeError, LifeName } from '#shared/obituary/death.ts'
import { lastErrorOf } from '#shared/obituary/last-error.ts'
import type { PodDossier } from '#shared/pod-model/dossier.ts'

/** Lines of a life that are looked at, the last ones, and how long before the last of them. */
export const lastLinesMax = 200
const lastNs = 300_000_000_000n
/** Lives of a pod that are looked at, the last ones. */
export const livesMax = 200
/** Bytes of a line that are looked at. */
const bytesMax = 64 * 1024

/** Lives that ended badly and have a number, the last ones. */
export function badLives({ rendered }: Pick<PodDossier, 'rendered'>): LifeName[] {
  const lives = rendered.pod.containers.flatMap(({ name, lives: ofOne }) =>
    ofOne.flatMap(({ restart, containerId, outcome, finishedAt }) =>
      restart === null || !isBad(outcome)
        ? []
        : [{ container: name, restart, containerId: bareContainerId(containerId), finishedAt: finishedAt ?? '' }],
    ),
  )
  const inTime = lives.toSorted((a, b) => (a.finishedAt < b.finishedAt ? -1 : 1))
  return inTime.slice(-livesMax).map(({ container, restart, containerId }) => ({ container, restart, containerId }))
}

/** `lines`: of this life, oldest first; its last ones suffice. */
export function lifeErrorOf(life: LifeName, lines: readonly Line[]): LifeError[] {
  const last = lines.at(-1)
  if (last === undefined) return []
  const window = lines.slice(-lastLinesMax).filter(({ ts }) => ts >= last.ts - lastNs)
  const error = lastErrorOf(
    window.map(({ message, severity, stream }) => ({
      message: message.toString('utf8', 0, bytesMax),
      severity,
      stream,
    })),
  )
  return error === undefined ? [] : [{ ...life, error }]
}
