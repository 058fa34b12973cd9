// One log line per problem: the same one is not repeated before it is over, or ten minutes have passed.
import type { Logger } from '#shared/logger.ts'

export interface Problems {
  /** `key` tells problems apart; the sentence says what is wrong. */
  report(key: string, sentence: string, fields?: object): void
  over(key: string, sentence: string): void
}

const silentMs = 600_000
const keysMax = 10_000

export function createProblems({ log, clock }: { log: Logger; clock: () => number }): Problems {
  const reported = new Map<string, number>()
  return {
    report(key, sentence, fields = {}) {
      const last = reported.get(key)
      if (last !== undefined && clock() - last < silentMs) return
      if (reported.size >= keysMax) reported.clear()
      reported.set(key, clock())
      log.warn(fields, sentence)
    },
    over(key, sentence) {
      if (reported.delete(key)) log.info(sentence)
    },
  }
}
