// Pure: chunks of a file in, lines out, each with its offset and true length in the (decompressed) file. Lines longer than the
// cap keep their head and their true length, so that a file without a newline costs no more memory than the cap.

/** `bytes[start, end)` is the line without its newline, valid until the call returns; `length` counts the newline. */
export type OnLine = (bytes: Buffer, start: number, end: number, offset: number, length: number) => void

export const lineBytesMax = 1024 * 1024
const newline = 0x0a

export interface LineSplitter {
  push(chunk: Buffer): void
  /** The last line where the file does not end in a newline. A tail of NULs, left by a crash, is no line: its length is returned. */
  end(): { nulBytes: number }
  /** Bytes seen so far. */
  readonly offset: number
  /** Lines that lost everything behind the cap. */
  readonly cut: number
}

export function createLineSplitter({ onLine, startOffset = 0 }: { onLine: OnLine; startOffset?: number }): LineSplitter {
  let carried: Buffer[] = []
  let carriedBytes = 0
  let dropped = 0
  let lineOffset = startOffset
  let seen = startOffset
  let cut = 0

  const carry = (piece: Buffer) => {
    const room = lineBytesMax - carriedBytes
    if (room > 0) carried.push(piece.length > room ? piece.subarray(0, room) : piece)
    carriedBytes += Math.min(piece.length, Math.max(room, 0))
    dropped += piece.length - Math.min(piece.length, Math.max(room, 0))
  }
  const emitCarried = (newlineBytes: 0 | 1) => {
    const line = carried.length === 1 ? carried[0]! : Buffer.concat(carried, carriedBytes)
    const length = carriedBytes + dropped + newlineBytes
    if (dropped > 0) cut++
    carried = []
    carriedBytes = 0
    dropped = 0
    onLine(line, 0, line.length, lineOffset, length)
    lineOffset += length
  }

  return {
    push(chunk) {
      seen += chunk.length
      let start = 0
      if (carriedBytes > 0) {
        const at = chunk.indexOf(newline)
        if (at === -1) return carry(chunk)
        carry(chunk.subarray(0, at))
        emitCarried(1)
        start = at + 1
      }
      for (let at = chunk.indexOf(newline, start); at !== -1; at = chunk.indexOf(newline, start)) {
        const kept = at - start > lineBytesMax ? start + lineBytesMax : at
        if (kept < at) cut++
        onLine(chunk, start, kept, lineOffset, at - start + 1)
        lineOffset += at - start + 1
        start = at + 1
      }
      if (start < chunk.length) carry(chunk.subarray(start))
    },
    end() {
      if (carriedBytes === 0) return { nulBytes: 0 }
      if (carried.every((piece) => piece.every((byte) => byte === 0))) return { nulBytes: carriedBytes + dropped }
      emitCarried(0)
      return { nulBytes: 0 }
    },
    get offset() {
      return seen
    },
    get cut() {
      return cut
    },
  }
}
