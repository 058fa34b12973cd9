// Pure: the words of an obituary that is composed again after lines of the pod have expired. What only lines tell is
// taken from the document that was written while they were there; seals are merged with the record.
import { bareContainerId, sameContainer } from '#shared/container-id.ts'
import type { DeathErrors, ErrorLine } from './errors-of-death.ts'
import type { LastWords } from './obituary.ts'

export interface Words extends DeathErrors {
  lastWords: LastWords[]
}

/** The life that decided the outcome of a pod. `containerId` has no scheme. */
export interface FatalLife {
  container: string
  restart: number
  containerId: string
  finishedAt: string | null
}

/**
 * What `fresh` says, and what only `archived` could still see: its errors where they are of the life that is known now
 * to have decided the outcome.
 */
export function withArchivedWords(fresh: Words, archived: Words | undefined, fatal: FatalLife | undefined): Words {
  if (archived === undefined) return fresh
  const wordsOf = new Map(archived.lastWords.map((words) => [words.container, words]))
  return {
    lastWords: fresh.lastWords.map((words) => {
      const before = wordsOf.get(words.container)
      return before !== undefined && before.lines.length > words.lines.length ? before : words
    }),
    firstError: fresh.lastError === null ? errorOf(fatal, archived.firstError) : fresh.firstError,
    lastError: fresh.lastError ?? errorOf(fatal, archived.lastError),
  }
}

function errorOf(fatal: FatalLife | undefined, error: ErrorLine | null): ErrorLine | null {
  if (fatal === undefined || error?.container !== fatal.container || error.restart !== fatal.restart) return null
  const id = bareContainerId(error.containerId)
  return id === '' || fatal.containerId === '' || sameContainer(id, fatal.containerId) ? error : null
}
