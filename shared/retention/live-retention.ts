// Retention rules that change without a restart: those of the environment until PUT /v1/retention, then the newest row
// of the table retention_rules, which is read every two seconds. A row without rules (DELETE /v1/retention) returns to
// the environment's. A version takes effect for lines that arrive a few seconds later, when every process has read it:
// the class of a message must not depend on which process reads it, or when.
import { milliseconds, raw, sql, statement, str } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { AfterlogError } from '#shared/errors.ts'
import type { Logger } from '#shared/logger.ts'
import {
  lastWordsText,
  parseLastWords,
  parseRetention,
  retentionText,
  type Retention,
  type RetentionRules,
  type RetentionSettings,
} from './retention.ts'

export interface RetentionVersion extends RetentionSettings {
  source: 'environment' | 'put'
  /** ms since 1970 of the first arrival under it; undefined for the environment's, unless a DELETE returned to it. */
  inForceMs: number | undefined
}

export interface LiveRetention extends RetentionRules, AsyncDisposable {
  /** Returns the version in force for lines that arrived at this time, or the newest one for NaN. */
  versionAt(ms: number): RetentionVersion
  /** Returns the newest version, in force or not yet. */
  newest(): RetentionVersion
  /** The settings of AFTERLOG_RETENTION and AFTERLOG_LAST_WORDS, in force or not. */
  readonly environment: RetentionSettings
  /** Returns why the rules are not known yet, or undefined. */
  obstacle(): AfterlogError | undefined
  /** Reads the table now. */
  reload(): Promise<void>
  /**
   * Stores a version that replaces all others, and resolves to it. It is in force a few seconds later. On a full disk
   * it applies in this process until it can be stored, since the data that expires under it makes the room.
   */
  put(settings: RetentionSettings | 'environment'): Promise<RetentionVersion>
}

export interface LiveRetentionOptions {
  store: LogStore
  environment: RetentionSettings
  log: Logger
  /** ms since 1970. */
  clock: () => number
}

const reloadMs = 2000
/** ms from a PUT until its version is in force: two reloads, with some tolerance. */
const untilInForceMs = 5000
/** Messages that arrived before the oldest of these versions get that version. */
const versionsMax = 1000

/** Resolves after the first attempt to read the table, also where that failed. */
export async function createLiveRetention({
  store,
  environment,
  log,
  clock,
}: LiveRetentionOptions): Promise<LiveRetention> {
  const first: RetentionVersion = { ...environment, source: 'environment', inForceMs: undefined }
  /** The newest version comes first, the environment's last. */
  let versions: readonly RetentionVersion[] = [first]
  let obstacle: AfterlogError | undefined = notRead()
  /** inForceMs of the version that the log names. */
  let loggedMs: number | undefined
  /** A version that is in force here although it could not be stored. */
  let unstored: RetentionVersion | undefined

  async function reload(): Promise<void> {
    const rows = await store.rows<VersionRow>({ sql: newestRows })
    const stored = rows.map((row) => parsed(row, environment))
    if (unstored !== undefined && (stored[0]?.inForceMs ?? 0) >= unstored.inForceMs!) unstored = undefined
    versions = [...(unstored === undefined ? [] : [unstored]), ...stored, first]
    obstacle = undefined
    const newest = versions[0]!
    const { inForceMs } = newest
    if (inForceMs !== undefined && inForceMs !== loggedMs) logNewest(log, newest)
    loggedMs = inForceMs
  }

  async function put(settings: RetentionSettings | 'environment'): Promise<RetentionVersion> {
    await reload()
    const inForceMs = Math.max(clock() + untilInForceMs, (versions[0]!.inForceMs ?? 0) + 1)
    const version: RetentionVersion =
      settings === 'environment' ? { ...first, inForceMs } : { ...settings, source: 'put', inForceMs }
    try {
      await write(version)
    } catch (error) {
      if (!(error instanceof AfterlogError) || error.code !== 'store-full') throw error
      unstored = version
      log.warn(
        { err: error },
        'the disk is full: the new retention rules apply in this process until they can be stored',
      )
    }
    await reload()
    return version
  }

  async function write({ source, inForceMs, ...settings }: RetentionVersion): Promise<void> {
    // A row without rules stands for the environment's.
    const isEnvironment = source === 'environment'
    const [rules, lastWords] = isEnvironment
      ? ['', '']
      : [retentionText(settings.rules), lastWordsText(settings.lastWords)]
    await store.command({
      sql: statement(
        'retention-rules-put',
        sql`INSERT INTO retention_rules (in_force, rules, last_words)
          SELECT ${milliseconds(inForceMs!)}, ${str(rules)}, ${str(lastWords)}`,
      ),
    })
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
  let reading: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    reading = reading.then(attempt)
  }, reloadMs)
  return {
    versionAt,
    at: (ms): Retention => versionAt(ms).rules,
    newest: () => versions[0]!,
    environment,
    obstacle: () => obstacle,
    reload,
    put,
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer)
      await reading
      // The disk may have room by now.
      if (unstored !== undefined) await storeAndReload().catch(() => undefined)
    },
  }
}

const newestRows = statement(
  'retention-rules',
  raw(`SELECT toString(toUnixTimestamp64Milli(in_force)) AS ms, rules, last_words AS lastWords
  FROM retention_rules ORDER BY in_force DESC, rules DESC, last_words DESC LIMIT 1 BY in_force LIMIT ${versionsMax}`),
)

interface VersionRow {
  ms: string
  rules: string
  lastWords: string
}

function parsed({ ms, rules, lastWords }: VersionRow, environment: RetentionSettings): RetentionVersion {
  if (rules === '') return { ...environment, source: 'environment', inForceMs: Number(ms) }
  return { source: 'put', inForceMs: Number(ms), rules: parseRetention(rules), lastWords: parseLastWords(lastWords) }
}

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
