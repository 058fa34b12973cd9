// Pure: what was lost of files that were removed before they were read, and which files need no more thought.
import { endOfLines, hasTrace, isGone, type Life, type LogFile } from './log-file.ts'

/**
 * Decides that bytes of a file are lost which is gone and cannot be read. The time must lie among those of the life's
 * lines, and be the same whenever this is said again: the caller keeps it.
 */
export function decideLoss(life: Life, place: number): void {
  const file = life.files[place]!
  if (file.lost !== 'nothing' || file.file === undefined || !hasUnread(file) || file.readTo > file.storedTo) return
  const before = life.files.slice(0, place).findLast(({ lastAt }) => lastAt !== undefined)
  const behind = life.files.slice(place + 1).find(({ firstAt }) => firstAt !== undefined)
  const at = behind?.firstAt ?? file.lastAt ?? before?.lastAt
  if (at === undefined) return
  file.lostAt = at
  file.lost = 'decided'
}

const hasUnread = (file: LogFile): boolean => file.readTo < endOfLines(file)

/** Forgets files at the begin of a life that are gone and of which nothing is left to say. */
export function forgetFiles(life: Life, isHeld: (file: LogFile) => boolean): LogFile[] {
  const forgotten: LogFile[] = []
  for (let first = life.files[0]; first !== undefined; first = life.files[0]) {
    const isOpen =
      first.lost === 'decided' || first.lost === 'sent' || first.end === 'sent' || first.storedTo < first.readTo
    const next = life.files[1]
    const mayBeLost = first.lost === 'nothing' && hasUnread(first) && first.file !== undefined && !life.isRemoved
    if (!isGone(first) || isOpen || isHeld(first) || mayBeLost || (next === undefined && !life.isRemoved)) break
    life.files.shift()
    life.hadFiles = true
    forgotten.push(first)
    if (next?.before.is === 'follows' && !hasTrace(first)) next.before = { is: 'unknown' }
    else if (next?.before.is === 'follows') next.before = { is: 'follows', id: undefined }
  }
  return forgotten
}

interface Closable {
  isOpen(file: LogFile): boolean
  close(file: LogFile): void
}

/** Closes files that were removed, oldest first, while those that are open keep more bytes of the disk than `bytesMax`. */
export function letGo(files: readonly LogFile[], open: Closable, bytesMax: number): void {
  const removed = files.filter((file) => isGone(file) && open.isOpen(file))
  let bytes = removed.reduce((sum, { size }) => sum + size, 0)
  for (const file of removed) {
    if (bytes <= bytesMax) return
    bytes -= file.size
    open.close(file)
  }
}
