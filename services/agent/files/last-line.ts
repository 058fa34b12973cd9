// Pure: keeps the last line of a file while its lines pass by. The line is sent again to say that the file ends with
// it. One that came in fragments is sent with all of them, so that the service joins the same line again.
import { fragmentOf } from '../../import/lines/container-line.ts'
import { lineBytesMax, type OnLine } from '../../import/lines/line-splitter.ts'

/** A raw line, which may be a fragment. `length` counts what the file has of it, with the newline. */
export interface RawLine {
  bytes: Buffer
  offset: number
  length: number
}

export interface LastLine {
  onLine: OnLine
  /**
   * Returns the line, or its fragments; `unknown` where its begin may lie in front of the lines that passed, and `none`
   * where there was no line, or one of more fragments than the service joins.
   */
  take(): RawLine[] | 'unknown' | 'none'
}

interface OfStream {
  parts: RawLine[]
  bytes: number
  /** Whether the next line continues `parts`. */
  isOpen: boolean
  /** Whether `parts` begin where a line does. */
  isWhole: boolean
}

/** `isWhole`: the lines are all of a file. Of others the first one may be the rest of a line, and is left out. */
export function createLastLine(isWhole: boolean): LastLine {
  const streams = new Map<string, OfStream>()
  let last: OfStream | undefined
  let isInside = !isWhole
  return {
    onLine(bytes, start, end, offset, length) {
      if (isInside) {
        isInside = false
        return
      }
      const fragment = fragmentOf(bytes, start, end)
      const stream = fragment?.stream ?? ''
      const before = streams.get(stream)
      if (before?.isOpen === true) last = before
      else last = { parts: [], bytes: 0, isOpen: true, isWhole: isWhole || before !== undefined }
      streams.set(stream, last)
      last.isOpen = fragment?.more === true
      last.bytes += length
      // What is longer is never sent, so nothing is kept of it.
      if (last.bytes <= lineBytesMax || last.parts.length === 0)
        last.parts.push({ bytes: Buffer.from(bytes.subarray(start, end)), offset, length })
    },
    take() {
      if (last === undefined) return isWhole ? 'none' : 'unknown'
      if (!last.isWhole) return 'unknown'
      const { parts } = last
      return parts.length > 1 && last.bytes > lineBytesMax ? 'none' : parts
    },
  }
}
