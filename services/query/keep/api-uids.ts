// Uids as lines, Events and log paths carry them, as those of the API.
import { readPresence } from '#query/read/presence.ts'
import type { Reading } from '#query/read/reading.ts'

/** Each once. A uid that no mirror annotation translates stays what it is. */
export async function apiUids(reading: Reading, tenant: string, uids: readonly string[]): Promise<string[]> {
  const { apiUid } = await readPresence(reading, tenant)
  return [...new Set(uids.map(apiUid))]
}
