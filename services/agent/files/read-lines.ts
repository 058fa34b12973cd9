// Edge: reads the lines of a file from where they were read to, as far as they are whole. A line whose end is not there
// yet is read again with it, so nothing of a file is held in memory between two reads, unless the line is longer than a
// read. At the end of a file to which nobody writes any more, what has no newline is a line too.
import { createReadStream, fstatSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { decompress } from '../../import/files/compression.ts'
import { createLineSplitter, type LineSplitter, type OnLine } from '../../import/lines/line-splitter.ts'
import { digestOf } from './read-head.ts'
import type { LogFile } from '../lives/log-file.ts'

/** Reads what a descriptor has of a file, and updates the file. */
export type ReadBurst = (file: LogFile, descriptor: number, isFinal: boolean, onLine: OnLine) => void

/** A line that is longer than a burst, or a hole of zero bytes, which is read on from burst to burst. */
interface LongLine {
  splitter: LineSplitter
  onLine: OnLine
}

const burstChunks = 4

/**
 * A burst is a chunk, or a few where no line ends in the first one. It waits for the disk, so that no descriptor is
 * closed under a read. Lines are valid until the next read.
 */
export function createBurstReader(chunkBytes = 1024 * 1024): ReadBurst {
  let buffer = Buffer.allocUnsafeSlow(chunkBytes)
  const longLines = new WeakMap<LogFile, LongLine>()
  /** A splitter holds parts of what it was given, as long as the line has no end. */
  const replaceBuffer = (): void => void (buffer = Buffer.allocUnsafeSlow(chunkBytes))

  return (file, descriptor, isFinal, onLine) => {
    const from = file.readTo
    const line = longLines.get(file) ?? longLine(from)
    let readTo = from
    line.onLine = (bytes, start, end, offset, length) => {
      readTo = offset + length
      onLine(bytes, start, end, offset, length)
    }
    const { splitter } = line
    let isAtEnd = false
    for (let chunks = 0; chunks < burstChunks && readTo === from && !isAtEnd; chunks++) {
      if (chunks > 0) replaceBuffer()
      const bytes = readSync(descriptor, buffer, 0, buffer.length, splitter.offset)
      // Less than was asked for is also what stands in front of a bad sector.
      isAtEnd = bytes === 0 || (bytes < buffer.length && splitter.offset + bytes >= fstatSync(descriptor).size)
      splitter.push(buffer.subarray(0, bytes))
    }
    file.size = Math.max(file.size, splitter.offset)
    if (isFinal && isAtEnd) {
      finish(file, splitter)
      readTo = splitter.offset - file.zeroBytes
    } else file.zeroBytes = isAtEnd ? splitter.nulBytes : 0
    if (readTo === from && splitter.offset - from > chunkBytes) {
      longLines.set(file, line)
      replaceBuffer()
    } else longLines.delete(file)
    file.lookedTo = isAtEnd || readTo === from ? splitter.offset : readTo
    file.readTo = readTo
  }
}

function longLine(startOffset: number): LongLine {
  const line: LongLine = {
    splitter: createLineSplitter({ startOffset, onLine: (...of) => line.onLine(...of) }),
    onLine: () => {},
  }
  return line
}

export interface ReadCompressedOptions {
  onLine: OnLine
  /** Resolves when more may be read. */
  room(): Promise<void>
}

/**
 * Reads the rest of a compressed file, which has no places to begin at. Returns a sentence where it breaks off, or has
 * not the line that was read last: it is another file then, and is read from its begin.
 */
export async function readCompressed(
  file: LogFile,
  { onLine, room }: ReadCompressedOptions,
): Promise<string | undefined> {
  let problem: string | undefined
  const path = join(file.life.directory, file.name)
  const raw = createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>
  const { readTo, lastLine } = file
  const from = Math.min(readTo, lastLine?.offset ?? readTo)
  let isSame = lastLine === undefined
  const splitter = createLineSplitter({
    startOffset: from,
    onLine(bytes, start, end, offset, length) {
      if (offset === lastLine?.offset) isSame = digestOf(bytes.subarray(start, end)) === lastLine.digest
      if (offset >= readTo) onLine(bytes, start, end, offset, length)
    },
  })
  let at = 0
  for await (const chunk of decompress(raw, 'gzip', (reason) => (problem = reason))) {
    const skip = Math.min(Math.max(from - at, 0), chunk.length)
    at += chunk.length
    if (skip < chunk.length) splitter.push(chunk.subarray(skip))
    await room()
  }
  if (problem !== undefined) file.isDamaged = true
  finish(file, splitter)
  if (!isSame && problem === undefined) return beginAgain(file)
  // What lies behind a break is lost.
  if (problem === undefined) file.size = at
  file.lookedTo = Math.max(at, readTo)
  file.readTo = file.lookedTo - file.zeroBytes
  return problem === undefined ? undefined : `breaks off (${problem}); what could be read of it is sent`
}

/** What is stored under its name is another file's, of which nobody knows how long it was. */
function beginAgain(file: LogFile): string {
  file.isDamaged = true
  file.isRead = false
  file.readTo = file.lookedTo = file.storedTo = 0
  file.lastLine = undefined
  return 'has the first line of another one, and is read from its begin'
}

function finish(file: LogFile, splitter: LineSplitter): void {
  file.isRead = true
  file.zeroBytes = splitter.end().nulBytes
  if (file.zeroBytes > 0) file.isDamaged = true
}
