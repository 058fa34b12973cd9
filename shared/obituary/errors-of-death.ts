// Pure: the first and the last error of the minutes before a crash, as an obituary tells them. The last one is that of
// the death's fingerprint (decisions 0008, 0023).
import { epochNs } from '#shared/pod-model/epoch-ns.ts'
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import type { LineJson } from '#shared/lines/line-json.ts'
import { errorMinutes, type FoundError, type FoundErrors } from './last-error.ts'

/** The line in which it begins. */
export interface ErrorLine extends LineJson {
  /** What it says: of a structured line its message, of a stack trace the exception. */
  text: string
  frames: string[]
  /** What makes it an error, and which minutes were looked through. */
  because: string
}

export interface DeathErrors {
  /** null where none was found, or where an error does not explain the death. */
  firstError: ErrorLine | null
  lastError: ErrorLine | null
}

export const noErrors: DeathErrors = { firstError: null, lastError: null }

/** Lines of a life that are looked at, the last ones. */
export const lastLinesMax = 200

/**
 * Of the last lines of a life those of its last minutes, oldest first. `finishedAt` is when it ended, where that is
 * known; a quiet life may have said its last line long before.
 */
export function linesBeforeEnd<Said>(
  lines: readonly Said[],
  finishedAt: string | null,
  nsOf: (line: Said) => bigint,
): Said[] {
  const last = lines.at(-1)
  if (last === undefined) return []
  const endedAt = finishedAt === null ? 0n : epochNs(finishedAt)
  const from = (endedAt > nsOf(last) ? endedAt : nsOf(last)) - BigInt(errorMinutes) * 60_000_000_000n
  return lines.slice(-lastLinesMax).filter((line) => nsOf(line) >= from)
}

/** `lineOf`: the line of an index, as answers have it. */
export function deathErrors(found: FoundErrors | undefined, lineOf: (at: number) => LineJson): DeathErrors {
  if (found === undefined) return noErrors
  const told = ({ at, because, error }: FoundError, which: string): ErrorLine => ({
    ...lineOf(at),
    text: error.message,
    frames: error.frames,
    because: `${because}; it is the ${which} error of the ${errorMinutes} minutes before the end`,
  })
  return { firstError: told(found.first, 'first'), lastError: told(found.last, 'last') }
}

/** Errors explain a crash. They explain no death that came from outside, such as an eviction or an OOM kill. */
export const isExplainedByErrors = ({ outcome, reason }: { outcome: Outcome; reason: string }): boolean =>
  outcome === 'crashed' && reason !== 'DeadlineExceeded'

/** One line or two: the first error is often the last one too. */
export function distinctErrors({ firstError, lastError }: DeathErrors): ErrorLine[] {
  if (lastError === null) return []
  const isOne = firstError === null || (firstError.time === lastError.time && firstError.text === lastError.text)
  return isOne ? [lastError] : [firstError, lastError]
}
