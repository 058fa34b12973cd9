// Pure: what the store has lost of a life's lines, in words: lines that were counted or came once, are there no more,
// and have not expired (decision 0018).
import { compare } from '#shared/compare.ts'
import type { LostLines } from '#shared/pod-model/line-days.ts'
import type { Stretch } from '#shared/pod-model/rows.ts'
import { counted } from './words.ts'

/** As in Life. */
interface LossyLife {
  lines: number
  lost: readonly LostLines[]
  unread: boolean
  uncounted: boolean
  expired: boolean
  estimate: number
  firstLine: string | null
  lastLine: string | null
  storedFirst: string | null
  storedLast: string | null
  fragments: boolean
  /** Also of rows that are no lines: marks, and parts of joined lines. */
  stretches: readonly Pick<Stretch, 'earliest'>[]
}

/** Days that are named at most. */
const daysMax = 3

/** undefined where nothing is known to be lost. */
export function lostWords(life: LossyLife): string | undefined {
  const { lines, lost, estimate, firstLine, lastLine, storedFirst, storedLast, fragments, stretches } = life
  if (lost.length > 0 && !fragments) {
    const before = lines + lost.reduce((sum, day) => sum + day.lines - day.left, 0)
    return `${counted(before)} were counted, ${lines.toLocaleString('en-US')} are left; ${ofDays(lost)}`
  }
  if (life.unread || life.uncounted || life.expired || firstLine === null) return undefined
  // Of a file that was gone before it was read a mark may be all that came.
  if (lines === 0 && stretches.length === 0) return `its lines are gone, and had not expired: ${damaged}`
  const earliest = [storedFirst ?? [], stretches.map((stretch) => stretch.earliest)].flat().toSorted(compare)[0]
  if (earliest !== undefined && firstLine < earliest) return `its first lines are gone, and had not expired: ${damaged}`
  // Rows that came as lines may be parts of joined lines by now (decision 0017).
  if (fragments) return undefined
  if (storedLast !== null && lastLine !== null && storedLast < lastLine)
    return `its last lines are gone, and had not expired: ${damaged}`
  return estimate > lines * sketchError + 2
    ? `about ${counted(estimate)} came, ${lines.toLocaleString('en-US')} are left: ${damaged}`
    : undefined
}

const damaged = 'a part of the store was damaged'

/** A sketch is off by 1.6 %, and by an eighth never. */
const sketchError = 1.125

function ofDays(lost: readonly LostLines[]): string {
  const days = [...new Set(lost.map(({ day }) => day))].toSorted()
  const more = days.length > daysMax ? ` and ${days.length - daysMax} more days` : ''
  return `a part of the store of ${days.slice(0, daysMax).join(', ')}${more} was damaged`
}
