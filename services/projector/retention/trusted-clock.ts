// The time that expiry trusts, in a process: it looks at both clocks every few seconds, and stores what it trusts for
// the next process.
import { sql, statement, strs } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { fromEveryTenant } from '#shared/clickhouse/tenant-scope.ts'
import type { Logger } from '#shared/logger.ts'
import { storedPartitions } from '#shared/retention/partitions.ts'
import { readMark, writeMark } from '#shared/retention/retention-marks.ts'
import { confirmMs, firstTrustedTime, nextTrustedTime, type TrustedTime } from './trusted-time.ts'

export interface TrustedClockOptions {
  store: LogStore
  log: Logger
  /** Seconds by which the wall clock is ahead. */
  gauge: { set(seconds: number): void }
  /** ms since 1970. */
  clock: () => number
}

export interface TrustedClock extends AsyncDisposable {
  /** Resolves after the first look; undefined until the store has said what it knows. */
  now(): Promise<TrustedTime | undefined>
}

const lookEveryMs = 5000
const storeEveryMs = 300_000
/** Where the wall clock is ahead by less, the log does not say so. */
const logAheadMs = 60_000

export function createTrustedClock({ store, log, gauge, clock }: TrustedClockOptions): TrustedClock {
  let time: TrustedTime | undefined
  let lookedAt = 0
  let storedMs = -Infinity
  let newestMs = -Infinity
  let loggedByMs: number | undefined
  let storing: Promise<void> | undefined

  async function look(): Promise<void> {
    if (time === undefined) newestMs = (await readMark(store, 'newest')) ?? -Infinity
    const before = time ?? { lastMs: await newestKnown(store) }
    const { at, wallMs } = readClocks(clock)
    time = 'ms' in before ? nextTrustedTime(before, wallMs, at - lookedAt) : firstTrustedTime(before.lastMs, wallMs)
    lookedAt = at
    gauge.set((time.ahead?.byMs ?? 0) / 1000)
    logAhead(time)
    // Looks do not wait for a slow store: of a long time between two of them one minute alone is believed.
    if (Math.abs(time.ms - storedMs) >= storeEveryMs)
      storing ??= keep(time)
        .catch((error: unknown) => log.debug({ err: error }, 'the time that expiry trusts could not be stored'))
        .finally(() => (storing = undefined))
  }

  async function keep({ ms }: TrustedTime): Promise<void> {
    await writeMark(store, 'time', ms)
    storedMs = ms
    if (ms <= newestMs) return
    await writeMark(store, 'newest', ms)
    newestMs = ms
  }

  function logAhead({ ms, ahead }: TrustedTime): void {
    if (ahead?.byMs === loggedByMs) return
    const before = loggedByMs
    loggedByMs = ahead?.byMs
    if (ahead !== undefined && ahead.byMs >= logAheadMs) log.warn({ aheadMs: ahead.byMs }, aheadText({ ms, ahead }))
    else if (ahead === undefined && before !== undefined && before >= logAheadMs)
      log.info('the clock is confirmed, or right again: days expire by it')
  }

  const attempt = (): Promise<void> =>
    look().catch((error: unknown) => log.debug({ err: error }, 'the time that expiry trusts could not be read'))
  const first = attempt()
  let looking = first
  const timer = setInterval(() => {
    looking = looking.then(attempt)
  }, lookEveryMs)
  return {
    now: async () => {
      await first
      return time
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer)
      await looking
      await storing
      if (time !== undefined) await keep(time).catch(() => undefined)
    },
  }
}

/** Reads both clocks, again where the process paused between them: then the wall clock would seem to be ahead. */
function readClocks(clock: () => number): { at: number; wallMs: number } {
  for (let tries = 1; ; tries++) {
    const at = performance.now()
    const wallMs = clock()
    if (performance.now() - at <= readMsMax || tries === readTriesMax) return { at, wallMs }
  }
}
const readMsMax = 50
const readTriesMax = 20

/** Why days that have ended by the wall clock alone are not dropped. */
export function aheadText({ ms, ahead }: TrustedTime): string {
  const { byMs, forMs } = ahead!
  const minutes = Math.ceil((confirmMs - forMs) / 60_000)
  return (
    `the clock is ${span(byMs)} ahead of ${new Date(ms).toISOString()}, the newest time that the store knows of: ` +
    `what has expired by the clock alone is dropped in ${minutes} min, if the clock still says so then`
  )
}

function span(ms: number): string {
  const hours = ms / 3_600_000
  if (hours < 1) return `${Math.round(ms / 60_000)} min`
  return hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`
}

/** Epoch ms: the time that was trusted last, or else that of the newest lines and facts; undefined in an empty store. */
async function newestKnown(store: LogStore): Promise<number | undefined> {
  const mark = await readMark(store, 'time')
  if (mark !== undefined) return mark
  const newest = (await storedPartitions(store)).slice(-partitionsMax).map(({ id }) => id)
  const [row] = await store.rows<{ ms: number }>({
    sql: statement(
      'newest-arrival',
      sql`SELECT toFloat64(toUnixTimestamp64Milli(max(at))) AS ms FROM (
        SELECT max(greatest(facts_at, lines_at)) AS at ${fromEveryTenant('pod_watermarks')}
        UNION ALL
        SELECT max(received) AS at ${fromEveryTenant('logs')} AND _partition_id IN ${strs(newest)})`,
    ),
  })
  return row === undefined || row.ms === 0 ? undefined : row.ms
}

/** Lines of so many partitions, those of the newest days, are asked for the newest arrival. */
const partitionsMax = 20
