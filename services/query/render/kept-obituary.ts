// Pure: an obituary that is composed again after lines of the pod have expired. What lines alone told is taken from the one that was
// written while they were there.
import { sealsOf, type Obituary } from './obituary.ts'
import type { LifeJson, PodJson } from '#shared/pod-model/pod.ts'

/** What `fresh` says, and what only `kept` could still see. */
export function withKept(fresh: Obituary, kept: Obituary | undefined): Obituary {
  if (kept === undefined) return fresh
  const wordsOf = new Map(kept.lastWords.map((words) => [words.container, words]))
  const containers = withKeptSeals(fresh.pod.containers, kept.pod)
  return {
    ...fresh,
    pod: { ...fresh.pod, containers },
    lastWords: fresh.lastWords.map((words) => {
      const before = wordsOf.get(words.container)
      return before !== undefined && before.lines.length > words.lines.length ? before : words
    }),
    firstError: fresh.firstError ?? kept.firstError,
    seals: sealsOf(containers),
  }
}

/** Seals of lives that were sealed before lines of them expired. */
export function withKeptSeals<Life extends LifeJson>(
  containers: readonly ShownContainer<Life>[],
  kept: Pick<PodJson, 'containers'>,
): ShownContainer<Life>[] {
  return containers.map(({ name, lives }) => ({
    name,
    lives: lives.map((life) => {
      const before = kept.containers
        .find((other) => other.name === name)
        ?.lives.find((other) => other.restart === life.restart && other.containerId === life.containerId)?.seal
      return lacksLines(life) && (before?.lines ?? -1) >= life.seal!.lines ? { ...life, seal: before! } : life
    }),
  }))
}

export const lacksLines = ({ seal }: LifeJson): boolean => seal?.text.endsWith('have expired') === true

interface ShownContainer<Life> {
  name: string
  lives: Life[]
}
