// Pure: lines of lives by day and window, with the numbers from before lines expired → numbers of lines of each life.
import type { LineCountRow, LineLife } from '#shared/pod-model/rows.ts'
import { lifeOf } from './line-counts.ts'
import type { DayCountRow } from './lines-in-window.ts'
import type { ExpiredCountRow } from './expired-counts.ts'
import type { PlacedCountRow } from './place-expired.ts'

/** Lines by day, for what a record has of them: of each day the larger number, as in `sumCounts`. */
export function lineDaysOf(
  counts: readonly DayCountRow[],
  before: readonly ExpiredCountRow[],
): (LineLife & { day: string; lines: number })[] {
  const days = new Map<string, LineLife & { day: string; lines: number; before: number }>()
  const dayOf = (row: LineLife & { day: string }) => {
    // A number names the life whatever its ids: those are not in the counts of expired days.
    const life = row.restart < 0 ? lifeOf(row) : { ...lifeOf(row), containerId: '' }
    const key = JSON.stringify([...Object.values(life), row.day])
    const known = days.get(key) ?? { ...life, day: row.day, lines: 0, before: 0 }
    days.set(key, known)
    return known
  }
  for (const row of counts) dayOf(row).lines += Number(row.lines)
  for (const row of before) dayOf(row).before += Number(row.lines)
  return [...days.values()].map(({ before: counted, ...day }) => ({ ...day, lines: Math.max(day.lines, counted) }))
}

interface Sum {
  life: LineLife
  slot: number
  /** Distinct lines by day: those that are stored, and those that were counted before some expired. */
  stored: Map<string, number>
  before: Map<string, number>
  firstLine: string | undefined
  lastLine: string | undefined
  bytes: number
  errors: number
}

export interface SumOptions {
  /** Counts get their slot, first and last line. */
  timed: boolean
  /** Counts get bytes and errors. */
  sizes: boolean
}

/** For each day the larger of the stored lines and those counted before: stored lines only become fewer. */
export function sumCounts(
  counts: readonly DayCountRow[],
  before: readonly PlacedCountRow[],
  { timed, sizes }: SumOptions,
): LineCountRow[] {
  const sums = new Map<string, Sum>()
  const sumOf = (row: LineLife, slot: number): Sum => {
    const life = lifeOf(row)
    const key = JSON.stringify([...Object.values(life), slot])
    const none = { firstLine: undefined, lastLine: undefined, bytes: 0, errors: 0 }
    const known = sums.get(key) ?? { life, slot, stored: new Map(), before: new Map(), ...none }
    sums.set(key, known)
    return known
  }
  for (const row of counts) {
    const sum = sumOf(row, row.slot)
    sum.stored.set(row.day, (sum.stored.get(row.day) ?? 0) + Number(row.lines))
    if (sum.firstLine === undefined || row.firstLine < sum.firstLine) sum.firstLine = row.firstLine
    if (sum.lastLine === undefined || row.lastLine > sum.lastLine) sum.lastLine = row.lastLine
    sum.bytes += Number(row.bytes)
    sum.errors += Number(row.errors)
  }
  for (const row of before) sumOf(row, row.slot).before.set(row.day, Number(row.lines))
  return [...sums.values()].map((sum) => countOf(sum, { timed, sizes }))
}

function countOf(sum: Sum, { timed, sizes }: SumOptions): LineCountRow {
  const days = new Set([...sum.stored.keys(), ...sum.before.keys()])
  let [lines, stored] = [0, 0]
  for (const day of days) {
    const now = sum.stored.get(day) ?? 0
    stored += now
    lines += Math.max(now, sum.before.get(day) ?? 0)
  }
  return {
    ...sum.life,
    lines: String(lines),
    stored: String(stored),
    ...(timed ? { slot: sum.slot } : {}),
    ...(timed && sum.firstLine !== undefined ? { firstLine: sum.firstLine } : {}),
    ...(timed && sum.lastLine !== undefined ? { lastLine: sum.lastLine } : {}),
    ...(sizes ? { bytes: String(sum.bytes), errors: String(sum.errors) } : {}),
  }
}
