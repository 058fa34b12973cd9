// Pure: the lives of a pod, joined from what its object told (lives), from first and last lines, and from counts of lines. A life that
// lines told without its number is found by its container id; one that nothing matches stands by itself, its restart null.
import { compare } from '#shared/compare.ts'
import { secondsBetween } from '#shared/lifecycle/clock.ts'
import type { ContainerKind, LifeEvidence, OomLine } from '#shared/lifecycle/evidence.ts'
import { instancesOf } from '#shared/lifecycle/instances.ts'
import {
  type LifeLinesRow,
  type LifeRow,
  type LineCountRow,
  type LineLife,
  type LossRow,
  type StretchRow,
  oomWithin,
} from './rows.ts'

export interface Life extends LifeEvidence {
  containerId: string
  signal: number | null
  image: string
  imageId: string
  lines: number
  /** Whether `lines` is a count of distinct lines, and not an estimate. */
  linesExact: boolean
  /** Of the messages of its lines, and lines of severity error or fatal; null where they were not counted. */
  bytes: number | null
  errors: number | null
  firstLine: string | null
  lastLine: string | null
  /** Whether lines of it have expired. */
  expired: boolean
  /** Whether its seal lacks lines that have expired; set with the seal. */
  lacksLines?: boolean
  /** What its lines cover of their files. */
  stretches: StretchRow[]
  /** Dead letters that may be of it. */
  losses: LossRow[]
}

export interface LifeSources {
  lives: readonly LifeRow[]
  lines: readonly LifeLinesRow[]
  counts: readonly LineCountRow[]
  stretches?: readonly StretchRow[] | undefined
}

/**
 * In the order of containers (init first, debug containers last), and of each in the order in which they were there.
 */
export function joinLives({ lives, lines, counts, stretches }: LifeSources): Life[] {
  const reported = instancesOf(lives).map(fromObject)
  const joined = [...reported]
  const find = (container: string, restart: number, containerId: string): Life | undefined => {
    if (restart < 0 && containerId !== '') return joined.find((life) => sameContainer(life.containerId, containerId))
    const numbered = joined.filter((life) => life.container === container && life.restart === (restart < 0 ? null : restart))
    if (restart < 0) return numbered.find((life) => life.containerId === '')
    // Of several instances of one number a line without a time is of the last.
    if (numbered.length < 2) return numbered[0]
    return containerId === '' ? numbered.at(-1) : numbered.find((life) => sameContainer(life.containerId, containerId))
  }
  for (const row of lines) {
    let life = find(row.container, row.restart, row.containerId)
    if (life === undefined) joined.push((life = fromLines(row)))
    if (life.containerId === '') life.containerId = row.containerId
    life.firstLine = earlier(life.firstLine, row.firstLine)
    life.lastLine = later(life.lastLine, row.lastLine)
  }
  const ofLine = (row: LineLife): Life | undefined => find(row.container, row.restart, row.containerId)
  for (const row of counts) {
    const life = ofLine(row)
    if (life === undefined) continue
    life.lines += Number(row.lines)
    life.linesExact &&= row.estimate !== true
    life.expired ||= row.stored !== row.lines
    if (row.bytes !== undefined) life.bytes = (life.bytes ?? 0) + Number(row.bytes)
    if (row.errors !== undefined) life.errors = (life.errors ?? 0) + Number(row.errors)
  }
  for (const row of stretches ?? []) ofLine(row)?.stretches.push(row)
  const kinds = new Map(joined.filter(({ kind }) => kind !== '').map(({ container, kind }) => [container, kind]))
  for (const life of joined) life.kind ||= kinds.get(life.container) ?? ''
  return inOrder(reported, joined.slice(reported.length)).toSorted(
    (a, b) => order[a.kind] - order[b.kind] || compare(a.container, b.container),
  )
}

/** Lives that only lines told of, put among the others by their numbers; by their times where numbers began again. */
function inOrder(reported: readonly Life[], spoken: readonly Life[]): Life[] {
  const ordered = [...reported]
  const added = spoken.toSorted((a, b) => (a.restart ?? -1) - (b.restart ?? -1) || compare(a.containerId, b.containerId))
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

/** The lives with the kernel's words of OOM kills in them: those that it named, at their end. */
export function hitByOom(lives: readonly Life[], podUid: string, lines: readonly OomLine[]): Life[] {
  return lives.map((life) => {
    const { finishedAt, state, containerId } = life
    if (state !== 'terminated' || finishedAt === null) return life
    const oom = lines.findLast(({ time, containerId: hit, podUid: of }) => {
      const before = secondsBetween(time, finishedAt)
      const named = hit === '' || containerId === '' ? of === podUid : sameContainer(containerId, hit)
      return named && before <= oomWithin.beforeS && before >= -oomWithin.afterS
    })
    return oom === undefined ? life : { ...life, oom }
  })
}

const order: Record<ContainerKind | '', number> = { init: 0, sidecar: 1, container: 2, '': 2, ephemeral: 3 }

type Said = Pick<
  Life,
  'lines' | 'linesExact' | 'bytes' | 'errors' | 'firstLine' | 'lastLine' | 'expired' | 'stretches' | 'losses'
>

/** What is known of the lines of a life before any is looked for. */
const silent = (): Said => ({
  lines: 0,
  linesExact: true,
  bytes: null,
  errors: null,
  firstLine: null,
  lastLine: null,
  expired: false,
  stretches: [],
  losses: [],
})

const fromObject = ({ restart, ...row }: LifeRow): Life => ({
  ...pick(row),
  kind: row.kind,
  restart,
  state: row.state,
  ...silent(),
})

function pick(row: Omit<LifeRow, 'restart'>): Omit<Life, 'kind' | 'restart' | 'state' | keyof Said> {
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
  ...silent(),
})

// A log file's name may cut the id short.
const sameContainer = (a: string, b: string): boolean =>
  a !== '' && (a === b || (a.length >= 12 && b.length >= 12 && (a.startsWith(b) || b.startsWith(a))))

export function earlier(a: string | null, b: string | null): string | null {
  if (a === null) return b
  return b === null || a < b ? a : b
}

export function later(a: string | null, b: string | null): string | null {
  if (a === null) return b
  return b === null || a > b ? a : b
}
