// Buffers used again: rows take as many bytes as there are lines, and memory that is given back to the system after each insert and asked for
// again costs page faults and garbage collections, a tenth of all of ingest.

export interface BufferPool {
  /** At least so many bytes, with whatever was in them. */
  take(bytes: number): Buffer
  /** The buffer that was taken, once nobody reads it any more. */
  give(buffer: Buffer): void
}

/** @param bytesMax Bytes of buffers that are kept for later. */
export function createBufferPool(bytesMax: number): BufferPool {
  /** Smallest first. */
  const free: Buffer[] = []
  let bytes = 0
  return {
    take(wanted) {
      const index = free.findIndex(({ length }) => length >= wanted)
      // One much larger would be missed by those who need it.
      if (index === -1 || free[index]!.length > 4 * wanted) return Buffer.allocUnsafeSlow(wanted)
      const [buffer] = free.splice(index, 1) as [Buffer]
      bytes -= buffer.length
      return buffer
    },
    give(buffer) {
      if (bytes + buffer.length > bytesMax) return
      bytes += buffer.length
      const index = free.findIndex(({ length }) => length >= buffer.length)
      free.splice(index === -1 ? free.length : index, 0, buffer)
    },
  }
}
