// Pure: which part of a table an engine's failure says is damaged. A failure for want of memory, files, room or network
// says nothing about a part, though the engine names the part that it was reading.
export interface DamagedPart {
  /** The uuid of its table. */
  uuid: string
  part: string
}

/**
 * An index that is too long (4), read after the end (32, 33), wrong checksum (40), missing file (107, 226), wrong
 * content or size (117, 228, 246), unreadable compression (271, 432).
 */
export const damageCodes: ReadonlySet<number> = new Set([4, 32, 33, 40, 107, 117, 226, 228, 246, 271, 432])
/** A failure of the system library. */
const libraryCode = 1001
const want = /too many open files|memory limit|no space left|disk quota|cannot allocate|timed? ?out/i
const folder =
  /\bstore\/[0-9a-f]{3}\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/((?!detached\/|tmp)[^/\s"']+_\d+_\d+_\d+(?:_\d+)?)\//

/** `text`: the engine's message. undefined where it is about something else. */
export function damagedPart(code: number, text: string): DamagedPart | undefined {
  const isDamage = damageCodes.has(code) || (code === libraryCode && text.includes('No such file or directory'))
  const match = isDamage && !want.test(text) ? folder.exec(text) : null
  return match === null ? undefined : { uuid: match[1]!, part: match[2]! }
}

/** Whether a failure is about values that a statement computes or a connection, and so says nothing about files. */
export const isOfValues = (text: string): boolean => valueWords.test(text)
const valueWords =
  /cannot parse|cannot be decoded|while converting|in scope|while executing '?function|receiving packet|connection/i

/** What a message says, of whatever code it is. */
export function damagedPartIn(text: string): DamagedPart | undefined {
  const code = /\bCode: (\d+)\. DB::/.exec(text)?.[1]
  return code === undefined ? undefined : damagedPart(Number(code), text)
}
