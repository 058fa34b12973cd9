// How far a line whose end has not come has got in its container's log files: where its next record must stand.
import { endOf } from './fragment-line.ts'
import { type LineDraft, text } from './line-draft.ts'
import { compareTimes, type Place } from './place-name.ts'

export interface FileReach {
  /** Bytes behind the last record of the life in that file; -1 where that is not known. */
  next: number
  file: Buffer
  /** Files before it: none of them comes again. */
  left: ReadonlySet<string>
  /** Of the last record. */
  seconds: number
  nanos: number
}

/** Where a record stands in its file. */
type Stand = Omit<Place, 'message' | 'batchId'> & { length: number }

export const standOf = (draft: LineDraft): Stand => {
  const { seconds, nanos, offset, length } = draft
  return { seconds, nanos, offset, length, file: draft.copyOf(text.file) }
}

const none: ReadonlySet<string> = new Set()
const nameOf = (file: Buffer): string => file.toString('latin1')

/** Behind a record of the line itself. `from`: undefined for its first one. */
export function reachBehind(record: Stand, from: FileReach | undefined): FileReach {
  const { seconds, nanos, file } = record
  const left =
    from === undefined ? none : from.file.equals(file) ? from.left : new Set([...from.left, nameOf(from.file)])
  return { next: endOf(record), file, left, seconds, nanos }
}

/** A record of the other stream may stand right behind the line, which then goes on behind the record. */
export function reachPast(record: Stand, from: FileReach): FileReach {
  const isNext = from.file.equals(record.file)
    ? from.next >= 0 && record.offset === from.next
    : record.offset === 0 && mayBeNextFile(record, from)
  return isNext ? reachBehind(record, from) : from
}

/** Whether the record may stand in a file behind those that the line has reached: an older one may be sent again. */
export const mayBeNextFile = (record: Omit<Stand, 'length'>, reach: FileReach): boolean =>
  !reach.left.has(nameOf(record.file)) && compareTimes(record, reach) >= 0
