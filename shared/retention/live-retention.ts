// Retention rules that change without a restart: those of the environment until PUT /v1/retention, then the newest row
// of the tables of rules, of which one is read every two seconds. A row without rules (DELETE /v1/retention) returns to
// the environment's. A version takes effect for lines that arrive a few seconds later, when every process has read it:
// the class of a message must not depend on which process reads it, or when.
import type { LogStore } from '#shared/clickhouse/store.ts'
import { AfterlogError } from '#shared/errors.ts'
import type { Logger } from '#shared/logger.ts'
import { jobOfLostPart, type LostPart } from '#shared/loss-sentences.ts'
import { createReservedRoom } from './reserved-room.ts'
import { readMark, writeMark } from './retention-marks.ts'
import {
  lastWordsText,
  retentionText,
  type Retention,
  type RetentionRules,
  type RetentionSettings,
} from './retention.ts'
import { createRuleTables, isRuleTable, type VersionRow } from './rule-tables.ts'
import { rowOf, versionsOf, type RetentionVersion } from './rule-versions.ts'

export interface LiveRetention extends RetentionRules, AsyncDisposable {
  /** Returns the version in force for lines that arrived at this time, or the newest one for NaN. */
  versionAt(ms: number): RetentionVersion
  /** Returns the newest version, in force or not yet. */
  newest(): RetentionVersion
  /** The settings of AFTERLOG_RETENTION and AFTERLOG_LAST_WORDS, in force or not. */
  readonly environment: RetentionSettings
  /** Returns why the rules are not known yet, or undefined. */
  obstacle(): AfterlogError | undefined
  /** Compares both tables of rules now, restores what one of them lacks, and reads the rules. */
  compare(): Promise<void>
  /**
   * Stores a version that replaces all others, and resolves to it. It is in force a few seconds later. On a full disk
   * it applies in this process until it can be stored, since the data that expires under it makes the room.
   */
  put(settings: RetentionSettings, source: RetentionVersion['source']): Promise<RetentionVersion>
}

export interface LiveRetentionOptions {
  store: LogStore
  environment: RetentionSettings
  log: Logger
  /** ms since 1970. */
  clock: () => number
  /** Parts whose rows are in no answer. */
  lostParts?: () => readonly LostPart[]
  /** Called with lost parts of one of the tables of rules, once it has what the other one has. */
  onRestored?: (parts: readonly LostPart[]) => void
}

const reloadMs = 2000
/** ms from a PUT until its version is in force: two reloads, with some tolerance. */
const untilInForceMs = 5000
/** A version that begins later than so many ms from now was put under a clock that was ahead. It begins at once. */
const aheadMsMax = 60_000

