// Pure: an obituary that is composed again after lines of the pod have expired. What only lines tell is taken from the
// document that was written while they were there; seals are merged with the record.
import type { Obituary } from './obituary.ts'

/** What `fresh` says, and what only `archived` could still see. */
export function withArchivedWords(fresh: Obituary, archived: Obituary | undefined): Obituary {
  if (archived === undefined) return fresh
  const wordsOf = new Map(archived.lastWords.map((words) => [words.container, words]))
  return {
    ...fresh,
    lastWords: fresh.lastWords.map((words) => {
      const before = wordsOf.get(words.container)
      return before !== undefined && before.lines.length > words.lines.length ? before : words
    }),
    firstError: fresh.firstError ?? archived.firstError,
  }
}
