// Reads the LZ4 frame format, as Kafka's record batches have it (lz4/lz4: doc/lz4_Frame_format.md,
// lz4_Block_format.md). Its own checksums are skipped: the broker has checked the CRC-32C of the batch. Every index is
// checked before it is used. A small batch may become very many bytes, so other work has its turn between blocks.
import { setImmediate as othersTurn } from 'node:timers/promises'

const frameMagic = 0x184d2204
const skippableMagic = 0x184d2a50
const blockBytesMax: Readonly<Record<number, number>> = { 4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22 }
const largestBlock = 1 << 22

/**
 * Decompresses a sequence of frames. Rejects with an Error that says where the input is not LZ4, or that it exceeds
 * `bytesMax`.
 */
export async function unlz4(input: Buffer, bytesMax: number): Promise<Buffer> {
  const output = createOutput(bytesMax)
  let beganMs = performance.now()
  for (const _ of blocksOf(input, output)) {
    if (performance.now() - beganMs < sliceMs) continue
    await othersTurn()
    beganMs = performance.now()
  }
  return output.bytes.subarray(0, output.length)
}

const sliceMs = 10

/** Appends one block after the other, and yields behind each of them. */
function* blocksOf(input: Buffer, output: Output): Generator<void> {
  let pos = 0
  do pos = yield* readFrame(input, pos, output)
  while (pos < input.length)
}

interface Output {
  bytes: Buffer
  length: number
  /** Makes room for `more` bytes behind `length`. */
  reserve(more: number): void
}

function createOutput(bytesMax: number): Output {
  return {
    bytes: Buffer.allocUnsafe(0),
    length: 0,
    reserve(more) {
      if (this.length > bytesMax) throw tooLong(bytesMax)
      const needed = this.length + more
      if (needed <= this.bytes.length) return
      const doubled = Math.max(needed, 2 * this.bytes.length)
      // To copy much takes long. Memory that is not written to costs nothing.
      const grown = Buffer.allocUnsafe(doubled > bytesMax / 4 ? bytesMax + largestBlock : doubled)
      this.bytes.copy(grown, 0, 0, this.length)
      this.bytes = grown
    },
  }
}

/** Reads one frame and returns where it ends. */
function* readFrame(input: Buffer, start: number, output: Output): Generator<void, number> {
  let pos = start
  const skip = (bytes: number): void => {
    if (pos + bytes > input.length) throw corrupt(pos, 'the input is cut short')
    pos += bytes
  }
  const word = (): number => {
    skip(4)
    return input.readUInt32LE(pos - 4)
  }
  const magic = word()
  if ((magic & 0xfffffff0) >>> 0 === skippableMagic) {
    skip(word())
    return pos
  }
  if (magic !== frameMagic) throw corrupt(start, 'no frame begins here')
  skip(3)
  const flags = input[pos - 3]!
  const blockMax = blockBytesMax[(input[pos - 2]! >> 4) & 7]
  if (flags >> 6 !== 1) throw corrupt(pos - 3, `the version ${flags >> 6} is unknown`)
  if ((flags & 0x01) !== 0) throw corrupt(pos - 3, 'it needs a dictionary')
  if (blockMax === undefined) throw corrupt(pos - 2, 'the block size is unknown')
  const [independent, blockChecksum, contentSize, contentChecksum] = [0x20, 0x10, 0x08, 0x04].map(
    (flag) => (flags & flag) !== 0,
  )
  if (contentSize) skip(8)
  const frameStart = output.length
  for (let head = word(); head !== 0; head = word()) {
    const at = pos
    skip(head & 0x7fffffff)
    if (pos - at > blockMax) throw corrupt(at, 'the block is larger than its frame allows')
    const stored = head >>> 31 === 1
    readBlock(input.subarray(at, pos), stored, at, blockMax, independent ? output.length : frameStart, output)
    if (blockChecksum) skip(4)
    yield
  }
  if (contentChecksum) skip(4)
  output.reserve(0)
  return pos
}

/** Appends one block. A match may reach back to `windowStart`. `at` is the place of the block in the whole input. */
function readBlock(
  block: Buffer,
  stored: boolean,
  at: number,
  blockMax: number,
  windowStart: number,
  output: Output,
): void {
  output.reserve(stored ? block.length : Math.min(blockMax, 255 * block.length))
  const { bytes } = output
  const stop = output.length + blockMax
  if (stored) {
    output.length += block.copy(bytes, output.length)
    return
  }
  let to = output.length
  let pos = 0
  const length = (nibble: number): number => {
    let sum = nibble
    for (let byte = nibble === 15 ? 255 : 0; byte === 255; sum += byte) {
      if (pos >= block.length) throw corrupt(at + pos, 'a length is cut short')
      byte = block[pos++]!
    }
    return sum
  }
  while (pos < block.length) {
    const token = block[pos++]!
    const literals = length(token >> 4)
    if (pos + literals > block.length || to + literals > stop) throw corrupt(at + pos, 'literals run over the block')
    to += block.copy(bytes, to, pos, pos + literals)
    pos += literals
    if (pos === block.length) break
    if (pos + 2 > block.length) throw corrupt(at + pos, 'a match is cut short')
    const distance = block.readUInt16LE(pos)
    pos += 2
    const matched = length(token & 15) + 4
    const from = to - distance
    if (distance === 0 || from < windowStart) throw corrupt(at + pos, 'a match reaches before the beginning')
    if (to + matched > stop) throw corrupt(at + pos, 'a match runs over the block')
    copyMatch(bytes, to, distance, matched)
    to += matched
  }
  output.length = to
}

/** Copies what stands `distance` bytes before, which may go on in what is copied: of that ever longer pieces. */
function copyMatch(bytes: Buffer, to: number, distance: number, matched: number): void {
  const from = to - distance
  if (matched <= 32) for (let i = 0; i < matched; i++) bytes[to + i] = bytes[from + i]!
  else
    for (let done = 0; done < matched;) {
      const piece = Math.min(distance + done, matched - done)
      bytes.copyWithin(to + done, from, from + piece)
      done += piece
    }
}

const corrupt = (pos: number, why: string): Error => new Error(`${why} (byte ${pos})`)
const tooLong = (bytesMax: number): Error => new Error(`it is longer than ${bytesMax} bytes once decompressed`)
