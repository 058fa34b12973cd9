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

/** Most first lines end in the first part; a fingerprint needs no more than the second. */
const headBytes = [4096, 128 * 1024] as const
/** Zero bytes in front of the first line, as a power loss leaves them, are looked through so far. */
const nulBytesMax = 64 * 1024 * 1024
const digestedBytes = 1024

/** Returns undefined where the first line has no end yet, unless `isFinal`, or nothing can be read. */
export function readHead(descriptor: number, { gz, isFinal }: { gz: boolean; isFinal: boolean }): FileHead | undefined {
  for (const bytes of headBytes) {
    const head = gz ? inflatedHead(descriptor, bytes) : plainHead(descriptor, bytes)
    if (head === undefined) return undefined
    const { firstLine, isWhole } = firstLineOf(head)
    const isEnough = isWhole || (bytes === headBytes[1] && firstLine.length >= headBytes[1] / 2)
    const isAll = isFinal && head.length < bytes
    if (!isEnough && !isAll) continue
    if (firstLine.length === 0 && !isWhole) return undefined
    const size = gz ? inflatedSize(descriptor) : undefined
    return { file: fingerprintOf(firstLine), firstAt: parseContainerLine(firstLine)?.time, size }
  }
  return undefined
}

function plainHead(descriptor: number, bytes: number, offset = 0): Buffer | undefined {
  for (let from = 0; from < nulBytesMax; from += bytes) {
    const head = bytesAt(descriptor, offset + from, bytes)
    if (head.length === 0) return undefined
    if (head.some((byte) => byte !== 0)) return head
  }
  return undefined
}

/** Of a line that was read, to see later whether it still stands at its place. */
export const digestOf = (line: Buffer): string => hash('sha256', line.subarray(0, digestedBytes), 'hex').slice(0, 16)

/** Returns the digest of the line at a place of a file that is not compressed; undefined where no bytes are there. */
export function readDigest(descriptor: number, offset: number): string | undefined {
  const bytes = plainHead(descriptor, headBytes[0], offset)
  return bytes === undefined ? undefined : digestOf(firstLineOf(bytes).firstLine)
}

function inflatedHead(descriptor: number, bytes: number): Buffer | undefined {
  try {
    // A part of a stream is no error with this flush.
    return gunzipSync(bytesAt(descriptor, 0, bytes), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, bytes)
  } catch {
    return undefined
  }
}

/** The last four bytes of a gzip stream. The kubelet writes one stream. */
function inflatedSize(descriptor: number): number | undefined {
  const { size } = fstatSync(descriptor)
  return size < 18 ? undefined : bytesAt(descriptor, size - 4, 4).readUInt32LE(0)
}

function bytesAt(descriptor: number, from: number, bytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(bytes)
  return buffer.subarray(0, readSync(descriptor, buffer, 0, bytes, from))
}
