// Edge: reads the last line of a file that was read to its end.
import { createReadStream, readSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as immediate } from 'node:timers/promises'
import { decompress } from '../../import/files/compression.ts'
import { createLineSplitter } from '../../import/lines/line-splitter.ts'
import type { LogFile } from '../lives/log-file.ts'
import { createLastLine, type LastLine, type RawLine } from './last-line.ts'
import type { OpenFiles } from './open-files.ts'

const MiB = 1024 * 1024
const chunkBytes = MiB
/**
 * The last line of most files begins in their last bytes. Where the other stream has written all of these, nobody knows
 * whether a fragment stands in front, and it is looked for further on.
 */
const tailBytes = [MiB, 16 * MiB, Infinity] as const

/**
 * Returns the fragments of the line, or none where it is longer than what the service joins. Undefined where the file
 * cannot be read any more, or is not as long as it was.
 */
export async function readLastLine(file: LogFile, openFiles: OpenFiles): Promise<RawLine[] | undefined> {
  const isPlain = openFiles.isPlain(file) || !file.gz
  for (const bytes of isPlain ? tailBytes : [Infinity]) {
    const from = Math.max(0, file.size - bytes)
    const lastLine = createLastLine(from === 0)
    const isSame = isPlain ? await readPlain(file, { from, openFiles, lastLine }) : await readCompressed(file, lastLine)
    if (!isSame) return undefined
    const lines = lastLine.take()
    if (lines === 'none') return []
    if (lines !== 'unknown') return lines
  }
  return []
}

/** Returns whether the file is as long as it was. */
async function readPlain(
  file: LogFile,
  { from, openFiles, lastLine }: { from: number; openFiles: OpenFiles; lastLine: LastLine },
): Promise<boolean> {
  const splitter = createLineSplitter({ startOffset: from, onLine: lastLine.onLine })
  for (;;) {
    const descriptor = openFiles.open(file)
    if (descriptor === undefined) return false
    // The splitter keeps what has no newline yet.
    const chunk = Buffer.allocUnsafe(chunkBytes)
    const bytes = readSync(descriptor, chunk, 0, chunk.length, splitter.offset)
    splitter.push(chunk.subarray(0, bytes))
    if (splitter.offset > file.size) return false
    if (bytes === 0) break
    await immediate()
  }
  splitter.end()
  return splitter.offset === file.size
}

async function readCompressed(file: LogFile, { onLine }: LastLine): Promise<boolean> {
  const splitter = createLineSplitter({ onLine })
  let isBroken = false
  const raw = createReadStream(join(file.life.directory, file.name)) as AsyncIterable<Buffer>
  for await (const chunk of decompress(raw, 'gzip', () => (isBroken = true))) splitter.push(chunk)
  splitter.end()
  return !isBroken && splitter.offset === file.size
}
