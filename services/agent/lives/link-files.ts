// Pure: decides which file of a life was written right before each. The kubelet removes rotated files oldest first, so
// while a file is there, all that were written after it are there too, or were seen. One listing proves nothing: a
// rename hides a file from it, and a directory that is being removed loses files in any order. So two files must stand
// side by side in two listings.
import type { Life, LogFile } from './log-file.ts'
import { rotationOf } from './match-files.ts'

/** `scan` is the number of the listing. Call it after the files are ordered. */
export function linkFiles(life: Life, scan: number): void {
  for (const [place, file] of life.files.entries()) {
    const previous = life.files[place - 1]
    const { before } = file
    if (before.is === 'open') file.before = decided(file, previous, life, scan)
    else if (before.is === 'follows' && before.id !== undefined && previous !== undefined && previous.id !== before.id)
      file.before = { is: 'unknown' }
  }
}

/**
 * Call it instead where the listing is not whole. A file that could not be looked at may stand in front of each that is
 * not linked yet, and behind the last one.
 */
export function leaveUnlinked(life: Life): void {
  for (const [place, file] of life.files.entries())
    if (file.before.is === 'open' || place === life.files.length - 1) file.before = { is: 'unknown' }
}

function decided(file: LogFile, previous: LogFile | undefined, life: Life, scan: number): LogFile['before'] {
  const { before } = file
  if (before.is !== 'open' || !file.isPresent) return file.missed >= 2 ? { is: 'unknown' } : before
  const candidate = previous ?? 'none'
  if (before.candidate === undefined || before.candidate !== candidate) {
    // Older files of a life that the agent first sees with a rotated one may be gone.
    const isLate = candidate === 'none' && (life.hadFiles || rotationOf(file) !== '~' || before.candidate !== undefined)
    const isUnseen = candidate !== 'none' && !candidate.isPresent
    return isLate || (isUnseen && candidate.missed >= 2)
      ? { is: 'unknown' }
      : { is: 'open', candidate, sinceScan: scan }
  }
  if (scan === before.sinceScan) return before
  if (candidate === 'none') return { is: 'first' }
  if (candidate.isPresent) return { is: 'follows', id: candidate.id }
  return candidate.missed >= 2 ? { is: 'unknown' } : before
}
