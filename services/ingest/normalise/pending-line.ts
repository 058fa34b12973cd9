// A line of a batch whose end has not come yet.
import { FragmentList } from './fragment-list.ts'
import type { JoinedFragment } from './joined-lines.ts'
import { indexIn, type OpenLine } from './open-fragments.ts'
import { isNamed, placeName, type Place } from './place-name.ts'

export interface PendingLine {
  fragments: FragmentList
  /** The open line of an earlier batch that it goes on from, or repeats. */
  before: OpenLine | undefined
  /** Of records that repeat a joined line: which of its fragments the first one is. */
  repeats: JoinedFragment | undefined
  /** Where the file goes on, as in OpenLine. */
  next: number
  file: Buffer
}

const nothing = Buffer.alloc(0)

export const alone = (): PendingLine => ({
  fragments: FragmentList.empty(),
  before: undefined,
  repeats: undefined,
  next: -1,
  file: nothing,
})

/** Whether the batch has no more of the line than is stored. */
export const isRepetition = ({ fragments, before, repeats }: PendingLine): boolean =>
  repeats !== undefined || (before !== undefined && fragments.length < before.fragments.length)

/**
 * Which fragment of the line a record of the same batch is, as `indexIn`. What repeats a line goes on as that one did.
 * If it does not, and nothing but an equal time and text says that it repeats one, it is a line that begins alike.
 */
export function indexInPending(line: PendingLine, record: Place, life: string): number {
  const { fragments, before, repeats, next, file } = line
  const { length } = fragments
  if (!isRepetition(line)) return indexIn({ fragments, next, file, apartMs: undefined }, record, life)
  const known = repeats === undefined ? before?.fragments.at(length) : undefined
  const expected = known === undefined ? repeats?.line.names[repeats.index + length] : placeName(life, known)
  if (expected === placeName(life, record)) return length
  const last = fragments.last!
  const isSameTime = record.seconds === last.seconds && record.nanos === last.nanos
  if (isNamed(record) || !isSameTime) return -1
  line.before = undefined
  line.repeats = undefined
  return length
}
