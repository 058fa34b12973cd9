// Pure: the words of an obituary that is composed again after lines of the pod have expired. What only lines tell is
// taken from the document that was written while they were there; seals are merged with the record.
import { bareContainerId, sameContainer } from '#shared/container-id.ts'
import type { FirstError, Obituary } from './obituary.ts'

export type Words = Pick<Obituary, 'lastWords' | 'firstError'>

/** The life that decided the outcome of a pod. `containerId` has no scheme. */
export interface FatalLife {
  container: string
  restart: number
  containerId: string
}

/**
 * What `fresh` says, and what only `archived` could still see: its first error where that is of the life that is known
 * now to have decided the outcome.
 */
export function withArchivedWords(fresh: Words, archived: Words | undefined, fatal: FatalLife | undefined): Words {
  if (archived === undefined) return fresh
  const wordsOf = new Map(archived.lastWords.map((words) => [words.container, words]))
  return {
    lastWords: fresh.lastWords.map((words) => {
      const before = wordsOf.get(words.container)
      return before !== undefined && before.lines.length > words.lines.length ? before : words
    }),
    firstError: fresh.firstError ?? errorOf(fatal, archived.firstError),
  }
}

function errorOf(fatal: FatalLife | undefined, error: FirstError | null): FirstError | null {
  if (fatal === undefined || error?.container !== fatal.container || error.restart !== fatal.restart) return null
  const id = bareContainerId(error.containerId)
  return id === '' || fatal.containerId === '' || sameContainer(id, fatal.containerId) ? error : null
}
