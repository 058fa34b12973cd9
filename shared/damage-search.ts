// Finds the damaged parts of tables of which a statement failed without saying which part it was reading: a file of a
// part that was cut off before the engine read its index fails as `Attempt to read after eof`, and nothing else
// (decision 0018). A check reads a whole part: so there is one search at a time, and it is not repeated for each answer.
import { setTimeout as sleep } from 'node:timers/promises'
import { sql, statement, str, strs } from './clickhouse/sql.ts'
import type { LogStore } from './clickhouse/store.ts'

export interface CheckedPart {
  table: string
  partition: string
  part: string
  path: string
}

export interface DamageSearchOptions {
  store: Pick<LogStore, 'rows' | 'mode'>
  /** Checks a part, and sets it aside if it is damaged; returns what an answer says of it, undefined where it stays. */
  setAside(part: CheckedPart): Promise<string | undefined>
  /** ms since 1970. */
  clock: () => number
}

/** How long an answer waits for a search, which goes on behind it. */
const waitMsMax = 10_000
/** A search that found nothing is not repeated sooner, nor within ten times as long as it took. */
const restMsMin = 30_000

/**
 * Returns what an answer says of the first part that was found; undefined where none is damaged, or the store is a
 * server, whose parts are left to its operator.
 */
export function createDamageSearch({ store, setAside, clock }: DamageSearchOptions) {
  /** Searches that run, or that found nothing a short time ago. */
  const searches = new Map<string, Promise<string | undefined>>()
  let last: Promise<unknown> = Promise.resolve()

  async function searchTable(table: string): Promise<string | undefined> {
    const began = clock()
    let words: string | undefined
    let failure: unknown
    for (const part of await store.rows<CheckedPart>({ sql: partsOfTable(table) }))
      try {
        const found = await setAside(part)
        words ??= found
      } catch (error) {
        // Such as of a part that was merged meanwhile.
        failure ??= error
      }
    if (words === undefined && failure !== undefined) throw failure
    if (words !== undefined) searches.delete(table)
    else setTimeout(() => searches.delete(table), Math.max(restMsMin, 10 * (clock() - began))).unref()
    return words
  }

  function searchOnce(table: string): Promise<string | undefined> {
    const running = searches.get(table)
    if (running !== undefined) return running
    const search = last.then(() => searchTable(table))
    searches.set(table, search)
    last = search.catch(() => searches.delete(table))
    return search
  }

  async function searchAll(tables: readonly string[]): Promise<string | undefined> {
    for (const table of tables) {
      const words = await searchOnce(table)
      if (words !== undefined) return words
    }
    return undefined
  }

  return async (tables: readonly string[]): Promise<string | undefined> => {
    if (store.mode !== 'embedded') return undefined
    const waiting = new AbortController()
    const searching = searchAll(tables).finally(() => waiting.abort())
    const late = `a part of ${tables.join(' or ')} may be damaged, and is being looked for; ask again`
    const inTime = sleep(waitMsMax, late, { signal: waiting.signal }).catch(() => searching)
    return Promise.race([searching, inTime])
  }
}

/** Names that a statement reads from: of tables, and of what its WITH defines. */
export const namesRead = (text: string): string[] => [
  ...new Set(Array.from(text.matchAll(/\b(?:from|join)\s+([a-z_]\w*)\b(?![.(])/gi), ([, name]) => name!)),
]

/** Rows: { name }. */
export const tablesAmong = (names: readonly string[]) =>
  statement(
    'tables-among',
    sql`SELECT name FROM system.tables WHERE database = currentDatabase() AND name IN ${strs(names)} ORDER BY name`,
  )

/** Those that were stored last are checked first. Rows: CheckedPart. */
const partsOfTable = (table: string) =>
  statement(
    'parts-of-table',
    sql`SELECT table, partition, name AS part, path FROM system.parts
    WHERE active AND database = currentDatabase() AND table = ${str(table)} ORDER BY modification_time DESC, name`,
  )
