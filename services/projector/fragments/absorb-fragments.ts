// Joins fragments that ingest did not: it forgets open lines when it ends, and one of several processes does not know
// what another has. The line is stored first, and then its parts are named as absorbed: at no time is a line missing
// (decision 0017).
import { int, sql, str, strs, uint } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { beginLine, isOtherInstance, takeRow, type Assembly } from '#shared/lines/assembly.ts'
import { streamKey } from '#shared/lines/join-fragments.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { nameOf } from '#shared/lines/line-names.ts'
import { knowParts, outermost } from '#shared/lines/parts-of-line.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'
import { readPage } from '#shared/store-reading/line-pages.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { linesAndParts, neighbours, type StreamRows } from '#shared/store-reading/stream-rows.ts'
import { byFiles, byKeys, type RowOrder } from './row-orders.ts'
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
  const behind = await neighbours(streams, fragment, keyOf(fragment), 'asc', rowsBehind)
  const rows = [...before, fragment, ...behind]
  const line = await lineAmong(streams, fragment, rows, byKeys)
  const isAlone = line === undefined || line.rows.length < 2
  const isOfSeveralFiles = rows.some(({ ts, file }) => ts === fragment.ts && file !== fragment.file)
  return isAlone && isOfSeveralFiles ? lineAmong(streams, fragment, rows, byFiles) : line
}

/** The line that the fragment is a part of, among these rows and those behind them. */
async function lineAmong(
  streams: StreamRows,
  fragment: Line,
  first: readonly Line[],
  inOrder: RowOrder,
): Promise<LineOfRows | undefined> {
  let line: LineOfRows | undefined
  let holds = false
  for (let rows = first; rows.length > 0;) {
    for (const row of inOrder(rows)) {
      if (line !== undefined && (await take(streams, line, row))) holds ||= row === fragment
      else if (holds) return line
      else {
        line = { assembly: beginLine(row), rows: [row], added: [row.message.length] }
        holds = row === fragment
      }
    }
    if (line !== undefined && line.rows.length > partsMax) return line
    rows = await neighbours(streams, fragment, keyOf(rows.at(-1)!), 'asc', rowsBehind)
  }
  return line
}

async function take(streams: StreamRows, line: LineOfRows, row: Line): Promise<boolean> {
  const { assembly, rows, added } = line
  if (streamKey(row) !== streamKey(assembly.line) || isOtherInstance(row, assembly)) return false
  if (!(await mayFollow(streams, line, row))) return false
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
async function mayFollow(streams: StreamRows, { assembly, rows }: LineOfRows, row: Line): Promise<boolean> {
  const [first, last] = [rows[0]!, rows.at(-1)!]
  const end = rows.reduce((most, each) => (each.file === last.file ? Math.max(most, endOf(each)) : most), -1)
  const isSameFile = row.file === last.file
  if (row.offset < 0 || end < 0) return row.ts === first.ts || Math.abs(row.received - last.received) <= apartMsMax
  if (isSameFile && row.offset >= first.offset && row.offset <= end) return true
  const found = await linesAndParts(streams, row, { from: last.ts, to: row.ts + 1n }, betweenMax + 1)
  if (found.length > betweenMax) return false
  const isAtRow = ({ ts, file, offset }: Line): boolean => ts === row.ts && file === row.file && offset === row.offset
  const inOrder = byKeys([last, ...found.filter((each) => !isAtRow(each)), row])
  // Ingest may have gone on from a row that the line has absorbed.
  const again = found.filter((each) => each.stream === row.stream && isAtRow(each))
  for (const all of [inOrder, byFiles(inOrder)]) {
    const between = all.slice(all.indexOf(last) + 1, Math.max(0, all.indexOf(row)))
    const parts = outermost([...between.filter(({ stream }) => stream === row.stream), ...again])
    if (!knowParts(assembly, parts)) continue
    if (again.length > 0 || (await isReached(streams, { file: last.file, offset: end }, between, row))) return true
  }
  return false
}

/** Whether these rows fill all between the place and `row`, and nothing says that another row goes on there. */
async function isReached(streams: StreamRows, from: FilePlace, between: readonly Line[], row: Line): Promise<boolean> {
  const { at, left, isBroken } = reachOf(from, between, row)
  const isThere = row.file === at.file && row.offset === at.offset
  if (isThere && row.file === from.file) return true
  const isNextFile = row.offset === 0 && (row.file !== at.file || row.file === '')
  if (isBroken || !(isNextFile || isThere)) return false
  return !(await isLeftEarly(streams, isNextFile ? [...left, at] : left, row))
}

/** Whether a row of the life stands behind one of these places, of files that the line has left. */
async function isLeftEarly(streams: StreamRows, places: readonly FilePlace[], row: Line): Promise<boolean> {
  for (const { file, offset } of places) {
    if (file === '') continue
    const scope = sql`file = ${str(file)} AND offset >= ${int(offset)}`
    const beyond = await linesAndParts(streams, row, { scope, isOwnToo: true }, 1)
    if (beyond.length > 0) return true
  }
  return false
}

interface FilePlace {
  file: string
  offset: number
}

/**
 * Where the bytes of the line, and of rows right behind them, end in front of `row`; and where they end in the files that
 * these have left. `isBroken`: one of the rows stands behind bytes that no row has.
 */
function reachOf(from: FilePlace, between: readonly Line[], row: Line) {
  const left: FilePlace[] = []
  let at = from
  let isBroken = false
  for (const line of between) {
    const { file, offset, length } = line
    if (offset < 0 || isOtherInstance(line, row)) continue
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
