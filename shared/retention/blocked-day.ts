/** A day that has expired and could not be deleted yet. */
export interface BlockedDay {
  reason: string
  /** How many attempts have failed. */
  tries: number
  /** ms since 1970; Infinity where no time is known. */
  nextTryMs: number
}
