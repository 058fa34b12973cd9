// Makes rows of refused_lines again from dead letters: those of letters that have none, at every start and whenever a
// part of refused_lines is lost; and those of pod_losses where a part of it is lost. A letter says whose lines it had as
// they were known when it came. What no letter says any more keeps every life from being sealed that had begun by then
// (decision 0018).
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { bind, milliseconds, raw, sql, statement, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromEveryTenant } from '#shared/clickhouse/tenant-scope.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { BrokenParts } from '#shared/broken-parts.ts'
import { jobOfLostPart, type LostPart } from '#shared/loss-sentences.ts'
import type { Logger } from '#shared/logger.ts'
import { lettersLost } from '#shared/pod-model/seal/losses.ts'
import { readWatermark, readWatermarks, writeWatermark } from '#shared/store-reading/job-watermarks.ts'
import { createReading, type RowReading } from '#shared/store-reading/reading.ts'
import type { LiveRetention } from '#shared/retention/live-retention.ts'
import { unnamedLife, type RefusedLife } from '../normalise/refused-life.ts'
import { livesOfPayload } from '../normalise/refused-lives.ts'
import type { RejectReason } from '../normalise/reject.ts'
import { columns } from './columns.ts'
import { engineTime, refusedRowsOf } from './dead-letters.ts'
import { recordOf } from './row-fields.ts'

interface RefusedRestorerOptions {
  store: LogStore
  reading: Pick<RowReading, 'rows'>
  lostParts: BrokenParts['lost']
  log: Logger
  /** ms since 1970. */
  clock: () => number
}

interface RestoringOptions extends Omit<RefusedRestorerOptions, 'reading'> {
  retention: Pick<LiveRetention, 'obstacle'>
}

interface RefusedRestorer {
  /** The first time restores whatever is missing, later only where another part is lost. */
  restore(): Promise<void>
}

const lookEveryMs = 5000

/** Restores now, and where parts are lost, until it is closed. */
export function restoreRefused({ retention, ...options }: RestoringOptions): { close(): Promise<void> } {
  const stopping = new AbortController()
  const { signal } = stopping
  const reading = createReading({ store: options.store, limits: {}, signal })
  const { restore } = createRefusedRestorer({ ...options, reading })
  async function run(): Promise<void> {
    while (!signal.aborted) {
      if (retention.obstacle() === undefined)
        await restore().catch((error: unknown) => {
          if (!signal.aborted) options.log.warn({ err: error }, 'refused_lines could not be restored; trying again')
        })
      await sleep(lookEveryMs, undefined, { signal }).catch(() => undefined)
    }
  }
  const running = run()
  return {
    close: () => {
      stopping.abort()
      return running
    },
  }
}

interface LetterRow {
  tenant: string
  identity: string
  time: string
  reason: RejectReason
  cluster: string
  /** JSON; '' of a letter that came before letters said whose lines they had. */
  refused: string
  further: number
  /** In base64, where `refused` is ''. */
  payload: string
  cut: number
}

const lettersAtOnce = 200
const dayMs = 86_400_000
/** A letter is kept for so long, what it names for longer. */
const lettersMs = 90 * dayMs
/** Jobs that note lost parts of dead_letters, also of those that an operator has deleted since. */
const lettersJobs = 'lost dead_letters '
/** The job that reads letters which do not say whose lines they had: once, and where rows of theirs may be lost. */
const earlyLettersJob = 'early dead_letters'

function createRefusedRestorer(options: RefusedRestorerOptions): RefusedRestorer {
  const { store, reading, lostParts, log, clock } = options
  const done = new Set<string>()
  let isFirst = true

  /** Notes lost letters; returns the jobs of lost parts of the other tables that nothing was restored for. */
  async function undone(): Promise<{ job: string; table: string }[]> {
    const jobs: { job: string; table: string }[] = []
    for (const part of lostParts()) {
      const job = jobOfLostPart(part)
      if (!isOurs(part) || done.has(job)) continue
      if ((await readWatermark(reading, job)) !== undefined) done.add(job)
      else if (part.table !== 'dead_letters') jobs.push({ job, table: part.table })
      else {
        await writeWatermark(store, job, lettersUntil(part, clock()))
        done.add(job)
      }
    }
    return jobs
  }

  /** Stores the rows of letters that have none; `isLost`: rows of any letter may be gone, also some of several. */
  async function restoreLetters(isLost: boolean): Promise<number> {
    const withEarly = isLost || (isFirst && (await readWatermark(reading, earlyLettersJob)) === undefined)
    let rows = 0
    for (let last: LetterRow | undefined; ;) {
      const letters: LetterRow[] = await reading.rows<LetterRow>(lettersWithout({ isLost, withEarly, last }))
      const lost = letters.flatMap(rowsOfLetter)
      if (lost.length > 0) await insert(lost)
      rows += lost.length
      last = letters.at(-1)
      if (letters.length < lettersAtOnce) break
    }
    if (withEarly) await writeWatermark(store, earlyLettersJob, clock())
    return rows
  }

  /** Every life that had begun when the last of the letters came which no longer say whose lines they were. */
  async function markUnknown(job: string, table: string): Promise<void> {
    const lettersGone = (await readWatermarks(reading, lettersJobs)).map(({ upto }) => upto)
    // Ranges of Kafka are kept no longer than letters.
    const unknownUntil = table === 'pod_losses' ? lettersGone : [clock() - lettersMs, ...lettersGone]
    if (unknownUntil.length === 0) return
    const until = Math.max(...unknownUntil)
    const tenants = await reading.rows<{ tenant: string }>(tenantsSince(until))
    const identity = createHash('sha256').update(job).digest().readBigUInt64LE()
    const time = engineTime(new Date(until).toISOString())
    const rows = tenants.flatMap(({ tenant }) =>
      refusedRowsOf({ tenant, identity, time, reason: lettersLost }, [], [unnamedLife(1)]),
    )
    if (rows.length > 0) await insert(rows)
  }

  const insert = (rows: readonly string[]): Promise<void> =>
    store.insert({
      table: 'refused_lines',
      columns: columns.refused_lines,
      rows: Buffer.from(rows.join('')),
      format: 'JSONCompactEachRow',
    })

  return {
    async restore() {
      const jobs = await undone()
      if (!isFirst && jobs.length === 0) return
      const rows = await restoreLetters(jobs.some(({ table }) => table === 'refused_lines'))
      if (jobs.some(({ table }) => table === 'pod_losses')) await store.command({ sql: rangesAgain })
      for (const { job, table } of jobs) {
        await markUnknown(job, table)
        await writeWatermark(store, job, clock())
        done.add(job)
      }
      isFirst = false
      if (rows > 0 || jobs.length > 0)
        log.warn({ rows, parts: jobs.length }, 'what dead letters say of lines that are missing was stored again')
    },
  }
}

