// Edge: reads the lines of a file from where they were read to, as far as they are whole. A line whose end is not there
// yet is read again with it, so nothing of a file is held in memory between two reads. At the end of a file to which
// nobody writes any more, what has no newline is a line too.
import { createReadStream, readSync } from 'node:fs'
import { join } from 'node:path'
import { decompress } from '../../import/files/compression.ts'
import { createLineSplitter, type OnLine } from '../../import/lines/line-splitter.ts'
import type { LogFile } from '../lives/log-file.ts'

export const burstBytes = 1024 * 1024

/**
 * Reads up to a burst, and updates the file. `buffer` is used by one read at a time. It waits for the disk, so that no
 * descriptor is closed under a read. Lines are valid until the next read.
 */
export function readBurst(file: LogFile, descriptor: number, buffer: Buffer, isFinal: boolean, onLine: OnLine): void {
  const from = file.readTo
  let readTo = from
  const splitter = createLineSplitter({
    startOffset: from,
    onLine(bytes, start, end, offset, length) {
      readTo = offset + length
      onLine(bytes, start, end, offset, length)
    },
  })
  let isAtEnd = false
  // More than one chunk is read only for a line that is longer than one.
  for (let chunk = buffer; readTo === from && !isAtEnd; chunk = Buffer.allocUnsafe(burstBytes)) {
    const bytes = readSync(descriptor, chunk, 0, chunk.length, splitter.offset)
    isAtEnd = bytes < chunk.length
    splitter.push(chunk.subarray(0, bytes))
  }
  file.size = Math.max(file.size, splitter.offset)
  if (isFinal && isAtEnd) {
    finish(file, splitter.end())
    readTo = splitter.offset
  }
  file.lookedTo = isAtEnd ? splitter.offset : readTo
  file.readTo = readTo
}

export interface ReadCompressedOptions {
  onLine: OnLine
  /** Resolves when more may be read. */
  room(): Promise<void>
}

/**
 * Reads the rest of a compressed file, which has no places to begin at. Returns a sentence where it breaks off.
 */
export async function readCompressed(
  file: LogFile,
  { onLine, room }: ReadCompressedOptions,
): Promise<string | undefined> {
  let problem: string | undefined
  const path = join(file.life.directory, file.name)
  const raw = createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>
  const splitter = createLineSplitter({ startOffset: file.readTo, onLine })
  let at = 0
  for await (const chunk of decompress(raw, 'gzip', (reason) => (problem = reason))) {
    const skip = Math.min(Math.max(file.readTo - at, 0), chunk.length)
    at += chunk.length
    if (skip < chunk.length) splitter.push(chunk.subarray(skip))
    await room()
  }
  if (problem !== undefined) file.isDamaged = true
  finish(file, splitter.end())
  // What lies behind a break is lost.
  if (problem === undefined) file.size = at
  file.readTo = file.lookedTo = Math.max(at, file.readTo)
  return problem
}

function finish(file: LogFile, { nulBytes }: { nulBytes: number }): void {
  file.isRead = true
  if (nulBytes > 0) file.isDamaged = true
}
