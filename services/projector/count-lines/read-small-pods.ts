// Reads the lines of small pods, and counts them and finds their stretches here; the lines also give the last words.
// For such pods that is some ten times as fast as the statements of lines-in-window.ts, which give the same numbers.
import { AfterlogError } from '#shared/errors.ts'
import { bareContainerId } from '#shared/container-id.ts'
import { measuredLines } from '#shared/lines/line-statements.ts'
import { decodeMeasured, type MeasuredLine } from '#shared/lines/row-decoder.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import { stretchesOfLines } from '#shared/pod-model/seal/stretches-of-lines.ts'
import { type LineCountRow, type LineLife, type StretchRow, stretchesMax } from '#shared/pod-model/rows.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { parseTime } from '#shared/time/parse-time.ts'
import { formatTime } from '#shared/time/format-time.ts'
import { readExpired, type ExpiredCountRow } from './expired-counts.ts'
import { boundsOf, ownersOf } from './line-owners.ts'
import { lifeOf, ofPods, type LineBounds } from './line-counts.ts'
import { isSmall, packSmall, type CountablePod } from './small-pods.ts'

export interface SmallPod {
  /** With counts, sizes and stretches. */
  facts: PodFacts
  /** Each line once, in no order; a long message is cut. */
  lines: MeasuredLine[]
}

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
  for (let pack = packs.pop(); pack !== undefined; pack = packs.pop()) {
    const read = await readPack(reading, tenant, pack)
    if (read !== undefined) for (const [i, pod] of pack.entries()) small.set(pod, read[i]!)
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
  const lives = linesByLife(rows)
  const { uncountedDays } = expired
  const countsOf = ownersOf(countLines(lives, expired.counts))
  const stretchesOf = ownersOf(lives.flatMap(stretchesOfLife))
  const livesOf = ownersOf(lives)
  return pods.map((pod) => ({
    facts: { ...pod, counts: countsOf(pod), stretches: stretchesOf(pod), uncountedDays },
    lines: livesOf(pod).flatMap(({ lines }) => lines),
  }))
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

interface LifeOfLines extends LineLife {
  lines: MeasuredLine[]
}

/** The lines of each life. Of a line that was sent again the row that arrived last counts. */
function linesByLife(rows: readonly MeasuredLine[]): LifeOfLines[] {
  const lines = new Map<string, MeasuredLine>()
  for (const row of rows) {
    const key = `${row.ts} ${row.identity}`
    const other = lines.get(key)
    if (other === undefined || other.received <= row.received) lines.set(key, row)
  }
  const lives = new Map<string, LifeOfLines>()
  for (const line of lines.values()) {
    const life = lifeOfLine(line)
    const key = keyOf(life)
    const other = lives.get(key)
    if (other === undefined) lives.set(key, { ...life, lines: [line] })
    else other.lines.push(line)
  }
  return [...lives.values()]
}

const lifeOfLine = ({ podUid, cluster, namespace, pod, container, restart, containerId }: MeasuredLine): LineLife => ({
  uid: podUid,
  cluster,
  namespace,
  pod,
  container,
  restart,
  containerId: restart < 0 ? bareContainerId(containerId) : '',
})

function stretchesOfLife({ lines, ...life }: LifeOfLines): StretchRow[] {
  const placed = lines.map(({ ts, ...line }) => ({ ...line, at: formatTime(ts) }))
  return stretchesOfLines(placed)
    .slice(0, stretchesMax)
    .map((stretch) => ({ ...life, ...stretch }))
}

/**
 * Counts of each life. For each day, the larger of the stored lines and those that were counted before some expired.
 */
function countLines(lives: readonly LifeOfLines[], expired: readonly ExpiredCountRow[]): LineCountRow[] {
  const expiredOf = Map.groupBy(expired, keyOf)
  const stored = new Set(lives.map(keyOf))
  const expiredLives = expired.filter((row) => !stored.has(keyOf(row))).map((row) => ({ ...lifeOf(row), lines: [] }))
  const unique = new Map([...lives, ...expiredLives].map((life) => [keyOf(life), life]))
  return [...unique].map(([key, { lines, ...life }]) => {
    const days = new Map((expiredOf.get(key) ?? []).map(({ day, lines: before }) => [day, Number(before)]))
    for (const [day, ofDay] of Map.groupBy(lines, ({ ts }) => formatTime(ts).slice(0, 10)))
      days.set(day, Math.max(days.get(day) ?? 0, ofDay.length))
    const total = [...days.values()].reduce((sum, count) => sum + count, 0)
    const bytes = lines.reduce((sum, line) => sum + line.bytes, 0)
    const errors = lines.filter(({ severity }) => severity === 'error' || severity === 'fatal').length
    return { ...life, lines: String(total), stored: String(lines.length), bytes: String(bytes), errors: String(errors) }
  })
}

const keyOf = (life: LineLife): string => JSON.stringify(Object.values(lifeOf(life)))
