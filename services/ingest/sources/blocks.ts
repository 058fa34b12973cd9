/** Bytes that come in chunks. Small chunks are copied into blocks: each would be an object, and memory, of its own. */
export class Blocks {
  private readonly parts: Buffer[] = []
  private block: Buffer = Buffer.alloc(0)
  /** Of the block: the bytes of its last part, and those of all of its parts. */
  private start = 0
  private stop = 0
  bytes = 0

  add(chunk: Buffer): void {
    this.bytes += chunk.length
    if (chunk.length > smallMax) {
      this.endPart()
      this.parts.push(chunk)
      return
    }
    if (this.stop + chunk.length > this.block.length) {
      this.endPart()
      this.block = Buffer.allocUnsafeSlow(blockBytes)
      this.start = this.stop = 0
    }
    this.stop += chunk.copy(this.block, this.stop)
  }

  whole(): Buffer {
    this.endPart()
    return this.parts.length === 1 ? this.parts[0]! : Buffer.concat(this.parts, this.bytes)
  }

  private endPart(): void {
    if (this.stop > this.start) this.parts.push(this.block.subarray(this.start, this.stop))
    this.start = this.stop
  }
}

const blockBytes = 64 * 1024
const smallMax = 8 * 1024
