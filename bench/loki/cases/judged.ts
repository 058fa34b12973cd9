// One question asked of both, over the same lines.
import type { Told } from './afterlog.ts'
import { difference } from './compare.ts'
import type { Question, Series, Verdict } from './judge.ts'
import { passed, type Outcome } from './outcome.ts'

/** `expected`: Loki's answer, without a limit of lines. */
export function judged(question: Question, expected: Verdict, came: Told): Outcome {
  const { query } = question
  if ('error' in came) {
    const refused = came.status === 400
    if (refused && 'error' in expected) return passed
    if (refused && /is not supported/.test(came.error)) return { outcome: 'not supported', query, came: came.error }
    const wanted = 'error' in expected ? `refused: ${expected.error}` : summary(expected.series)
    return { outcome: 'wrong', query, expected: wanted, came: `${came.status} ${came.error}` }
  }
  if ('error' in expected) return { outcome: 'wrong', query, expected: `refused: ${expected.error}`, came: summary(came.series) }
  const wrong = difference(expected, came, question)
  return wrong === undefined ? passed : { outcome: 'wrong', query, expected: wrong, came: summary(came.series) }
}

const summary = (series: readonly Series[]): string => JSON.stringify(series.slice(0, 3)).slice(0, 1000)
