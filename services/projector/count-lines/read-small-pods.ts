// Reads the lines of small pods, and counts them and finds their stretches here; the lines also give the last words.
// For such pods that is some ten times as fast as the statements of lines-in-window.ts, which give the same numbers.
import { AfterlogError } from '#shared/errors.ts'
import { bareContainerId } from '#shared/container-id.ts'
import { measuredLines } from '#shared/lines/line-statements.ts'
import { decodeMeasured, type MeasuredLine } from '#shared/lines/row-decoder.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import { stretchesOfLines } from '#shared/pod-model/seal/stretches-of-lines.ts'
import { type LineLife, type StretchRow, stretchesMax } from '#shared/pod-model/rows.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { parseTime } from '#shared/time/parse-time.ts'
import { formatTime } from '#shared/time/format-time.ts'
import { readExpired } from './expired-counts.ts'
import { boundsOf, ownersOf } from './line-owners.ts'
import { lifeOf, ofPods, type LineBounds } from './line-counts.ts'
import { slotAt, spanKey, type SpanKey } from './line-life.ts'
import type { DayCountRow } from './lines-in-window.ts'
import { isSmall, packSmall, type CountablePod } from './small-pods.ts'
import { placeExpired, undecidedOf } from './place-expired.ts'
import { sumLineDays } from '#shared/pod-model/line-days.ts'
import { lineDaysOf, sumCounts } from './sum-counts.ts'
import { inTime, spansOf, stretchesInTime } from './timed-lives.ts'

export interface SmallPod {
  /** With counts, sizes and stretches. */
  facts: PodFacts
  /** Each line once, in no order; a long message is cut. Missing where enough lines of other pods are returned. */
  lines?: MeasuredLine[]
}

/** Lines that are returned at most, at some 900 bytes each: obituaries read those of the other pods again. */
const returnedLinesMax = 400_000

/** Rows that are read at once: twice the lines of a pack of pods, since lines may have been sent again. */
const rowsMax = 20_000

/** The small ones of these pods, but those that alone have more rows or bytes than are read at once. */
export async function readSmallPods(
  reading: RowReading,
  tenant: string,
  pods: readonly CountablePod[],
): Promise<Map<CountablePod, SmallPod>> {
  const packs = packSmall(pods.filter(isSmall))
  const small = new Map<CountablePod, SmallPod>()
  let returned = 0
  const add = (pod: CountablePod, { facts, lines = [] }: SmallPod): void => {
    returned += lines.length
    small.set(pod, returned > returnedLinesMax ? { facts } : { facts, lines })
  }
  for (let pack = packs.pop(); pack !== undefined; pack = packs.pop()) {
    const read = await readPack(reading, tenant, pack)
    if (read !== undefined) for (const [i, pod] of pack.entries()) add(pod, read[i]!)
    else if (pack.length > 1) packs.push(...halvesOf(pack))
  }
  return small
}

/** Lines may have been sent again many times, which estimates do not say. */
const halvesOf = (pack: CountablePod[]): CountablePod[][] => [
  pack.slice(0, pack.length / 2),
  pack.slice(pack.length / 2),
]

/** One for each pod, in their order; undefined where they have more rows or bytes than are read at once. */
async function readPack(
  reading: RowReading,
  tenant: string,
  pods: readonly PodFacts[],
): Promise<SmallPod[] | undefined> {
  const bounds = boundsOf(pods)
  if (bounds === undefined) return pods.map((facts) => ({ facts: { ...facts, stretches: [] }, lines: [] }))
  const [rows, expired] = await Promise.all([readRows(reading, tenant, bounds), readExpired(reading, tenant, bounds)])
  if (rows === undefined) return undefined
  const spans = spansOf(pods)
  const lives = linesByLife(rows, spans)
  const { counts: before, uncountedDays } = expired
  const days = lives.flatMap(countDays)
  const placed = placeExpired(before, days, spans, pods)
  const countsOf = ownersOf(sumCounts(days, placed.counts, { timed: true, sizes: true }))
  const stretchesOf = ownersOf(lives.flatMap(stretchesOfLife))
  const livesOf = ownersOf(lives)
  const daysOf = ownersOf(lineDaysOf(days, before))
  return pods.map((pod) => {
    const undecided = undecidedOf(pod, placed.undecided)
    const lineDays = sumLineDays(daysOf(pod))
    const counted = { ...pod, counts: countsOf(pod), lineDays, uncountedDays, undecided }
    return {
      facts: { ...inTime(counted), stretches: stretchesInTime(pod, stretchesOf(pod)) },
      lines: livesOf(pod).flatMap(({ lines }) => lines.filter(isLine)),
    }
  })
}

