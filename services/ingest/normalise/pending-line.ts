// A line of a batch whose end has not come yet.
import type { FileReach } from './file-reach.ts'
import { FragmentList } from './fragment-list.ts'
import type { JoinedFragment } from './joined-lines.ts'
import { indexIn, type OpenLine } from './open-fragments.ts'
import { isNamed, type Place } from './place-name.ts'

export interface PendingLine {
  fragments: FragmentList
  /** The open line of an earlier batch that it goes on from, or repeats. */
  before: OpenLine | undefined
  /** Of records that repeat a joined line: which of its fragments the first one is. */
  repeats: JoinedFragment | undefined
  /** Undefined for a line that has no fragment yet. */
  reach: FileReach | undefined
}

export const alone = (): PendingLine => ({
  fragments: FragmentList.empty(),
  before: undefined,
  repeats: undefined,
  reach: undefined,
})

/** Whether the batch has no more of the line than is stored. */
export const isRepetition = ({ fragments, before, repeats }: PendingLine): boolean =>
  repeats !== undefined || (before !== undefined && fragments.length < before.fragments.length)

/**
 * Which fragment of the line a record of the same batch is, as `indexIn`. What repeats a line goes on as that one did.
 * If it does not, and nothing but an equal time and text says that it repeats one, it is a line that begins alike.
 * `name`: of the record's place.
 */
export function indexInPending(line: PendingLine, record: Place, name: () => string, life: string): number {
  const { fragments, before, repeats, reach } = line
  const { length } = fragments
  if (!isRepetition(line)) return indexIn({ fragments, reach: reach!, apartMs: undefined }, record, name, life)
  const expected =
    repeats === undefined ? before?.fragments.nameAt(length, life) : repeats.line.names[repeats.index + length]
  if (expected === name()) return length
  if (isNamed(record) || isNamed(fragments.last!)) return -1
  line.before = undefined
  line.repeats = undefined
  return length
}
