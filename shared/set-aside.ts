// A damaged part of an embedded store is set aside, so that everything else is served: each statement that reads it
// would fail, such as every list that is not bounded by time. Nothing is deleted, and nothing set aside unless the
// engine, asked to check the part, says that it is damaged (decision 0018). The answer that met it says which day it is.
import { rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isDamage } from './clickhouse/classify-error.ts'
import { damagedPartIn, isOfValues, type DamagedPart } from './clickhouse/damaged-part.ts'
import { compile, raw, sql, statement, str } from './clickhouse/sql.ts'
import type { LogStore, Query } from './clickhouse/store.ts'
import { createDamageSearch, namesRead, tablesAmong, type CheckedPart } from './damage-search.ts'
import { AfterlogError } from './errors.ts'
import type { Logger } from './logger.ts'

export interface SettingAsideOptions {
  store: LogStore
  log: Logger
  /** Called after a part was set aside. */
  onSetAside: () => Promise<void>
  /** ms since 1970. */
  clock: () => number
}

export interface SettingAside {
  /**
   * The same store; a failure that says of a part that it is damaged becomes `store-damaged`, with words that say more.
   */
  store: LogStore
  /** One sentence for each part or table that could not be read and is not set aside. */
  troubles(): readonly string[]
}

/** Parts that one process sets aside at most: where there are more, the disk is at fault. */
const partsMax = 50
/** ms for which it is told that something could not be read, after the last answer that met it. */
const toldMs = 3_600_000

export function settingAside({ store, log, onSetAside, clock }: SettingAsideOptions): SettingAside {
  const attempts = new Map<string, Promise<string>>()
  const unreadable = createUnreadable({ log, clock })
  const setAside = createSetAside({ store, log, onSetAside })
  const search = createDamageSearch({ store, setAside, clock })

  async function explained(error: unknown, query?: Query): Promise<unknown> {
    if (!(error instanceof AfterlogError) || !(error.cause instanceof Error) || !isDamage(error)) return error
    const { cause } = error
    const damaged = damagedPartIn(cause.message)
    const words = damaged === undefined ? await ofTables(cause.message, query) : await ofPart(damaged)
    return words === undefined ? error : new AfterlogError('store-damaged', words, { retryAfterS: 1, cause })
  }

  /** Returns what an answer says of the part; undefined where that failed. */
  async function ofPart(damaged: DamagedPart): Promise<string | undefined> {
    const key = `${damaged.uuid}/${damaged.part}`
    const attempt = attempts.get(key) ?? setAsideNamed(damaged)
    attempts.set(key, attempt)
    try {
      const words = await attempt
      unreadable.again(words)
      return words
    } catch (failure) {
      attempts.delete(key)
      log.error({ err: failure, ...damaged }, 'a damaged part of the store could not be set aside')
      unreadable.note(`a part of the store cannot be read: ${damaged.part} could not be set aside; ${restore}`)
      return undefined
    }
  }

  async function setAsideNamed({ uuid, part }: DamagedPart): Promise<string> {
    const [row] = await store.rows<CheckedPart>({ sql: partByName(uuid, part) })
    if (row === undefined) return 'a part of the store was damaged and is set aside; ask again, the rest is served'
    const words = await setAside(row)
    if (words !== undefined) return words
    const cannotBeRead = `a part of ${placeOf(row)} cannot be read: ${part}; ${restore}`
    unreadable.note(cannotBeRead)
    return cannotBeRead
  }

  /** The engine does not always say which part it was reading: then those of the statement's tables are checked. */
  async function ofTables(message: string, query: Query | undefined): Promise<string | undefined> {
    if (query === undefined || isOfValues(message)) return undefined
    const names = namesRead(compile(query.sql).text)
    let tables: readonly string[] = []
    try {
      tables = (await store.rows<{ name: string }>({ sql: tablesAmong(names) })).map(({ name }) => name)
      if (tables.length === 0) return undefined
      const found = await search(tables)
      if (found !== undefined) return found
    } catch (failure) {
      log.error({ err: failure, names }, 'which part of the store is damaged could not be looked for')
    }
    const place = (tables.length > 0 ? tables : names).join(' or ')
    const words = `what is stored in ${place} cannot be read, and no part of it is known to be damaged`
    unreadable.note(words)
    return words
  }

  const explaining = async <T>(run: () => Promise<T>, query?: Query): Promise<T> => {
    try {
      return await run()
    } catch (error) {
      throw await explained(error, query)
    }
  }
  return {
    troubles: unreadable.troubles,
    store: {
      ...store,
      rows: (query) => explaining(() => store.rows(query), query),
      bytes: (query, format) => explaining(() => store.bytes(query, format), query),
      command: (query) => explaining(() => store.command(query)),
      insert: (insert) => explaining(() => store.insert(insert)),
    },
  }
}

