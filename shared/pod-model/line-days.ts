// Pure: how many lines a pod had on each day, by the lives as lines were sent with them. A record keeps the most that
// were ever counted: where fewer are there and none has expired, the store has lost lines (decision 0018).
import { compare } from '#shared/compare.ts'
import type { LifeLinesRow } from './rows.ts'

/** Distinct lines of one life on one day, those that have expired since among them. */
export interface LineDay {
  /** '' of lines without a uid. */
  uid: string
  container: string
  /** -1 where it is not known; then the container id, without its scheme, names the life. */
  restart: number
  containerId: string
  /** Such as 2026-11-23. */
  day: string
  lines: number
}

/** Lines of a life that were counted on a day, and are there no more. */
export interface LostLines extends LineDay {
  /** How many of the day are left. */
  left: number
}

type NamedDay = Pick<LineDay, 'uid' | 'container' | 'restart' | 'containerId'>

/** Of rows of one life and day the sum. */
export function sumLineDays(days: readonly LineDay[]): LineDay[] {
  const sums = new Map<string, LineDay>()
  for (const day of days) {
    const named = day.restart < 0 ? day : { ...day, containerId: '' }
    const known = sums.get(keyOf(named))
    sums.set(keyOf(named), { ...named, lines: named.lines + (known?.lines ?? 0) })
  }
  return [...sums.values()]
}

/**
 * What the record of before had that is not counted now. `rows`: all rows about lines of the pod; `counted`: those of
 * which lines were counted.
 */
export function lostLines(
  now: readonly LineDay[],
  before: readonly LineDay[],
  rows: readonly LifeLinesRow[],
  counted: readonly LifeLinesRow[],
): LostLines[] {
  const present = new Map(now.map((day) => [keyOf(day), day.lines]))
  return before.flatMap((day) => {
    const left = present.get(keyOf(day)) ?? 0
    // A row that is gone too had lines of this pod, unless they had no uid: those may be another pod's by now.
    const isCounted = counted.some((row) => isOf(row, day)) || (day.uid !== '' && !rows.some((row) => isOf(row, day)))
    return left < day.lines && isCounted ? [{ ...day, left }] : []
  })
}

/**
 * The most that was counted of each day, in one order. Lines without a uid are left out where they are another pod's by
 * now.
 */
export function mostLines(
  now: readonly LineDay[],
  before: readonly LineDay[],
  rows: readonly LifeLinesRow[],
): LineDay[] {
  const most = new Map(
    before.filter((day) => day.uid !== '' || rows.some((row) => isOf(row, day))).map((day) => [keyOf(day), day]),
  )
  for (const day of now) if (day.lines >= (most.get(keyOf(day))?.lines ?? 0)) most.set(keyOf(day), day)
  return [...most].toSorted(([a], [b]) => compare(a, b)).map(([, day]) => day)
}

const isOf = (row: LifeLinesRow, day: NamedDay): boolean =>
  (row.nameless === 1 ? '' : row.uid) === day.uid &&
  row.container === day.container &&
  row.restart === day.restart &&
  (day.restart >= 0 || row.containerId === day.containerId)

const keyOf = ({ uid, container, restart, containerId, day = '' }: NamedDay & { day?: string }): string =>
  JSON.stringify([uid, container, restart, containerId, day])
