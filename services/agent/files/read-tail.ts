// Edge: reads the last bytes of a file that was read to its end.
import { createReadStream, readSync } from 'node:fs'
import { join } from 'node:path'
import { decompress } from '../../import/files/compression.ts'
import type { LogFile } from '../lives/log-file.ts'
import type { OpenFiles } from './open-files.ts'

/** As much as a line may have. */
const tailBytes = 1024 * 1024

/** Returns undefined where the file cannot be read any more, or is not as long as it was. */
export async function readTail(
  file: LogFile,
  openFiles: OpenFiles,
): Promise<{ bytes: Buffer; from: number } | undefined> {
  const from = Math.max(0, file.size - tailBytes)
  const bytes = openFiles.isPlain(file) || !file.gz ? plainTail(file, from, openFiles) : await compressedTail(file)
  return bytes?.length === file.size - from ? { bytes, from } : undefined
}

function plainTail(file: LogFile, from: number, openFiles: OpenFiles): Buffer | undefined {
  const descriptor = openFiles.open(file)
  if (descriptor === undefined) return undefined
  // A byte more shows that it has grown.
  const bytes = Buffer.allocUnsafe(file.size - from + 1)
  return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, from))
}

async function compressedTail(file: LogFile): Promise<Buffer | undefined> {
  let tail = Buffer.alloc(0)
  let size = 0
  let isBroken = false
  const raw = createReadStream(join(file.life.directory, file.name)) as AsyncIterable<Buffer>
  for await (const chunk of decompress(raw, 'gzip', () => (isBroken = true))) {
    size += chunk.length
    tail = Buffer.concat([tail, chunk]).subarray(-tailBytes)
  }
  return isBroken || size !== file.size ? undefined : tail
}
