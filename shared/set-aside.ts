// A damaged part of an embedded store is set aside, so that everything else is served: each statement that reads it
// would fail, such as every list that is not bounded by time. Nothing is deleted, and nothing set aside unless the
// engine, asked to check the part, says that it is damaged (decision 0018). The answer that met it says which day it is.
import { rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { damagedPartIn, type DamagedPart } from './clickhouse/damaged-part.ts'
import { raw, sql, statement, str } from './clickhouse/sql.ts'
import type { LogStore } from './clickhouse/store.ts'
import { AfterlogError } from './errors.ts'
import type { Logger } from './logger.ts'

export interface SettingAsideOptions {
  store: LogStore
  log: Logger
  /** Called after a part was set aside. */
  onSetAside: () => Promise<void>
}

interface PartRow {
  table: string
  partition: string
  path: string
}

/** Parts that one process sets aside at most: where there are more, the disk is at fault. */
const partsMax = 50

/** The same store; a failure that says of a part that it is damaged becomes `store-damaged`, with words that say more. */
export function settingAside({ store, log, onSetAside }: SettingAsideOptions): LogStore {
  const attempts = new Map<string, Promise<string>>()

  async function explained(error: unknown): Promise<unknown> {
    const cause = error instanceof AfterlogError && error.code === 'store-damaged' ? error.cause : undefined
    const damaged = cause instanceof Error ? damagedPartIn(cause.message) : undefined
    if (damaged === undefined) return error
    const key = `${damaged.uuid}/${damaged.part}`
    const attempt = attempts.get(key) ?? setAside(damaged)
    attempts.set(key, attempt)
    try {
      return new AfterlogError('store-damaged', await attempt, { retryAfterS: 1, cause })
    } catch (failure) {
      attempts.delete(key)
      log.error({ err: failure, ...damaged }, 'a damaged part of the store could not be set aside')
      return error
    }
  }

  /** Returns what an answer says of it. */
  async function setAside({ uuid, part }: DamagedPart): Promise<string> {
    const [row] = await store.rows<PartRow>({ sql: partByName(uuid, part) })
    if (row === undefined) return 'a part of the store was damaged and is set aside; ask again, the rest is served'
    const where = `${row.table} of ${dayOf(row.partition)}`
    if (store.mode !== 'embedded' || attempts.size > partsMax || !(await isDamaged(row.table, part)))
      return `a part of ${where} cannot be read: ${part}; ${restore}`
    await store.command({ sql: statement('detach-part', sql`ALTER TABLE ${raw(row.table)} DETACH PART ${str(part)}`) })
    const detached = join(dirname(row.path.replace(/\/$/, '')), 'detached')
    // By this name the engine knows it as broken, as those that it sets aside itself.
    await rename(join(detached, part), join(detached, `broken_${part}`))
    log.error({ ...row, part }, `a part of ${where} is damaged and was set aside: ${restore}`)
    await onSetAside()
    return `a part of ${where} is damaged and was set aside; ask again, the rest is served; ${restore}`
  }

  async function isDamaged(table: string, part: string): Promise<boolean> {
    const checks = await store.rows<{ is_passed: number; message: string }>({
      sql: statement('check-part', sql`CHECK TABLE ${raw(table)} PART ${str(part)}`),
      settings: { check_query_single_value_result: 0 },
    })
    return checks.some(({ is_passed: isPassed, message }) => isPassed === 0 && !passing.test(message))
  }

  const explaining = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run()
    } catch (error) {
      throw await explained(error)
    }
  }
  return {
    ...store,
    rows: (query) => explaining(() => store.rows(query)),
    bytes: (query, format) => explaining(() => store.bytes(query, format)),
    command: (query) => explaining(() => store.command(query)),
    insert: (insert) => explaining(() => store.insert(insert)),
  }
}

/** What the check may fail of without the part being damaged. */
const passing = /too many open files|memory limit|no space left|cannot allocate|cancelled/i

const restore = 'restore it from a backup, as docs/damage.md says: what was stored there is in no answer until then'

/** `2026-11-23, class default` of `(20261123,'default')`; a table without days has one partition. */
function dayOf(partition: string): string {
  const match = /^\(?(\d{4})(\d\d)(\d\d)(?:,'(.*)'\))?$/.exec(partition)
  if (/^\d{6}$/.test(partition)) return `${partition.slice(0, 4)}-${partition.slice(4)}`
  if (match === null) return 'all days'
  const day = `${match[1]}-${match[2]}-${match[3]}`
  return match[4] === undefined ? day : `${day}, class ${match[4]}`
}

/** Rows: PartRow. */
const partByName = (uuid: string, part: string) =>
  statement(
    'part-by-name',
    sql`SELECT table, partition, path FROM system.parts
    WHERE active AND name = ${str(part)} AND database = currentDatabase() AND path LIKE ${str(`%/${uuid}/%`)}`,
  )
