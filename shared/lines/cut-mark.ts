// What ends a line that was cut. The digest is of the whole text, so that lines which differ only behind the cut have
// different texts, and are two.
import { hash } from 'node:crypto'

export const digestDigits = 16

/** The first digits of the hex SHA-256 of bytes that are not stored as a whole. */
export const digestOfWhole = (bytes: Buffer): string => hash('sha256', bytes, 'hex').slice(0, digestDigits)

/** What stands before, between and behind the bytes that are kept and the digest. `bytes`: of the whole text. */
export const markParts = (bytes: number) =>
  [' …[cut by Afterlog: the first ', ` of ${bytes} bytes, SHA-256 `, ']'] as const

export function markOfCut(kept: number, whole: Buffer): Buffer {
  const [before, between, behind] = markParts(whole.length)
  return Buffer.from(`${before}${kept}${between}${digestOfWhole(whole)}${behind}`)
}

/** The most bytes of a mark. */
export const cutMarkBytesMax = 120

/** Whether text that ends at `stop` ends in the mark, escaped or not. */
export const endsInMark = (bytes: Buffer, stop: number): boolean =>
  / …\[cut by Afterlog: the first \d+ of \d+ bytes, SHA-256 [0-9a-f]{16}\]$/.test(
    bytes.toString('utf8', Math.max(0, stop - cutMarkBytesMax), stop),
  )
