// Joins fragments that ingest did not: it forgets open lines when it ends, and one of several processes does not know
// what another has. The line is stored first, and then its parts are named as absorbed: at no time is a line missing
// (decision 0017).
import { int, sql, str, strs, uint } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { beginLine, isOtherInstance, takeRow, type Assembly } from '#shared/lines/assembly.ts'
import { streamKey } from '#shared/lines/join-fragments.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { nameOf } from '#shared/lines/line-names.ts'
import { compareKeys } from '#shared/lines/line-order.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'
import { readPage } from '#shared/store-reading/line-pages.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { lifeScope, neighbours, type StreamRows } from '#shared/store-reading/stream-rows.ts'
import { copySettings } from '../obituaries/last-words-windows.ts'
import {
  absorbRows,
  countLines,
  fragmentedPods,
  storeJoined,
  type FragmentedPod,
  type JoinedLine,
  type PartOfLine,
} from './fragment-statements.ts'

/** Fragments of a pass that are looked at, newest first: those that stay open for good must not hold up the others. */
const fragmentsMax = 200
/** Minutes since its arrival for which a fragment is looked at: some lines have no end. */
const recentMinutes = 60
/** Rows that are read in front of a fragment, and at once behind it. */
const [rowsBefore, rowsBehind] = [16, 256]
/** Rows of one line at most. */
const partsMax = 1024
/** Rows of the other stream that are looked at between two fragments. */
const betweenMax = 1000

/** Joins the fragments of these pods; resolves to the number of rows that are parts of lines now. */
export async function absorbFragments(
  store: LogStore,
  reading: Reading,
  tenant: string,
  uids: readonly string[],
): Promise<number> {
  const pods = await reading.rows<FragmentedPod>(fragmentedPods(tenant, uids))
  if (pods.length === 0) return 0
  const filter = filterOf(tenant, pods)
  const isRecent = sql`received >= now64(3, 'UTC') - INTERVAL ${uint(recentMinutes)} MINUTE`
  const open = { ...filter, fields: {}, scope: sql`${filter.scope} AND partial = 1 AND ${isRecent}` }
  const { lines: fragments } = await readPage({ reading, filter: open, order: 'desc', limit: fragmentsMax })
  const done = new Set<string>()
  let absorbed = 0
  for (const fragment of fragments.toReversed()) {
    if (done.has(nameOf(fragment))) continue
    const line = await lineWith({ reading, filter }, fragment)
    for (const row of line?.rows ?? []) done.add(nameOf(row))
    if (line === undefined || line.rows.length < 2) continue
    // Ingest may have joined some of the rows since they were read.
    if (await areLines(reading, tenant, line.rows)) absorbed += await storeLine(store, tenant, line)
  }
  return absorbed
}

async function areLines(reading: Reading, tenant: string, rows: readonly Line[]): Promise<boolean> {
  const [found] = await reading.rows<{ count: number }>(countLines(tenant, rows))
  return found!.count === new Set(rows.map(nameOf)).size
}

function filterOf(tenant: string, pods: readonly FragmentedPod[]): StreamRows['filter'] {
  const times = pods.flatMap(({ first, last }) => [BigInt(first), BigInt(last)])
  const from = times.reduce((a, b) => (a < b ? a : b))
  const to = times.reduce((a, b) => (a > b ? a : b)) + 1n
  const namespaces = strs([...new Set(pods.map(({ namespace }) => namespace))])
  const names = strs([...new Set(pods.map(({ pod }) => pod))])
  return { tenant, from, to, scope: sql`namespace IN ${namespaces} AND pod IN ${names}` } satisfies Partial<LineFilter>
}

interface LineOfRows {
  assembly: Assembly
  rows: Line[]
  /** Of each row: how many bytes it added to the text. */
  added: number[]
}

/** The line that the fragment is a part of, with all rows of it. */
async function lineWith(streams: StreamRows, fragment: Line): Promise<LineOfRows | undefined> {
  const before = (await neighbours(streams, fragment, keyOf(fragment), 'desc', rowsBefore)).toReversed()
  const ahead = [...before, fragment]
  let line: LineOfRows | undefined
  let holds = false
  for (let last = fragment; ;) {
    for (const row of ahead.splice(0)) {
      if (line !== undefined && (await take(streams, line, row))) holds ||= row === fragment
      else if (holds) return line
      else {
        line = { assembly: beginLine(row), rows: [row], added: [row.message.length] }
        holds = row === fragment
      }
    }
    if (line === undefined || line.rows.length > partsMax) return line
    ahead.push(...(await neighbours(streams, fragment, keyOf(last), 'asc', rowsBehind)))
    if (ahead.length === 0) return line
    last = ahead.at(-1)!
  }
}

