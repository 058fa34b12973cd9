// Edge: looks for the first line of a file that begins with very many zero bytes, as a power loss leaves them, while
// others have their turn. What was found is there at a later look.
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { decompress } from '../../import/files/compression.ts'
import type { LogFile } from '../lives/log-file.ts'
import type { FailingReads } from './failing-reads.ts'
import { headBytesMax, headOf, inflatedSize, isZero, type FileHead } from './read-head.ts'

export interface BehindZeros {
  /** Returns the head of a file; undefined where it is looked for, or not there. Bytes that are new are looked at again. */
  headOf(file: LogFile, isFinal: boolean): FileHead | undefined
}

interface Search {
  /** Of what was looked at. */
  size: number
  isFinal: boolean
  isOver: boolean
  head: FileHead | undefined
}

const chunkBytes = 256 * 1024

export interface BehindZerosOptions {
  failing: Pick<FailingReads, 'failed'>
  onProblem(problem: string, path: string): void
}

export function createBehindZeros({ failing, onProblem }: BehindZerosOptions): BehindZeros {
  const searches = new WeakMap<LogFile, Search>()
  const search = async (file: LogFile, made: Search): Promise<void> => {
    const path = join(file.life.directory, file.name)
    try {
      made.head = await find(file, path, made.isFinal)
      if (made.head === undefined) onProblem('begins with zero bytes, and no line stands behind them yet', path)
    } catch (error) {
      searches.delete(file)
      // It has another name by now.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') failing.failed(file, error)
    }
    made.isOver = true
  }
  return {
    headOf(file, isFinal) {
      const last = searches.get(file)
      const isNew = last === undefined || last.size !== file.size || last.isFinal !== isFinal
      if (last !== undefined && (!last.isOver || !isNew || last.head !== undefined)) return last.head
      const made: Search = { size: file.size, isFinal, isOver: false, head: undefined }
      searches.set(file, made)
      void search(file, made)
      return undefined
    },
  }
}

async function find({ gz, inode }: LogFile, path: string, isFinal: boolean): Promise<FileHead | undefined> {
  await using handle = await open(path)
  if ((await handle.stat()).ino !== inode) return undefined
  const raw = handle.createReadStream({
    start: 0,
    highWaterMark: chunkBytes,
    autoClose: false,
  }) as AsyncIterable<Buffer>
  // One of the zero bytes belongs to the head: a newline behind it is none of a line.
  let head = Buffer.alloc(1)
  let isAll = isFinal
  for await (const chunk of gz ? decompress(raw, 'gzip', () => {}) : raw) {
    if (head.length === 1 && isZeroChunk(chunk)) continue
    head = Buffer.concat([head, head.length === 1 ? chunk.subarray(chunk.findIndex((byte) => byte !== 0)) : chunk])
    if (head.length <= headBytesMax) continue
    isAll = false
    break
  }
  const found = headOf(head, { isAll })
  return found !== undefined && gz ? { ...found, size: inflatedSize(handle.fd) } : found
}

function isZeroChunk(chunk: Buffer): boolean {
  for (let from = 0; from < chunk.length; from += headBytesMax)
    if (!isZero(chunk.subarray(from, from + headBytesMax))) return false
  return true
}