/**
 * Sets a part aside if a check confirms that it is damaged. Returns what an answer says of it; undefined where the part
 * stays.
 */
function createSetAside({ store, log, onSetAside }: Omit<SettingAsideOptions, 'clock'>) {
  let partsSetAside = 0

  async function isDamaged(table: string, part: string): Promise<boolean> {
    const checks = await store.rows<{ is_passed: number; message: string }>({
      sql: statement('check-part', sql`CHECK TABLE ${raw(table)} PART ${str(part)}`),
      settings: { check_query_single_value_result: 0 },
      lane: 'background',
    })
    return checks.some(({ is_passed: isPassed, message }) => isPassed === 0 && !passing.test(message))
  }

  return async (row: CheckedPart): Promise<string | undefined> => {
    const { table, part, path } = row
    if (store.mode !== 'embedded' || partsSetAside >= partsMax || !(await isDamaged(table, part))) return undefined
    partsSetAside++
    await store.command({ sql: statement('detach-part', sql`ALTER TABLE ${raw(table)} DETACH PART ${str(part)}`) })
    const detached = join(dirname(path.replace(/\/$/, '')), 'detached')
    // By this name the engine knows it as broken, as those that it sets aside itself.
    await rename(join(detached, part), join(detached, `broken_${part}`))
    log.error(row, `a part of ${placeOf(row)} is damaged and was set aside: ${restore}`)
    await onSetAside()
    return `a part of ${placeOf(row)} is damaged and was set aside; ask again, the rest is served; ${restore}`
  }
}

/** Remembers what cannot be read although nothing was set aside, and says it once by the log. */
function createUnreadable({ log, clock }: Pick<SettingAsideOptions, 'log' | 'clock'>) {
  /** When it was met last, by its words. */
  const metAt = new Map<string, number>()
  const isTold = (words: string): boolean => clock() - (metAt.get(words) ?? -Infinity) < toldMs
  return {
    note(words: string): void {
      if (!isTold(words)) log.error(words)
      metAt.set(words, clock())
    },
    /** Does nothing where these words were never noted. */
    again(words: string): void {
      if (metAt.has(words)) metAt.set(words, clock())
    },
    troubles: (): readonly string[] => [...metAt.keys()].filter(isTold),
  }
}

/** What the check may fail of without the part being damaged. */
const passing = /too many open files|memory limit|no space left|cannot allocate|cancelled/i

const restore = 'restore it from a backup, as docs/damage.md says: what was stored there is in no answer until then'

const placeOf = ({ table, partition }: CheckedPart): string => `${table} of ${dayOf(partition)}`

/** `2026-11-23, class default` of `(20261123,'default')`; a table without days has one partition. */
function dayOf(partition: string): string {
  const match = /^\(?(\d{4})(\d\d)(\d\d)(?:,'(.*)'\))?$/.exec(partition)
  if (/^\d{6}$/.test(partition)) return `${partition.slice(0, 4)}-${partition.slice(4)}`
  if (match === null) return 'all days'
  const day = `${match[1]}-${match[2]}-${match[3]}`
  return match[4] === undefined ? day : `${day}, class ${match[4]}`
}

/** Rows: CheckedPart. */
const partByName = (uuid: string, part: string) =>
  statement(
    'part-by-name',
    sql`SELECT table, partition, name AS part, path FROM system.parts
    WHERE active AND name = ${str(part)} AND database = currentDatabase() AND path LIKE ${str(`%/${uuid}/%`)}`,
  )
