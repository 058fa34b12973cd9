// Edge: reads the begin of a log file, compressed or not, for its fingerprint.
import { hash } from 'node:crypto'
import { fstatSync, readSync } from 'node:fs'
import { constants, gunzipSync } from 'node:zlib'
import { fingerprintOf } from '../../import/lines/fingerprint.ts'
import { firstLineOf } from '../../import/lines/peek-line.ts'
import { parseContainerLine } from '../../import/lines/container-line.ts'

export interface FileHead {
  /** As the importer names the file. */
  file: string
  firstAt: string | undefined
  /** Of a compressed file: its bytes when decompressed, as its end has them. */
  size: number | undefined
}

/** A fingerprint needs no more than so many bytes of the first line. */
export const headBytesMax = 128 * 1024
/** Most first lines end in the first part. */
const headBytes = [4096, headBytesMax] as const
/** Zero bytes in front of the first line, as a power loss leaves them, are looked through so far at once. */
const zerosMax = 1024 * 1024
const inflatedBytesMax = 1024 * 1024
const deflatedBytesMin = 512
const digestedBytes = 1024

/**
 * Returns undefined where the first line has no end yet, unless `isFinal`, or nothing can be read; `behind zeros` where
 * it stands behind more zero bytes than are looked through at once (behind-zeros.ts).
 */
export function readHead(
  descriptor: number,
  { gz, isFinal }: { gz: boolean; isFinal: boolean },
): FileHead | 'behind zeros' | undefined {
  for (const bytes of headBytes) {
    const head = gz ? inflatedHead(descriptor, bytes) : plainHead(descriptor, bytes)
    if (head === undefined) return undefined
    const found = headOf(head, { isAll: isFinal && head.length < bytes })
    if (found !== undefined) return gz ? { ...found, size: inflatedSize(descriptor) } : found
    if (bytes === headBytesMax && head.length === bytes && head[0] === 0) return 'behind zeros'
  }
  return undefined
}

/** Returns undefined where these first bytes are not enough of the first line. `isAll`: there will be no more. */
export function headOf(head: Buffer, { isAll }: { isAll: boolean }): FileHead | undefined {
  const { firstLine, isWhole } = firstLineOf(head)
  if (!isWhole && firstLine.length < headBytesMax / 2 && (!isAll || firstLine.length === 0)) return undefined
  return { file: fingerprintOf(firstLine), firstAt: parseContainerLine(firstLine)?.time, size: undefined }
}

/** Leaves out zero bytes in front, but for the last one: a newline behind it is none of a line. */
function plainHead(descriptor: number, bytes: number): Buffer | undefined {
  for (let from = 0; ; from += bytes) {
    const head = bytesAt(descriptor, from, bytes)
    if (head.length === 0) return undefined
    if (isZero(head) && from < zerosMax) continue
    const first = from + head.findIndex((byte) => byte !== 0)
    return first > 0 ? bytesAt(descriptor, first - 1, bytes) : head
  }
}

const zeros = Buffer.alloc(headBytesMax)
/** Whether a chunk of up to `headBytesMax` has nothing but zero bytes. */
export const isZero = (chunk: Buffer): boolean => chunk.equals(zeros.subarray(0, chunk.length))

/** Of a line that was read, to see later whether it still stands at its place. */
export const digestOf = (line: Buffer): string => hash('sha256', line.subarray(0, digestedBytes), 'hex').slice(0, 16)

/** Returns the digest of the line at a place of a file that is not compressed. */
export function readDigest(descriptor: number, offset: number): string {
  const bytes = bytesAt(descriptor, offset, digestedBytes)
  const newline = bytes.indexOf(0x0a)
  return digestOf(newline === -1 ? bytes : bytes.subarray(0, newline))
}

/**
 * Inflates as many compressed bytes as give the head. A byte may become a thousand, so they are doubled until they
 * suffice, and fewer are tried where they become too many: no more than `inflatedBytesMax` is held.
 */
function inflatedHead(descriptor: number, bytes: number): Buffer | undefined {
  let [tooFew, tooMany] = [0, Infinity]
  for (let count = deflatedBytesMin; tooMany - tooFew > 1;) {
    const deflated = bytesAt(descriptor, 0, count)
    const head = inflate(deflated)
    if (head === 'broken') return undefined
    if (head === 'too long') tooMany = count
    else if (head.length >= bytes || deflated.length < count) return head.subarray(0, bytes)
    else tooFew = count
    count = tooMany === Infinity ? count * 2 : Math.floor((tooFew + tooMany) / 2)
  }
  return undefined
}

function inflate(deflated: Buffer): Buffer | 'too long' | 'broken' {
  try {
    // A part of a stream is no error with this flush.
    return gunzipSync(deflated, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: inflatedBytesMax })
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too long' : 'broken'
  }
}

/** The last four bytes of a gzip stream. The kubelet writes one stream. */
export function inflatedSize(descriptor: number): number | undefined {
  const { size } = fstatSync(descriptor)
  return size < 18 ? undefined : bytesAt(descriptor, size - 4, 4).readUInt32LE(0)
}

function bytesAt(descriptor: number, from: number, bytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(bytes)
  return buffer.subarray(0, readSync(descriptor, buffer, 0, bytes, from))
}
