// Pure: an obituary that is composed again after lines of the pod have expired. What lines alone told is taken from the one that was
// written while they were there.
import type { Obituary } from './obituary.ts'

/** What `fresh` says, and what only `kept` could still see. */
export function withKept(fresh: Obituary, kept: Obituary | undefined): Obituary {
  if (kept === undefined) return fresh
  const wordsOf = new Map(kept.lastWords.map((words) => [words.container, words]))
  const sealOf = new Map(kept.seals.map((seal) => [keyOf(seal), seal]))
  return {
    ...fresh,
    lastWords: fresh.lastWords.map((words) => {
      const before = wordsOf.get(words.container)
      return before !== undefined && before.lines.length > words.lines.length ? before : words
    }),
    firstError: fresh.firstError ?? kept.firstError,
    seals: fresh.seals.map((seal) => {
      const before = sealOf.get(keyOf(seal))
      return before !== undefined && before.lines >= seal.lines && seal.text.endsWith('have expired') ? before : seal
    }),
  }
}

const keyOf = ({ container, restart }: Obituary['seals'][number]): string => `${container}@${restart}`