/** Resolves after the first attempt to read the table, also where that failed. */
export async function createLiveRetention({
  store,
  environment,
  log,
  clock,
  lostParts = () => [],
  onRestored = () => undefined,
}: LiveRetentionOptions): Promise<LiveRetention> {
  const tables = createRuleTables(store, log)
  const first: RetentionVersion = { ...environment, source: 'environment', inForceMs: undefined }
  /** The newest version comes first, the environment's last. */
  let versions: readonly RetentionVersion[] = [first]
  let rows: readonly VersionRow[] = []
  let isLost = false
  let obstacle: AfterlogError | undefined = notRead()
  /** inForceMs of the version that the log names. */
  let loggedMs: number | undefined
  /** A version that is in force here although it could not be stored. */
  let unstored: RetentionVersion | undefined
  /** By the time that is stored with a version that begins too late: when it began here. */
  const begins = new Map<number, number>()
  /** Lost parts that were there at a comparison after which both tables were the same, by their jobs. */
  const compared = new Set<string>()

  function beginOf(ms: number): number {
    const now = clock()
    if (ms > now + aheadMsMax && !begins.has(ms)) begins.set(ms, now)
    return begins.get(ms) ?? ms
  }

  const lostRules = (): LostPart[] => lostParts().filter(({ table }) => isRuleTable(table))

  async function reload(): Promise<void> {
    const newRows = await tables.read()
    const isDue = lostRules().some((part) => !compared.has(jobOfLostPart(part)))
    if (isDue || obstacle !== undefined || newRows.length < rows.length) return compareNow()
    take(newRows)
  }

  async function compareNow(): Promise<void> {
    const lostBefore = lostRules()
    // The mark is read first: another process may put rules meanwhile, which sets the mark last.
    const markMs = await readMark(store, 'rules')
    const { rows: newRows, areLost, areSame } = await tables.compare()
    const newestMs = Number(newRows[0]?.ms ?? 0)
    const wasLost = isLost
    const lostIn = new Set(lostParts().map(({ table }) => table))
    isLost = areLost || areRulesLost({ newestMs, markMs, lostIn })
    if (isLost && !wasLost) log.error(lostText)
    if (areSame) for (const part of lostBefore) compared.add(jobOfLostPart(part))
    // Where both tables lost a part, nobody knows whether one had what the other one lost.
    if (areSame && !isLost && new Set(lostBefore.map(({ table }) => table)).size === 1) onRestored(lostBefore)
    if (!isLost && newestMs > (markMs ?? 0)) await writeMark(store, 'rules', newestMs).catch(() => undefined)
    // What this process knows of lost rules is better than the environment.
    take(isLost && rows.length > 0 ? rows : newRows)
  }

  function take(newRows: readonly VersionRow[]): void {
    rows = newRows
    const stored = versionsOf(rows, { environment, beginOf })
    if (unstored !== undefined && (stored[0]?.inForceMs ?? 0) >= unstored.inForceMs!) unstored = undefined
    const all = [...(unstored === undefined ? [] : [unstored]), ...stored, first]
    versions = isLost ? all.map((version) => ({ ...version, isLost: true })) : all
    obstacle = undefined
    const newest = versions[0]!
    const { inForceMs } = newest
    if (inForceMs !== undefined && inForceMs !== loggedMs) logNewest(log, newest)
    loggedMs = inForceMs
  }

  async function putNow(settings: RetentionSettings, source: RetentionVersion['source']): Promise<RetentionVersion> {
    await compareNow()
    const now = clock()
    const newestMs = Math.max(0, ...rows.map(({ ms }) => Number(ms)).filter((ms) => ms <= now + aheadMsMax))
    const inForceMs = Math.max(now + untilInForceMs, newestMs + 1)
    const { isLost: _, ...known } = settings
    const version: RetentionVersion = { ...known, source, inForceMs }
    try {
      await writeInReserve(version)
    } catch (error) {
      if (!(error instanceof AfterlogError) || error.code !== 'store-full') throw error
      unstored = version
      log.warn(
        { err: error },
        'the disk is full: the new retention rules apply in this process until they can be stored',
      )
    }
    await compareNow()
    return version
  }

  /** On a full disk the reserved room is freed first. */
  async function writeInReserve(version: RetentionVersion): Promise<void> {
    await write(version).catch(async (error: unknown) => {
      if (!(error instanceof AfterlogError) || error.code !== 'store-full') throw error
      const room = createReservedRoom(store)
      await room.give()
      try {
        await write(version)
      } finally {
        await room.take()
      }
    })
  }

  async function write(version: RetentionVersion): Promise<void> {
    const row = rowOf(version)
    await tables.write(row)
    const latestMs = clock() + aheadMsMax
    if (rows.some(({ ms }) => Number(ms) > latestMs)) await tables.removeAfter(latestMs, row)
    await writeMark(store, 'rules', version.inForceMs!)
  }

  const versionAt = (ms: number): RetentionVersion =>
    versions.find(({ inForceMs }) => inForceMs === undefined || !(inForceMs > ms)) ?? first
  const attempt = (): Promise<void> =>
    storeAndReload().catch((error: unknown) => {
      if (obstacle !== undefined) obstacle = notRead(error)
    })
  async function storeAndReload(): Promise<void> {
    // If the disk is still full, the next attempt stores it.
    if (unstored !== undefined) await write(unstored).catch(() => undefined)
    await reload()
  }
  await attempt()
  let last: Promise<unknown> = Promise.resolve()
  /** One after another: a comparison must not take a version that is being written for one that a table lacks. */
  function inTurn<T>(run: () => Promise<T>): Promise<T> {
    const result = last.then(run)
    last = result.catch(() => undefined)
    return result
  }
  const timer = setInterval(() => void inTurn(attempt), reloadMs)
  return {
    versionAt,
    at: (ms): Retention => versionAt(ms).rules,
    newest: () => versions[0]!,
    environment,
    obstacle: () => obstacle,
    compare: () => inTurn(compareNow),
    put: (settings, source) => inTurn(() => putNow(settings, source)),
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer)
      await last
      // The disk may have room by now.
      if (unstored !== undefined) await storeAndReload().catch(() => undefined)
    },
  }
}

interface KnownOfRules {
  /** Of the newest version; 0 where there is none. */
  newestMs: number
  /** Of the newest version that was put, 0 where none was; undefined where the mark is lost, which every store has. */
  markMs: number | undefined
  /** Tables of which parts are lost. */
  lostIn: ReadonlySet<string>
}

/** Whether rules may have been put that are newer than those that are there. */
function areRulesLost({ newestMs, markMs, lostIn }: KnownOfRules): boolean {
  const lostInBoth = lostIn.has('retention_rules') && lostIn.has('retention_rules_copy')
  if (newestMs === 0) return markMs === undefined || markMs > 0 || lostInBoth
  return markMs === undefined ? lostInBoth : newestMs < markMs
}

const lostText =
  'the retention rules that were PUT are lost in both of their tables, or whether any were PUT is not known: nothing ' +
  'is dropped until an operator PUTs rules to /v1/retention. Until then AFTERLOG_RETENTION says how lines are filed'

function logNewest(log: Logger, { source, rules, lastWords, inForceMs }: RetentionVersion): void {
  const version = { rules: retentionText(rules), lastWords: lastWordsText(lastWords), inForce: new Date(inForceMs!) }
  if (source === 'environment') log.info(version, 'retention rules are those of the environment again')
  else
    log.info(
      version,
      'retention rules are those of PUT /v1/retention, not those of AFTERLOG_RETENTION and AFTERLOG_LAST_WORDS; ' +
        'DELETE /v1/retention returns to these',
    )
}

function notRead(cause?: unknown): AfterlogError {
  const why = cause instanceof Error ? `: ${cause.message}` : ''
  return new AfterlogError('store-unavailable', `the retention rules could not be read yet${why}`, {
    retryAfterS: 5,
    cause,
  })
}
