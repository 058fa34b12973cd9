// Reads what Kubernetes knows of pods, each pod once for a query.
import type { RowReading } from '#shared/store-reading/reading.ts'
import { factsIn, factsOf, type FactsRow, type PodFacts } from './pod-facts.ts'
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
  return {
    async of(uids) {
      const missing = [...new Set(uids)].filter((uid) => uid !== '' && !facts.has(uid))
      if (facts.size + missing.length > podsMax)
        throw failedQuery(`the query is about more than ${podsMax} pods: narrow its selector or its time range`)
      for (let from = 0; from < missing.length; from += uidsAtOnce) {
        const some = missing.slice(from, from + uidsAtOnce)
        for (const uid of some) facts.set(uid, none)
        for (const row of await rows<FactsRow>(factsOf(tenant, some)))
          if (row.isDeleted === 0) facts.set(row.uid, factsIn(row))
      }
      return facts
    },
  }
}
