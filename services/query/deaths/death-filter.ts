// Pure: parameters of the routes of deaths → a filter.
import { readPodFilter } from '#query/pods/pod-request.ts'
import type { DeathFilter } from './death-statements.ts'
import type { DeathFilterQuery } from './deaths-schema.ts'

export const deathFilter = (
  query: Omit<DeathFilterQuery, 'from' | 'to'>,
  tenant: string,
  times: Pick<DeathFilter, 'from' | 'to'>,
): DeathFilter => ({
  ...readPodFilter(query, { tenant }, times),
  container: query.container,
  fingerprint: query.fingerprint,
})
