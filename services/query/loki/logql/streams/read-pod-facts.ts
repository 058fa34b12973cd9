// Reads what Kubernetes knows of pods, each pod once for a query.
import type { RowReading } from '#shared/store-reading/reading.ts'
import { factsIn, factsOf, podsOfLogUids, type AliasRow, type FactsRow, type PodFacts } from './pod-facts.ts'
import { failedQuery } from '../query-limits.ts'

/** Of so many uids in one statement. */
const uidsAtOnce = 500
/** Pods whose labels one query needs. */
const podsMax = 20_000

export interface PodFactsReader {
  /** Facts of these pods, and of all that were asked for before. */
  of(uids: Iterable<string>): Promise<PodFacts>
}

export function podFactsReader({ rows }: Pick<RowReading, 'rows'>, tenant: string): PodFactsReader {
  const facts = new Map<string, ReadonlyMap<string, string>>()
  const none: ReadonlyMap<string, string> = new Map()
  const readRecords = async (uids: readonly string[]): Promise<FactsRow[]> =>
    uids.length === 0 ? [] : (await rows<FactsRow>(factsOf(tenant, uids))).filter(({ isDeleted }) => isDeleted === 0)
  const read = async (uids: readonly string[]): Promise<void> => {
    for (const uid of uids) facts.set(uid, none)
    for (const row of await readRecords(uids)) facts.set(row.uid, factsIn(row))
    const unknown = uids.filter((uid) => facts.get(uid) === none)
    const aliases = unknown.length === 0 ? [] : await rows<AliasRow>(podsOfLogUids(tenant, unknown))
    const records = new Map((await readRecords(aliases.map(({ uid }) => uid))).map((row) => [row.uid, row]))
    for (const { alias, uid } of aliases) if (records.has(uid)) facts.set(alias, factsIn(records.get(uid)!))
  }
  return {
    async of(uids) {
      const missing = [...new Set(uids)].filter((uid) => uid !== '' && !facts.has(uid))
      if (facts.size + missing.length > podsMax)
        throw failedQuery(`the query is about more than ${podsMax} pods: narrow its selector or its time range`)
      for (let from = 0; from < missing.length; from += uidsAtOnce) await read(missing.slice(from, from + uidsAtOnce))
      return facts
    },
  }
}
