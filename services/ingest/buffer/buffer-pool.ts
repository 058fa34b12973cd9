// A pool of buffers for rows. Rows take about as many bytes as their lines. Without the pool each insert allocates and
// frees that memory, and the page faults and garbage collections cost a tenth of the CPU time of ingest.

export interface BufferPool {
  /** Returns a buffer of at least `bytes` bytes. Its content is arbitrary. */
  take(bytes: number): Buffer
  /** Gives a buffer back. The caller must not read or write it afterwards. */
  give(buffer: Buffer): void
}

/** @param bytesMax The most bytes of free buffers that the pool holds. */
export function createBufferPool(bytesMax: number): BufferPool {
  /** Smallest first. */
  const free: Buffer[] = []
  let bytes = 0
  return {
    take(wanted) {
      const index = free.findIndex(({ length }) => length >= wanted)
      // A much larger buffer stays in the pool for those who need that size.
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
