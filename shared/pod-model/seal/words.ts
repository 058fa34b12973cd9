// Pure: gaps and numbers in words.
import type { Gap } from './evidence.ts'

/** `1 line`, `41,207 lines`. */
export const counted = (lines: number): string => `${lines.toLocaleString('en-US')} ${lines === 1 ? 'line' : 'lines'}`

/** `812 bytes`, `81 KiB`, `1.5 MiB`. */
function sizeInWords(bytes: number): string {
  if (bytes < 1024) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`
  const exponent = bytes < 1024 ** 2 ? 1 : bytes < 1024 ** 3 ? 2 : 3
  const size = bytes / 1024 ** exponent
  return `${size < 10 ? Math.round(size * 10) / 10 : Math.round(size)} ${['KiB', 'MiB', 'GiB'][exponent - 1]}`
}

/** Returns `14:03:02–14:03:09 UTC, 81 KiB, lost at rotation`, with the day where `dated`. */
export function gapInWords({ from, to, bytes, reason }: Gap, dated: boolean): string {
  const [begin, end] = [clock(from, dated || day(from) !== day(to)), clock(to, day(from) !== day(to))]
  return `${from.slice(0, 19) === to.slice(0, 19) ? begin : `${begin}–${end}`} UTC${bytes === null ? '' : `, ${sizeInWords(bytes)}`}, ${reason}`
}

const namedMax = 3

/** Returns `gap …` for one gap, `3 gaps, 120 KiB: …; …` for several. */
export function gapsInWords(
  gaps: readonly Gap[],
  { firstLine, lastLine }: { firstLine: string | null; lastLine: string | null },
): string {
  const dated = firstLine !== null && lastLine !== null && day(firstLine) !== day(lastLine)
  const words = gaps.slice(0, namedMax).map((gap) => gapInWords(gap, dated))
  if (gaps.length === 1) return `gap ${words[0]}`
  const bytes = gaps.reduce((sum, gap) => sum + (gap.bytes ?? 0), 0)
  const more = gaps.length > namedMax ? `; and ${gaps.length - namedMax} more` : ''
  return `${gaps.length.toLocaleString('en-US')} gaps, ${sizeInWords(bytes)}: ${words.join('; ')}${more}`
}

const day = (time: string): string => time.slice(0, 10)
const clock = (time: string, dated: boolean): string =>
  dated ? `${day(time)} ${time.slice(11, 19)}` : time.slice(11, 19)
