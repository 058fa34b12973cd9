// Pure: errors of the lives of a pod that ended badly, from the last minutes of their lines.
import { bareContainerId } from '#shared/container-id.ts'
import { isBad } from '#shared/lifecycle/bad-outcome.ts'
import type { Line } from '#shared/lines/row-decoder.ts'
import type { LineJson } from '#shared/lines/line-json.ts'
import type { FatalLife } from '#shared/obituary/archived-obituary.ts'
import type { LifeError } from '#shared/obituary/death.ts'
import { deathErrors, linesBeforeEnd, type DeathErrors } from '#shared/obituary/errors-of-death.ts'
import { errorsOf, type FoundErrors } from '#shared/obituary/last-error.ts'
import type { PodDossier } from '#shared/pod-model/dossier.ts'

/** Lives of a pod that are looked at, the last ones. */
export const livesMax = 200
/** Bytes of a line that are looked at. */
const bytesMax = 64 * 1024

/** Lives that ended badly and have a number, the last ones. */
export function badLives({ rendered }: Pick<PodDossier, 'rendered'>): FatalLife[] {
  const lives = rendered.pod.containers.flatMap(({ name, lives: ofOne }) =>
    ofOne.flatMap(({ restart, containerId, outcome, finishedAt }) =>
      restart === null || !isBad(outcome)
        ? []
        : [{ container: name, restart, containerId: bareContainerId(containerId), finishedAt }],
    ),
  )
  return lives.toSorted((a, b) => ((a.finishedAt ?? '') < (b.finishedAt ?? '') ? -1 : 1)).slice(-livesMax)
}

/** `lines`: of this life, oldest first; its last ones suffice. */
export function lifeErrorOf(life: FatalLife, lines: readonly Line[]): LifeError[] {
  const found = foundIn(linesBeforeEnd(lines, life.finishedAt, ({ ts }) => ts))
  return found === undefined ? [] : [{ ...life, error: found.last.error }]
}

/** The errors of the life that decided the outcome. */
export function fatalErrors(life: FatalLife, lines: readonly Line[], asJson: (line: Line) => LineJson): DeathErrors {
  const last = linesBeforeEnd(lines, life.finishedAt, ({ ts }) => ts)
  return deathErrors(foundIn(last), (at) => asJson(last[at]!))
}

const foundIn = (lines: readonly Line[]): FoundErrors | undefined =>
  errorsOf(
    lines.map(({ message, severity, stream }) => ({
      message: message.toString('utf8', 0, bytesMax),
      severity,
      stream,
    })),
  )
