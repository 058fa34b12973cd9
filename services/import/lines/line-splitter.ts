// Pure: splits the chunks of a file into lines, each with its offset and true length in the decompressed file. NUL
// bytes in front of a line, and a byte order mark in front of the file, count in its length and are not in its bytes.
// Of a line over the cap only the head and the true length are held, so that a file without a newline costs no more
// than the cap.

/** `bytes[start, end)` is the line without its newline, valid until the call returns. `length` counts the newline. */
export type OnLine = (bytes: Buffer, start: number, end: number, offset: number, length: number) => void

export const lineBytesMax = 1024 * 1024
const newline = 0x0a
const markBytes = 3
/** Whether a byte order mark of UTF-8 is next. */
export const startsWithMark = (chunk: Buffer): boolean => chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf

export interface LineSplitter {
  push(chunk: Buffer): void
  /**
   * Emits a last line without a newline. A tail of zero bytes, which a crash leaves, is not a line: its length is
   * returned.
   */
  end(): { nulBytes: number }
  /** How many bytes were pushed. */
  readonly offset: number
  /** Zero bytes behind the last line, where nothing else stands behind them so far. */
  readonly nulBytes: number
  /** Bytes that were skipped in front of lines. */
  readonly skipped: number
  /** How many lines were cut at the cap. */
  readonly cut: number
}

export function createLineSplitter({
  onLine,
  startOffset = 0,
}: {
  onLine: OnLine
  startOffset?: number
}): LineSplitter {
  let pieces: Buffer[] = []
  let pendingBytes = 0
  let dropped = 0
  let lineOffset = startOffset
  let pushed = startOffset
  let cut = 0
  const front = createFront()

  const append = (piece: Buffer) => {
    const room = lineBytesMax - pendingBytes
    if (room > 0) pieces.push(piece.length > room ? piece.subarray(0, room) : piece)
    pendingBytes += Math.min(piece.length, Math.max(room, 0))
    dropped += piece.length - Math.min(piece.length, Math.max(room, 0))
  }
  const emitPending = (newlineBytes: 0 | 1) => {
    const line = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, pendingBytes)
    const length = front.take() + pendingBytes + dropped + newlineBytes
    if (dropped > 0) cut++
    pieces = []
    pendingBytes = 0
    dropped = 0
    onLine(line, 0, line.length, lineOffset, length)
    lineOffset += length
  }

  return {
    push(chunk) {
      let start = pushed === 0 ? front.skipMark(chunk) : 0
      pushed += chunk.length
      if (pendingBytes > 0) {
        const at = chunk.indexOf(newline)
        if (at === -1) return append(chunk)
        append(chunk.subarray(0, at))
        emitPending(1)
        start = at + 1
      }
      start = front.skip(chunk, start)
      for (let at = chunk.indexOf(newline, start); at !== -1; at = chunk.indexOf(newline, start)) {
        const end = at - start > lineBytesMax ? start + lineBytesMax : at
        if (end < at) cut++
        const length = front.take() + at - start + 1
        onLine(chunk, start, end, lineOffset, length)
        lineOffset += length
        start = chunk[at + 1] === 0 ? front.skip(chunk, at + 1) : at + 1
      }
      if (start < chunk.length) append(chunk.subarray(start))
    },
    end() {
      if (pendingBytes === 0) return { nulBytes: front.bytes }
      emitPending(0)
      return { nulBytes: 0 }
    },
    get nulBytes() {
      return pendingBytes === 0 ? front.bytes : 0
    },
    get offset() {
      return pushed
    },
    get skipped() {
      return front.skipped
    },
    get cut() {
      return cut
    },
  }
}

/**
 * Counts what stands in front of the next line: NUL bytes, with the newlines behind them, since a line of NUL bytes
 * alone is none.
 */
function createFront() {
  let bytes = 0
  let skipped = 0
  let behindNul = false
  return {
    /** Returns where NUL bytes at `from` end. */
    skip(chunk: Buffer, from: number): number {
      let at = from
      for (; chunk[at] === 0 || (chunk[at] === newline && behindNul); at++) behindNul = chunk[at] === 0
      bytes += at - from
      return at
    },
    skipMark(chunk: Buffer): number {
      bytes = startsWithMark(chunk) ? markBytes : 0
      return bytes
    },
    /** Returns the bytes in front of a line, and begins with the next line. */
    take(): number {
      const front = bytes
      skipped += front
      bytes = 0
      behindNul = false
      return front
    },
    get bytes() {
      return bytes
    },
    /** Bytes in front of all lines so far. */
    get skipped() {
      return skipped
    },
  }
}
