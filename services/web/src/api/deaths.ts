// Deaths, in pages, and faults: deaths of one fingerprint.
import { answerOf, api } from './client.ts'
import type { DeathsAnswer, DeathsQuery, FaultsAnswer } from './types.ts'

const limit = '50'

export type DeathFilters = Omit<DeathsQuery, 'cursor' | 'limit' | 'group' | 'step' | 'explain'>

export async function deathsOf(
  filters: DeathFilters,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<DeathsAnswer> {
  const query = { ...filters, limit, ...(cursor === undefined ? {} : { cursor }) }
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