async function readRows(
  { binary }: RowReading,
  tenant: string,
  bounds: LineBounds,
): Promise<MeasuredLine[] | undefined> {
  const { first, last } = bounds
  const filter = {
    tenant,
    fields: {},
    scope: ofPods(bounds),
    from: parseTime(first, 0n)!,
    to: parseTime(last, 0n)! + 1n,
  }
  try {
    const rows = decodeMeasured(await binary(measuredLines(filter, rowsMax + 1)))
    return rows.length > rowsMax ? undefined : rows
  } catch (error) {
    if (error instanceof AfterlogError && error.code === 'query-limit') return undefined
    throw error
  }
}

const isLine = ({ coversOnly }: MeasuredLine): boolean => !coversOnly

interface LifeOfLines extends LineLife {
  /** Epoch ns, ascending; empty where the life of its lines needs no time. */
  begins: readonly bigint[]
  lines: MeasuredLine[]
}

type Spans = ReadonlyMap<SpanKey, readonly bigint[]>

/** The lines of each life. Of a line that was sent again the row that a merge keeps counts. */
function linesByLife(rows: readonly MeasuredLine[], spans: Spans): LifeOfLines[] {
  const lines = new Map<string, MeasuredLine>()
  for (const row of rows) {
    const key = `${row.ts} ${row.identity}`
    const other = lines.get(key)
    if (other === undefined || row.precedence > other.precedence) lines.set(key, row)
  }
  const lives = new Map<string, LifeOfLines>()
  for (const line of lines.values()) {
    const life = lifeOfLine(line, spans)
    const key = JSON.stringify(Object.values(life))
    const other = lives.get(key)
    if (other === undefined) lives.set(key, { ...life, begins: beginsFor(line, spans), lines: [line] })
    else other.lines.push(line)
  }
  return [...lives.values()]
}

/** As `namingContainerId` of line-life.ts. */
function lifeOfLine(line: MeasuredLine, spans: Spans): LineLife {
  const { podUid, cluster, namespace, pod, container, restart, containerId } = line
  const isNamedById = restart < 0 || spans.has(spanKey(podUid, container, restart))
  const id = isNamedById ? bareContainerId(containerId) : ''
  return { uid: podUid, cluster, namespace, pod, container, restart, containerId: id }
}

/** Begins of the spans that divide the lines of a life without a container id, as `slotOf` of lines-in-window.ts. */
const beginsFor = ({ podUid, container, restart, containerId }: MeasuredLine, spans: Spans): readonly bigint[] =>
  containerId === '' ? (spans.get(spanKey(podUid, container, restart)) ?? []) : []

function stretchesOfLife(life: LifeOfLines): StretchRow[] {
  const placed = life.lines.map(({ ts, ...line }) => ({ ...line, at: formatTime(ts) }))
  return stretchesOfLines(placed)
    .slice(0, stretchesMax)
    .map((stretch) => ({ ...lifeOf(life), ...stretch }))
}

/** What `dayCounts` of lines-in-window.ts reads. */
function countDays({ lines, begins, ...life }: LifeOfLines): DayCountRow[] {
  const slotOf = ({ ts }: MeasuredLine): number => slotAt(begins, ts)
  const dayOf = ({ ts }: MeasuredLine): string => formatTime(ts).slice(0, 10)
  const groups = Map.groupBy(lines.filter(isLine), (line) => `${dayOf(line)} ${slotOf(line)}`)
  return [...groups.values()].map((some) => {
    const times = some.map(({ ts }) => ts)
    const errors = some.filter(({ severity }) => severity === 'error' || severity === 'fatal').length
    return {
      ...life,
      slot: slotOf(some[0]!),
      day: dayOf(some[0]!),
      lines: String(some.length),
      firstLine: formatTime(times.reduce((a, b) => (a < b ? a : b))),
      lastLine: formatTime(times.reduce((a, b) => (a > b ? a : b))),
      bytes: String(some.reduce((sum, line) => sum + line.bytes, 0)),
      errors: String(errors),
    }
  })
}
