// Pure: joins the lives of a pod from the reports of its objects, from first and last lines, and from counts of lines.
// A life whose lines have no number is matched by its container id. A life without any match stands alone, with restart
// null.
import { compare } from '#shared/compare.ts'
import { sameContainer } from '#shared/container-id.ts'
import { secondsBetween } from '#shared/lifecycle/clock.ts'
import type { ContainerKind, LifeEvidence, OomLine } from '#shared/lifecycle/evidence.ts'
import { instancesOf } from '#shared/lifecycle/instances.ts'
import type { LostLines } from './line-days.ts'
import {
  type LifeLinesRow,
  type LifeRow,
  type LineCountRow,
  type LineLife,
  type LossRow,
  type StoredPlaceRow,
  type StretchRow,
  type UncountedDay,
  oomWithin,
} from './rows.ts'

export interface Life extends LifeEvidence {
  containerId: string
  signal: number | null
  image: string
  imageId: string
  lines: number
  /** Whether `lines` is a count of distinct lines, and of all of them. */
  linesExact: boolean
  /** Whether its lines were not read, since it runs or has very many. */
  unread: boolean
  /** Whether lines of it may have been dropped uncounted. */
  uncounted: boolean
  /** About how many lines of it ever came. */
  estimate: number
  /** The bytes of its messages, and its lines of severity error or fatal; null where they were not counted. */
  bytes: number | null
  errors: number | null
  firstLine: string | null
  lastLine: string | null
  /** Whether lines of it have expired. */
  expired: boolean
  /** Lines of it that neither a number nor a container id places in it. */
  byTime: number
  /** Lines that were counted once, and are there no more. */
  lost: LostLines[]
  /** The times of the first and last line that are stored; null where they were not read. */
  storedFirst: string | null
  storedLast: string | null
  /** Whether a fragment came among its lines: the row of its last line may be part of an earlier one by now. */
  fragments: boolean
  /** Whether its seal lacks lines that have expired; set with the seal. */
  lacksLines?: boolean
  /** The stretches of its files that its lines cover. */
  stretches: StretchRow[]
  /** Names of files whose first line ever came, whatever name it has by now. */
  heads: string[]
  /** Dead letters that may belong to it. */
  losses: LossRow[]
  /** Where lines of it are stored that begin where refused ones did. */
  storedPlaces: StoredPlaceRow[]
}

export interface LifeSources {
  lives: readonly LifeRow[]
  lines: readonly LifeLinesRow[]
  counts: readonly LineCountRow[]
  stretches?: readonly StretchRow[] | undefined
  storedPlaces?: readonly StoredPlaceRow[] | undefined
  uncountedDays?: readonly UncountedDay[] | undefined
  undecided?: readonly string[] | undefined
  lost?: readonly LostLines[] | undefined
}

