// The counts of a replay.

export interface Tally {
  /** Letters that were read. */
  letters: number
  /** Letters whose records are stored now; with --dry-run, letters that would be sent. */
  stored: number
  /** Letters that are refused again, by code, with one of the server's sentences. */
  refused: Map<string, { count: number; example: string }>
  /** Refused records of whole messages that can be read now. Each is a letter of its own. */
  partly: number
  /** Letters that cannot be sent. */
  stuck: { origin: string; id: string; reason: string }[]
  refuse(code: string, sentence: string, how?: 'partly'): void
}

export function createTally(): Tally {
  const tally: Tally = {
    letters: 0,
    stored: 0,
    refused: new Map(),
    partly: 0,
    stuck: [],
    refuse(code, sentence, how) {
      if (how === 'partly') tally.partly++
      const known = tally.refused.get(code)
      if (known === undefined) tally.refused.set(code, { count: 1, example: sentence })
      else known.count++
    },
  }
  return tally
}