const isOurs = ({ table }: LostPart): boolean => ['refused_lines', 'pod_losses', 'dead_letters'].includes(table)

/** A part of dead_letters has letters of one month; those of clocks that are wrong may be of any. */
function lettersUntil({ partition }: LostPart, nowMs: number): number {
  const [, year, month] = /^(2\d{3})(\d\d)$/.exec(partition) ?? []
  return year === undefined ? nowMs : Math.min(nowMs, Date.UTC(Number(year), Number(month)))
}

function rowsOfLetter(letter: LetterRow): string[] {
  const { tenant, identity, time, reason, further, refused } = letter
  const lives = refused === '' ? livesOfEarly(letter) : (JSON.parse(refused) as RefusedLife[])
  const others = further === 0 ? [] : [unnamedLife(further)]
  return refusedRowsOf({ tenant, identity: BigInt(identity), time, reason }, lives, others)
}

function livesOfEarly({ reason, payload, cluster, cut }: LetterRow): RefusedLife[] {
  const bytes = Buffer.from(payload, 'base64')
  return livesOfPayload(reason === 'refused-by-store' ? recordOf(bytes) : bytes, cluster, cut === 1)
}

interface LettersWanted {
  isLost: boolean
  withEarly: boolean
  /** The letter before them. */
  last: LetterRow | undefined
}

/** Letters of lines that refused_lines does not have, by tenant and identity. Rows: LetterRow. */
function lettersWithout({ isLost, withEarly, last }: LettersWanted): Fragment {
  const after =
    last === undefined ? sql`` : sql` AND (tenant, identity) > (${str(last.tenant)}, ${bind('UInt64', last.identity)})`
  const orFurther = isLost ? sql` OR further > 0` : sql``
  const orEarly = withEarly ? sql` OR refused = ''` : sql``
  return statement(
    'letters-without-lives',
    sql`SELECT toString(tenant) AS tenant, toString(identity) AS identity, toString(toDateTime64(greatest(time, stored_at), 3)) AS time,
      toString(reason) AS reason, toString(cluster) AS cluster, refused, toFloat64(further) AS further,
      if(refused = '', base64Encode(payload), '') AS payload, toUInt8(payload_bytes > length(payload)) AS cut
    ${fromEveryTenant('dead_letters')}
      AND (format IN ('', 'native') AND reason NOT IN ${strs(linelessReasons)} OR refused NOT IN ('', '[]'))
      AND (refused NOT IN ('', '[]') OR refused != '' AND further > 0${orEarly})
      AND (identity GLOBAL NOT IN (SELECT identity ${fromEveryTenant('refused_lines')}
        AND stored_at > now() - INTERVAL 91 DAY)${orFurther})${after}
    ORDER BY dead_letters.tenant, dead_letters.identity LIMIT ${uint(lettersAtOnce)}
    SETTINGS ${raw('prefer_column_name_to_alias = 1, max_block_size = 1024')}`,
  )
}

const linelessReasons: readonly RejectReason[] = ['lost-on-kafka', 'bad-object', 'unknown-kind']

/** As the view over dead_letters stores them; a row that is there already is the same row. */
const rangesAgain = statement(
  'ranges-of-letters',
  sql`INSERT INTO pod_losses (tenant, pod_uid, time, identity, reason, path, container, restart, offset, topic,
    partition, messages, stored_at)
  SELECT tenant, '', dead_letters.time, identity, reason, '', '', -1, -1, JSONExtractString(payload, 'topic'),
    if(JSONHas(payload, 'partition'), JSONExtractInt(payload, 'partition'), -1),
    JSONExtractInt(payload, 'to') - JSONExtractInt(payload, 'from'), stored_at
  ${fromEveryTenant('dead_letters')} AND reason = 'lost-on-kafka'`,
)

/** With lives that had begun by then. Rows: { tenant }. */
const tenantsSince = (ms: number): Fragment =>
  statement(
    'tenants-with-lives',
    sql`SELECT toString(tenant) AS tenant ${fromEveryTenant('lines_of_lives')}
    GROUP BY tenant HAVING min(first_line) <= ${milliseconds(ms)}`,
  )
