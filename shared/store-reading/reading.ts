// One request's way to the store: its limits, its cancellation, and what its statements have read so far.
import type { Client } from '#shared/clickhouse/fair-queue.ts'
import type { Fragment } from '#shared/clickhouse/sql.ts'
import type { LogStore, Query, QueryLimits, QueryStats } from '#shared/clickhouse/store.ts'
import { createRequestWork, type RequestWork } from '#shared/http/request-work.ts'
import { createSlices } from '#shared/in-slices.ts'
import { createRequestBudget, type StatementTerms, type WantedTerms } from './request-budget.ts'
import { decodeRanked, decodeStep, type DecodeStep, type Line, type RankedLine } from '#shared/lines/row-decoder.ts'

export interface ReadStats {
  rowsRead: number
  bytesRead: number
  elapsedMs: number
}

export interface Reading {
  /** Of the store that is read. */
  readonly mode: LogStore['mode']
  /** All rows of a small result. */
  rows<T>(sql: Fragment, wanted?: WantedTerms): Promise<T[]>
  /** The same in RowBinary, for those that are many or large: lines/binary-rows.ts reads them. */
  binary(sql: Fragment): Promise<Buffer>
  /**
   * Lines of a statement of lines/line-statements.ts. `expected`: how many they are and the bytes of their messages, as
   * far as it is known; the answer waits until there is room for them.
   */
  some(sql: Fragment, expected?: ExpectedLines, wanted?: WantedTerms): Promise<Line[]>
  /** The same of `firstRows` there. */
  ranked(sql: Fragment, expected?: ExpectedLines, wanted?: WantedTerms): Promise<RankedLine[]>
  /** The same reading, whose statements leave so much of its time to others. */
  leaving(ms: number): Reading
  /** The longest time that the request may take, ms. */
  readonly timeMs: number | undefined
  /** Rejects once the time of the request is over, or nobody waits: for whoever works long on what was read. */
  checkTime(): Promise<void>
  /** Says that of the lines that were read before only so many bytes are kept, by an answer that holds few of many. */
  letGo(keptBytes: number): void
  /** What was read for the lines until now, and the time since the reading began. */
  stats(): ReadStats
}

/** How many, and the bytes of their messages. */
export interface ExpectedLines {
  rows?: number
  bytes?: number
}

/** What everything but lines is read with. */
export type RowReading = Pick<Reading, 'rows' | 'binary'>

export interface ReadingOptions {
  store: LogStore
  /**
   * Of the request as a whole; of each statement where there is no request, and of an answer that has begun to stream.
   */
  limits: QueryLimits
  /** Aborts when nobody waits for the answer any more. */
  signal?: AbortSignal
  /** On whose behalf it is: clients take turns. */
  client?: Client
  /** Of the request that is answered; missing where something goes on in the background. */
  work?: RequestWork
}

/** Rows, and the text that is made of them. */
const heldPerByte = 2
/** A line as an object, beside its bytes. */
const heldPerLine = 1000

/** Of all requests: however many read at once, each step is a turn of its own. */
const slices = createSlices()
const linesOfStep = 500

async function decodeInSlices<T>(rows: Buffer, decode: DecodeStep<T>): Promise<T[]> {
  const lines: T[] = []
  const step = decode(rows, lines, linesOfStep)
  while (await slices(step));
  return lines
}

export function createReading({ store, limits, signal, client, work }: ReadingOptions): Reading {
  const began = performance.now()
  const ended = signal === undefined ? {} : { signal }
  const ownTerms: StatementTerms = { limits, ...ended }
  const total = work ?? createRequestWork()
  const budget = work === undefined ? undefined : createRequestBudget({ limits, readSoFar: total, ...ended })
  const lines = { rowsRead: 0, bytesRead: 0 }
  let heldBytes = 0
  const count = ({ rowsRead, bytesRead, memoryBytes }: QueryStats): void => {
    total.rowsRead += rowsRead
    total.bytesRead += bytesRead
    if (memoryBytes !== undefined) total.memoryBytes = Math.max(total.memoryBytes ?? 0, memoryBytes)
  }
  const countLines = (stats: QueryStats): void => {
    count(stats)
    lines.rowsRead += stats.rowsRead
    lines.bytesRead += stats.bytesRead
  }
  /** A request that has had an answer of the store is not refused for those that wait. */
  const turn = (): Pick<Query, 'client' | 'isUnderWay'> =>
    client === undefined ? {} : { client, isUnderWay: total.streams || total.statements > 1 }
  const run = <T>(
    statement: (terms: StatementTerms & Pick<Query, 'client' | 'isUnderWay'>) => Promise<T>,
    wanted: WantedTerms = {},
  ): Promise<T> => {
    total.statements += 1
    const own = turn()
    if (budget !== undefined && !total.streams) return budget.run((terms) => statement({ ...terms, ...own }), wanted)
    const { leavesMs: _, stopsEarly = false, ...lower } = wanted
    const { rowsRead: __, bytesRead: ___, ...unbounded } = limits
    return statement({ ...ownTerms, ...own, limits: { ...(stopsEarly ? unbounded : limits), ...lower } })
  }
  const decoded = async <T>(
    decode: DecodeStep<T>,
    sql: Fragment,
    { rows: rowCount = 0, bytes = 0 }: ExpectedLines,
    wanted: WantedTerms,
  ): Promise<T[]> => {
    const mayPause = total.streams
    // A stream asks for more once its client has taken what came before.
    if (mayPause) total.memory?.hold((heldBytes = 0))
    const room = total.memory?.room(heldBytes + heldPerByte * bytes + heldPerLine * rowCount, { mayPause, signal })
    if (room !== undefined) await room
    const rows = await run((terms) => store.bytes({ sql, ...terms, onStats: countLines }, 'RowBinary'), wanted)
    const found = await decodeInSlices(rows, decode)
    heldBytes += heldPerByte * rows.length + heldPerLine * found.length
    total.memory?.hold(heldBytes)
    return found
  }
  const reading = (leaves: Pick<WantedTerms, 'leavesMs'>): Reading => ({
    mode: store.mode,
    timeMs: limits.timeMs,
    leaving: (leavesMs) => reading({ leavesMs }),
    rows: <T>(sql: Fragment, wanted: WantedTerms = {}) =>
      run((terms) => store.rows<T>({ sql, ...terms, onStats: count }), { ...leaves, ...wanted }),
    binary: (sql) => run((terms) => store.bytes({ sql, ...terms, onStats: count }, 'RowBinary'), leaves),
    some: (sql, expected = {}, wanted = {}) => decoded(decodeStep, sql, expected, { ...leaves, ...wanted }),
    ranked: (sql, expected = {}, wanted = {}) => decoded(decodeRanked, sql, expected, { ...leaves, ...wanted }),
    async checkTime() {
      signal?.throwIfAborted()
      await run(async () => {})
    },
    letGo(keptBytes) {
      total.memory?.hold((heldBytes = keptBytes))
    },
    stats: () => ({ ...lines, elapsedMs: Math.round((performance.now() - began) * 1000) / 1000 }),
  })
  return reading({})
}
