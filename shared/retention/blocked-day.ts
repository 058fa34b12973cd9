/** A day that has expired and is still there, since something failed. */
export interface BlockedDay {
  reason: string
  /** Tries that failed. */
  tries: number
  /** ms since 1970. */
  nextTryMs: number
}
