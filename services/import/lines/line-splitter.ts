// Pure: splits the chunks of a file into lines, each with its offset and true length in the decompressed file. Of a
// line over the cap only the head and the true length are held, so that a file without a newline costs no more than the
// cap.

/** `bytes[start, end)` is the line without its newline, valid until the call returns. `length` counts the newline. */
export type OnLine = (bytes: Buffer, start: number, end: number, offset: number, length: number) => void

export const lineBytesMax = 1024 * 1024
const newline = 0x0a

export interface LineSplitter {
  push(chunk: Buffer): void
  /**
   * Emits a last line without a newline. A tail of zero bytes, which a crash leaves, is not a line: its length is
   * returned.
   */
  end(): { nulBytes: number }
  /** How many bytes were pushed. */
  readonly offset: number
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

  const append = (piece: Buffer) => {
    const room = lineBytesMax - pendingBytes
    if (room > 0) pieces.push(piece.length > room ? piece.subarray(0, room) : piece)
    pendingBytes += Math.min(piece.length, Math.max(room, 0))
    dropped += piece.length - Math.min(piece.length, Math.max(room, 0))
  }
  const emitPending = (newlineBytes: 0 | 1) => {
    const line = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, pendingBytes)
    const length = pendingBytes + dropped + newlineBytes
    if (dropped > 0) cut++
    pieces = []
    pendingBytes = 0
    dropped = 0
    onLine(line, 0, line.length, lineOffset, length)
    lineOffset += length
  }

  return {
    push(chunk) {
      pushed += chunk.length
      let start = 0
      if (pendingBytes > 0) {
        const at = chunk.indexOf(newline)
        if (at === -1) return append(chunk)
        append(chunk.subarray(0, at))
        emitPending(1)
        start = at + 1
      }
      for (let at = chunk.indexOf(newline, start); at !== -1; at = chunk.indexOf(newline, start)) {
        const end = at - start > lineBytesMax ? start + lineBytesMax : at
        if (end < at) cut++
        onLine(chunk, start, end, lineOffset, at - start + 1)
        lineOffset += at - start + 1
        start = at + 1
      }
      if (start < chunk.length) append(chunk.subarray(start))
    },
    end() {
      if (pendingBytes === 0) return { nulBytes: 0 }
      if (pieces.every((piece) => piece.every((byte) => byte === 0))) return { nulBytes: pendingBytes + dropped }
      emitPending(0)
      return { nulBytes: 0 }
    },
    get offset() {
      return pushed
    },
    get cut() {
      return cut
    },
  }
}
