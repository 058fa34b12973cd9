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
  /** A record of the life stands beyond `next`, there or in a later file: what is between was lost, or comes late. */
  isPassed: boolean
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
  const at = { next: endOf(record), file, seconds, nanos }
  if (from === undefined) return { ...at, left: none, isPassed: false }
  if (from.file.equals(file)) return { ...at, left: from.left, isPassed: from.isPassed }
  return { ...at, left: new Set([...from.left, nameOf(from.file)]), isPassed: false }
}

/** A record of the other stream may stand right behind the line, which then goes on behind the record. */
export function reachPast(record: Stand, from: FileReach): FileReach {
  const isNext = from.file.equals(record.file)
    ? from.next >= 0 && record.offset === from.next
    : record.offset === 0 && mayBeNextFile(record, from)
  return isNext ? reachBehind(record, from) : reachBefore(record, from)
}

/**
 * Of a record that is no part of the line: beyond it in its file, or further on in another one, it proves that no file
 * goes on with it at its begin.
 */
export function reachBefore(record: Stand, from: FileReach): FileReach {
  const { next, file } = from
  if (from.isPassed) return from
  // Without names of files, it may be of an older one that is sent again.
  const isPassed = file.equals(record.file)
    ? next >= 0 && record.offset > next && (file.length > 0 || compareTimes(record, from) >= 0)
    : record.offset > 0 && mayBeNextFile(record, from)
  return isPassed ? { ...from, isPassed } : from
}

/** Whether the line may go on at the begin of a file that has this record: an older one may be sent again. */
export const mayBeNextFile = (record: Omit<Stand, 'length'>, reach: FileReach): boolean =>
  !reach.isPassed && !reach.left.has(nameOf(record.file)) && compareTimes(record, reach) >= 0
