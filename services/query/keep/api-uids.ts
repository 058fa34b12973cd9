// Uids as lines, Events and log paths carry them, as those of the API.
import { mirrors } from '#query/plan/pod-sources.ts'
import type { Reading } from '#query/read/reading.ts'

/** Each once. A uid that no mirror annotation translates stays what it is. */
export async function apiUids(reading: Reading, tenant: string, uids: readonly string[]): Promise<string[]> {
  const known = await reading.rows<{ mirror_uid: string; api_uid: string }>(mirrors(tenant, uids))
  const apiUidOf = new Map(known.map(({ mirror_uid: mirror, api_uid: api }) => [mirror, api]))
  return [...new Set(uids.map((uid) => apiUidOf.get(uid) ?? uid))]
}
