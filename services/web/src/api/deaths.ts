// Deaths, in pages, and faults: deaths of one fingerprint.
import { answerOf, api } from './client.ts'
import type { DeathCounts, DeathFacets, DeathsAnswer, DeathsQuery, FaultsAnswer } from './types.ts'

const limit = '50'

export type DeathFilters = Omit<DeathsQuery, 'cursor' | 'limit' | 'group' | 'step' | 'with' | 'explain'>

export async function deathsOf(
  filters: DeathFilters,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<DeathsAnswer> {
  const query = { ...filters, limit, with: 'lives,replacement', ...(cursor === undefined ? {} : { cursor }) }
  const answer = await answerOf(api.GET('/v1/deaths', { params: { query }, signal }))
  if ('deaths' in answer) return answer
  throw new TypeError('the service answered with groups, which were not asked for')
}

/** Most frequent first. */
export async function faultsOf(filters: DeathFilters, signal: AbortSignal): Promise<FaultsAnswer> {
  const query = { ...filters, limit, group: 'fingerprint' as const }
  const answer = await answerOf(api.GET('/v1/deaths', { params: { query }, signal }))
  if ('groups' in answer) return answer
  throw new TypeError('the service answered with single deaths, where groups were asked for')
}

/** Deaths over time, by outcome. */
export const deathCountsOf = (filters: DeathFilters, signal: AbortSignal): Promise<DeathCounts> =>
  answerOf(api.GET('/v1/deaths/histogram', { params: { query: filters }, signal }))

/** What there is to filter by. Each facet is counted without its own filter, so that its other values stay. */
export const deathFacetsOf = (filters: DeathFilters, signal: AbortSignal): Promise<DeathFacets> =>
  answerOf(api.GET('/v1/deaths/facets', { params: { query: filters }, signal }))