/** Returns lives in the order of containers (init first, debug containers last), and in order within each container. */
export function joinLives(sources: LifeSources): Life[] {
  const { lives, lines, counts, stretches, storedPlaces = [], uncountedDays = [], undecided = [], lost = [] } = sources
  const reported = instancesOf(lives).map(fromObject)
  const joined = [...reported]
  const find = (container: string, restart: number, containerId: string): Life | undefined => {
    if (restart < 0 && containerId !== '') return joined.find((life) => sameContainer(life.containerId, containerId))
    const numbered = joined.filter(
      (life) => life.container === container && life.restart === (restart < 0 ? null : restart),
    )
    if (restart < 0) return numbered.find((life) => life.containerId === '')
    // Where several instances have the number, a line without a time belongs to the last one.
    if (numbered.length < 2) return numbered[0]
    return containerId === '' ? numbered.at(-1) : numbered.find((life) => sameContainer(life.containerId, containerId))
  }
  for (const row of numberedFirst(lines)) {
    let life = find(row.container, row.restart, row.containerId)
    if (life === undefined) joined.push((life = fromLines(row)))
    if (life.containerId === '') life.containerId = row.containerId
    life.firstLine = earlier(life.firstLine, row.firstLine)
    life.lastLine = later(life.lastLine, row.lastLine)
    life.estimate += Number(row.estimate ?? 0)
    life.fragments ||= row.fragments === 1
    life.heads.push(...(row.heads ?? []))
    if (uncountedDays.some((day) => mayHaveLinesOf(day, row))) noteUncounted(life)
  }
  const ofLine = (row: LineLife): Life | undefined => find(row.container, row.restart, row.containerId)
  for (const row of counts) {
    const life = ofLine(row)
    if (life === undefined) continue
    life.lines += Number(row.lines)
    life.unread ||= row.estimate === true
    life.linesExact &&= !life.unread
    life.expired ||= row.stored !== row.lines
    life.byTime += row.byTime ?? 0
    life.storedFirst = earlier(life.storedFirst, row.firstLine ?? null)
    life.storedLast = later(life.storedLast, row.lastLine ?? null)
    if (row.bytes !== undefined) life.bytes = (life.bytes ?? 0) + Number(row.bytes)
    if (row.errors !== undefined) life.errors = (life.errors ?? 0) + Number(row.errors)
  }
  for (const row of stretches ?? []) ofLine(row)?.stretches.push(row)
  for (const row of storedPlaces) ofLine(row)?.storedPlaces.push(row)
  for (const life of joined) if (undecided.includes(life.container)) noteUncounted(life)
  for (const day of lost) for (const life of livesOfLost(day, joined, ofLine)) life.lost.push(day)
  noteUnplaced(joined)
  const kinds = new Map(joined.filter(({ kind }) => kind !== '').map(({ container, kind }) => [container, kind]))
  for (const life of joined) life.kind ||= kinds.get(life.container) ?? ''
  return inOrder(reported, joined.slice(reported.length)).toSorted(
    (a, b) => order[a.kind] - order[b.kind] || compare(a.container, b.container),
  )
}

/** The life that lost lines were of; every life of the container where only times said which. */
function livesOfLost(day: LostLines, joined: readonly Life[], find: (row: LineLife) => Life | undefined): Life[] {
  const life = find({ ...day, cluster: '', namespace: '', pod: '' })
  return life === undefined ? joined.filter(({ container }) => container === day.container) : [life]
}

/** Lines that nothing places in a life, not even their time, may be of any life of their container. */
function noteUnplaced(joined: readonly Life[]): void {
  for (const { container, restart, containerId, lines } of joined)
    if (restart === null && containerId === '')
      for (const life of joined) if (life.container === container && life.restart !== null) life.byTime += lines
}

/** In one order, whatever order they were read in: a life has its number before lines without one look for its id. */
const numberedFirst = (lines: readonly LifeLinesRow[]): LifeLinesRow[] =>
  lines.toSorted(
    (a, b) =>
      Number(a.restart < 0) - Number(b.restart < 0) ||
      compare(a.firstLine, b.firstLine) ||
      compare(a.containerId, b.containerId),
  )

/** The number of its lines to state: at least those that are counted. */
export const allLines = ({ lines, uncounted, estimate }: Life): number =>
  uncounted ? Math.max(lines, estimate) : lines

/**
 * A class has the name of a namespace, unless it is `default`, which rules of before may have given to any namespace.
 */
const mayHaveLinesOf = (day: UncountedDay, { namespace, firstLine, lastLine }: LifeLinesRow): boolean =>
  (day.class === namespace || day.class === 'default') &&
  day.day >= firstLine.slice(0, 10) &&
  day.day <= lastLine.slice(0, 10)

function noteUncounted(life: Life): void {
  life.linesExact = false
  life.uncounted = true
  // Holes between its lines prove no loss.
  life.expired = true
}

