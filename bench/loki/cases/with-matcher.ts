import type { Outcome } from './outcome.ts'

/**
 * Afterlog refuses selectors that every stream fulfils; Loki 2.2 takes them. What else the query has is compared with a
 * matcher more in each of its selectors.
 */
export async function alsoWithMatcher(query: string, outcomeOf: (query: string) => Promise<Outcome>): Promise<Outcome> {
  const outcome = await outcomeOf(query)
  if (outcome.outcome !== 'wrong' || !outcome.came.includes('at least one matcher')) return outcome
  const behind = await outcomeOf(query.replaceAll(/\{(?=\s*\w+\s*(!|=~))/g, '{cluster="loki", '))
  return { ...outcome, cameBehindMatcher: behind.outcome }
}
