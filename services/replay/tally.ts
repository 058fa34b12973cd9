// What came of the letters, counted while they are sent.

export interface Tally {
  /** Letters looked at. */
  letters: number
  /** Letters whose records are stored now; with --dry-run, that would be sent. */
  stored: number
  /** By code: letters that are refused again, with one of the server's sentences. */
  refused: Map<string, { count: number; example: string }>
  /** Records of whole messages that could be read now and were refused: letters of their own. */
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
