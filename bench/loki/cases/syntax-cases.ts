// Parsing: what Loki refuses is refused, and what it reads is read as the same tree. The tree is compared by Loki's own
// form of it: of the query, and of the query as Afterlog has formatted it.
import { formatLogQL } from '#query/loki/logql/syntax/format-logql.ts'
import { LogqlError } from '#query/loki/logql/syntax/logql-error.ts'
import { parseLogQL } from '#query/loki/logql/syntax/parse-logql.ts'
import type { ParseCase } from './cases.ts'
import type { Judge } from './judge.ts'
import { passed, type Outcome } from './outcome.ts'
import { alsoWithMatcher } from './with-matcher.ts'

export const checkParse = ({ query }: ParseCase, judge: Judge): Promise<Outcome> =>
  alsoWithMatcher(query, (some) => parsed(some, judge))

async function parsed(query: string, judge: Judge): Promise<Outcome> {
  const verdict = await judge.parse(query)
  const ours = parse(query)
  const expected = 'error' in verdict ? `refused: ${verdict.error}` : verdict.text
  if (ours instanceof LogqlError) {
    const came = `refused: ${ours.message}`
    if ('error' in verdict || (await isRefused(query, judge))) return passed
    if (ours.isUnsupported) return { outcome: 'not supported', query, came }
    return { outcome: 'wrong', query, expected, came }
  }
  if ('error' in verdict) return { outcome: 'wrong', query, expected, came: `read: ${ours}` }
  const again = await judge.parse(ours)
  const came = 'error' in again ? `${ours} (${again.error})` : again.text
  return came === expected ? passed : { outcome: 'wrong', query, expected, came }
}

/** Some texts within a query Loki reads only when it evaluates it. */
async function isRefused(query: string, judge: Judge): Promise<boolean> {
  const times = { startNs: 0n, endNs: 60_000_000_000n, stepNs: 60_000_000_000n }
  return 'error' in (await judge.evaluate('nothing', { query, ...times, limit: 1, direction: 'forward' }))
}

/** As Afterlog formats it. What is thrown but a LogqlError ends the run. */
function parse(query: string): string | LogqlError {
  try {
    return formatLogQL(parseLogQL(query))
  } catch (error) {
    if (error instanceof LogqlError) return error
    throw error
  }
}