async function take(streams: StreamRows, { assembly, rows, added }: LineOfRows, row: Line): Promise<boolean> {
  if (streamKey(row) !== streamKey(assembly.line) || isOtherInstance(row, assembly)) return false
  if (!(await mayFollow(streams, rows, row))) return false
  const { size } = assembly
  if (!takeRow(assembly, row)) return false
  rows.push(row)
  added.push(assembly.size - size)
  return true
}

/** ms between the arrivals of two rows of one line where no offsets say that nothing stands between them. */
const apartMsMax = 60_000

/**
 * Whether no byte is missing between the line's rows and this one. A reader joins what follows; but a join that is
 * stored must not swallow the next line where the end of a line was lost.
 */
async function mayFollow({ reading, filter }: StreamRows, rows: readonly Line[], row: Line): Promise<boolean> {
  const [first, last] = [rows[0]!, rows.at(-1)!]
  const end = rows.reduce((most, each) => (each.file === last.file ? Math.max(most, endOf(each)) : most), -1)
  const isSameFile = row.file === last.file
  if (row.offset < 0 || end < 0) return row.ts === first.ts || Math.abs(row.received - last.received) <= apartMsMax
  if (isSameFile && row.offset >= first.offset && row.offset <= end) return true
  const ofLife = sql`${filter.scope} AND ${lifeScope(row)}`
  const between = { ...filter, fields: {}, from: last.ts, to: row.ts + 1n, scope: ofLife }
  const { lines, more } = await readPage({ reading, filter: between, order: 'asc', limit: betweenMax })
  const { at, left, isBroken } = behind({ file: last.file, offset: end }, lines, row)
  if (isSameFile && row.file === at.file && row.offset === at.offset) return true
  const isNextFile = row.offset === 0 && (row.file !== at.file || row.file === '')
  if (more || isBroken || !(isNextFile || (row.file === at.file && row.offset === at.offset))) return false
  for (const { file, offset } of isNextFile ? [...left, at] : left) {
    if (file === '') continue
    const scope = sql`${ofLife} AND file = ${str(file)} AND offset >= ${int(offset)}`
    const beyond = await readPage({ reading, filter: { ...filter, fields: {}, scope }, order: 'asc', limit: 1 })
    if (beyond.lines.length > 0) return false
  }
  return true
}

interface FilePlace {
  file: string
  offset: number
}

/**
 * Where the bytes of the line, and of the other stream's rows right behind them, end in front of `row`; and where they
 * end in the files that these have left. `isBroken`: one of the rows stands behind bytes that no row has.
 */
function behind(from: FilePlace, lines: readonly Line[], row: Line) {
  const left: FilePlace[] = []
  let at = from
  let isBroken = false
  for (const line of lines) {
    if (compareKeys(keyOf(line), keyOf(row)) >= 0) break
    const { file, offset, length, stream } = line
    if (stream === row.stream || offset < 0 || isOtherInstance(line, row)) continue
    const isInFile = file === at.file
    if (isInFile ? offset === at.offset : offset === 0) {
      if (!isInFile) left.push(at)
      at = { file, offset: offset + Math.max(length, 0) }
    } else isBroken ||= !isInFile || offset > at.offset
  }
  return { at, left, isBroken }
}

async function storeLine(store: LogStore, tenant: string, { assembly, rows, added }: LineOfRows): Promise<number> {
  const [first] = rows as [Line, ...Line[]]
  const { size, open } = assembly
  const isWhole = ({ message, offset, ts, partial }: Line): boolean =>
    message.length === size && offset === first.offset && ts === first.ts && partial === open
  const { end, row: last } = runOf(rows)
  const parts = rows.map(({ ts, identity, offset, file }, i): PartOfLine => {
    const covers = offset >= 0 && !(file === first.file && offset >= first.offset && offset < end)
    return { ts, identity, bytes: added[i]!, covers }
  })
  const whole = rows.some(isWhole)
  const length = first.offset >= 0 && end > first.offset ? end - first.offset : -1
  const line: JoinedLine = { parts, size, partial: open, length, last }
  if (!whole) await store.command({ sql: storeJoined(tenant, line), settings: copySettings })
  const absorbed = parts.filter((_, i) => !isWhole(rows[i]!))
  if (absorbed.length > 0) await store.command({ sql: absorbRows(tenant, absorbed), settings: copySettings })
  return absorbed.length
}

const endOf = ({ offset, length }: Line): number => (offset >= 0 && length > 0 ? offset + length : -1)

/** The last of the rows whose bytes follow each other from the first on, and where they end; -1 where it is not known. */
function runOf([first, ...others]: readonly Line[]): { end: number; row: Line } {
  let run = { end: endOf(first!), row: first! }
  for (const row of others)
    if (run.end >= 0 && row.file === first!.file && row.offset <= run.end && endOf(row) > run.end)
      run = { end: endOf(row), row }
  return run
}
