// Retention rules that change without a restart: those of the environment until PUT /v1/retention, then the newest of the table
// retention_rules, read again every two seconds. A version is in force for what arrives a few seconds after it was put, so that every
// process has read it by then: which class a message gets does not depend on who reads it, or when.
import { milliseconds, raw, sql, str } from '#shared/clickhouse/sql.ts'
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
} from '#shared/retention.ts'

export interface RetentionVersion extends RetentionSettings {
  /** ms since 1970, for what arrives then or later; undefined for the environment's. */
  inForceMs: number | undefined
}

export interface LiveRetention extends RetentionRules, AsyncDisposable {
  /** The version in force for what arrived at this time; the newest where it is NaN. */
  versionAt(ms: number): RetentionVersion
  /** The newest, in force or to be soon. */
  newest(): RetentionVersion
  /** Why nobody knows the rules yet. */
  obstacle(): AfterlogError | undefined
  /** Reads the table now. */
  reload(): Promise<void>
  /** Stores a version that replaces all others; resolves to it, in force a few seconds from now. */
  put(settings: RetentionSettings): Promise<RetentionVersion>
}

export interface LiveRetentionOptions {
  store: LogStore
  environment: RetentionSettings
  log: Logger
  /** ms since 1970. */
  clock: () => number
}

const reloadMs = 2000
/** From a PUT to when it is in force: two reloads, and a bit. */
const untilInForceMs = 5000
/** Messages that arrived under an older version get the oldest of these. */
const versionsMax = 1000

/** Resolves after the first attempt to read the table, whatever became of it. */
export async function createLiveRetention({ store, environment, log, clock }: LiveRetentionOptions): Promise<LiveRetention> {
  const first: RetentionVersion = { ...environment, inForceMs: undefined }
  /** Newest first; the environment's is the last. */
  let versions: readonly RetentionVersion[] = [first]
  let obstacle: AfterlogError | undefined = notRead()
  let told: number | undefined

  async function reload(): Promise<void> {
    const rows = await store.rows<{ ms: string; rules: string; lastWords: string }>({ sql: newestRows })
    versions = [...rows.map(parsed), first]
    obstacle = undefined
    const { inForceMs } = versions[0]!
    if (inForceMs !== undefined && inForceMs !== told)
      log.info(
        { rules: rows[0]!.rules, lastWords: rows[0]!.lastWords, inForce: new Date(inForceMs) },
        'retention rules are those that were put, not those of the environment',
      )
    told = inForceMs
  }

  async function put(settings: RetentionSettings): Promise<RetentionVersion> {
    await reload()
    const inForceMs = Math.max(clock() + untilInForceMs, (versions[0]!.inForceMs ?? 0) + 1)
    await store.command({
      sql: sql`INSERT INTO retention_rules (in_force, rules, last_words) SELECT ${milliseconds(inForceMs)}, ${str(retentionText(settings.rules))}, ${str(lastWordsText(settings.lastWords))}`,
    })
    await reload()
    return { ...settings, inForceMs }
  }

  const versionAt = (ms: number): RetentionVersion =>
    versions.find(({ inForceMs }) => inForceMs === undefined || !(inForceMs > ms)) ?? first
  const attempt = (): Promise<void> =>
    reload().catch((error: unknown) => {
      if (obstacle !== undefined) obstacle = notRead(error)
    })
  await attempt()
  let reading: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    reading = reading.then(attempt)
  }, reloadMs)
  return {
    versionAt,
    at: (ms): Retention => versionAt(ms).rules,
    newest: () => versions[0]!,
    obstacle: () => obstacle,
    reload,
    put,
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer)
      await reading
    },
  }
}

const newestRows = raw(`SELECT toString(toUnixTimestamp64Milli(in_force)) AS ms, rules, last_words AS lastWords
  FROM retention_rules ORDER BY in_force DESC, rules DESC, last_words DESC LIMIT 1 BY in_force LIMIT ${versionsMax}`)

function parsed({ ms, rules, lastWords }: { ms: string; rules: string; lastWords: string }): RetentionVersion {
  return { inForceMs: Number(ms), rules: parseRetention(rules), lastWords: parseLastWords(lastWords) }
}

function notRead(cause?: unknown): AfterlogError {
  const why = cause instanceof Error ? `: ${cause.message}` : ''
  return new AfterlogError('store-unavailable', `the retention rules are not read yet${why}`, { retryAfterS: 5, cause })
}
