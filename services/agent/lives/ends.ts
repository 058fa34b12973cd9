// Pure: of which file it may be said that it was read to its end. What that vouches for is in docs/decisions/0009-seals.md:
// a false end is a false seal, so nothing is said that is not certain.
import { hasTrace, type Life, type LogFile } from './log-file.ts'

/** Whether the end of the file at this place of its life may be said. */
export function mayEnd(life: Life, place: number): boolean {
  const file = life.files[place]!
  const { isRead, isDamaged, storedTo, size, end } = file
  if (end !== 'open' || !isRead || isDamaged || size === 0 || storedTo !== size) return false
  return isKnownBefore(life, place) && isKnownBehind(life, place)
}

/** Whether the end of a file that was read will never be said, or was. */
export function endIsHopeless(life: Life, place: number): boolean {
  const { isDamaged, end, before } = life.files[place]!
  return isDamaged || end !== 'open' || before.is === 'unknown' || life.files[place + 1]?.before.is === 'unknown'
}

/** Whether a line of the file before is stored, or there is none. Files without a line leave no trace, and need none. */
function isKnownBefore(life: Life, place: number): boolean {
  for (let at = place; ; at--) {
    const { before } = life.files[at]!
    if (before.is === 'first') return true
    if (before.is !== 'follows') return false
    const previous = life.files[at - 1]
    // A file is forgotten only once the service has a row of it.
    if (previous === undefined || hasTrace(previous)) return true
    if (!isEmpty(previous)) return false
  }
}

function isKnownBehind(life: Life, place: number): boolean {
  for (let at = place + 1; at < life.files.length; at++) {
    const next = life.files[at]!
    if (next.before.is !== 'follows') return false
    if (hasTrace(next)) return true
    if (!isEmpty(next)) return false
  }
  return life.overAtMs !== undefined
}

/** Nothing was ever written to it, and nothing will be. */
const isEmpty = ({ isRead, size }: LogFile): boolean => isRead && size === 0