/** Sorts in lives that only lines name: by their numbers, or by their times where numbers began again. */
function inOrder(reported: readonly Life[], fromLineRows: readonly Life[]): Life[] {
  const ordered = [...reported]
  const added = fromLineRows.toSorted(
    (a, b) => (a.restart ?? -1) - (b.restart ?? -1) || compare(a.containerId, b.containerId),
  )
  for (const life of added) {
    const own = reported.filter(({ container }) => container === life.container)
    const ascends = own.every(({ restart }, i) => i === 0 || own[i - 1]!.restart! < restart!)
    const precedes = (other: Life): boolean =>
      life.restart === null || ascends
        ? (life.restart ?? -1) < (other.restart ?? -1)
        : (life.firstLine ?? '') < (other.startedAt ?? '')
    const at = ordered.findIndex((other) => other.container === life.container && precedes(other))
    if (at < 0) ordered.push(life)
    else ordered.splice(at, 0, life)
  }
  return ordered
}

/** Adds the kernel's lines of OOM kills to the lives that they name and that ended shortly after. */
export function withOomLines(lives: readonly Life[], podUid: string, lines: readonly OomLine[]): Life[] {
  return lives.map((life) => {
    const { finishedAt, state, containerId } = life
    if (state !== 'terminated' || finishedAt === null) return life
    const oom = lines.findLast(({ time, containerId: hitId, podUid: hitUid }) => {
      const before = secondsBetween(time, finishedAt)
      const named = hitId === '' || containerId === '' ? hitUid === podUid : sameContainer(containerId, hitId)
      return named && before <= oomWithin.beforeS && before >= -oomWithin.afterS
    })
    return oom === undefined ? life : { ...life, oom }
  })
}

const order: Record<ContainerKind | '', number> = { init: 0, sidecar: 1, container: 2, '': 2, ephemeral: 3 }

type LineTotals = Pick<
  Life,
  | 'lines'
  | 'linesExact'
  | 'unread'
  | 'uncounted'
  | 'estimate'
  | 'bytes'
  | 'errors'
  | 'firstLine'
  | 'lastLine'
  | 'expired'
  | 'byTime'
  | 'lost'
  | 'storedFirst'
  | 'storedLast'
  | 'fragments'
  | 'stretches'
  | 'heads'
  | 'losses'
  | 'storedPlaces'
>

/** The totals of a life before its lines are added. */
const noLines = (): LineTotals => ({
  lines: 0,
  linesExact: true,
  unread: false,
  uncounted: false,
  estimate: 0,
  bytes: null,
  errors: null,
  firstLine: null,
  lastLine: null,
  expired: false,
  byTime: 0,
  lost: [],
  storedFirst: null,
  storedLast: null,
  fragments: false,
  stretches: [],
  heads: [],
  losses: [],
  storedPlaces: [],
})

const fromObject = ({ restart, ...row }: LifeRow): Life => ({
  ...pick(row),
  kind: row.kind,
  restart,
  state: row.state,
  ...noLines(),
})

function pick(row: Omit<LifeRow, 'restart'>): Omit<Life, 'kind' | 'restart' | 'state' | keyof LineTotals> {
  const { container, containerId, startedAt, finishedAt, reason, message, exitCode, signal, image, imageId } = row
  return { container, containerId, startedAt, finishedAt, reason, message, exitCode, signal, image, imageId }
}

const fromLines = ({ container, restart, containerId }: LifeLinesRow): Life => ({
  container,
  kind: '',
  restart: restart < 0 ? null : restart,
  state: '',
  containerId,
  startedAt: null,
  finishedAt: null,
  reason: '',
  message: '',
  exitCode: null,
  signal: null,
  image: '',
  imageId: '',
  ...noLines(),
})

export function earlier(a: string | null, b: string | null): string | null {
  if (a === null) return b
  return b === null || a < b ? a : b
}

export function later(a: string | null, b: string | null): string | null {
  if (a === null) return b
  return b === null || a > b ? a : b
}
