// Items of a stream in batches: whatever came while the batch before was taken. Reading goes on meanwhile, up to so many bytes, and then
// waits: that is the back-pressure on whoever sends. Knows nothing of what it delivers.

export interface InBatchesOptions<T> {
  source: AsyncIterable<T>
  bytesOf(item: T): number
  /** What may wait to be taken; as much again may be under way. */
  bytesMax: number
  /** One batch at a time, in order. */
  take(batch: readonly T[]): Promise<void>
}

/** Resolves when the stream has ended and all of it was taken. Rejects as the stream does, once what came before was taken, or as `take` does. */
export async function inBatches<T>({ source, bytesOf, bytesMax, take }: InBatchesOptions<T>): Promise<void> {
  let waiting: T[] = []
  let bytes = 0
  let ended = false
  let given = false
  let came = Promise.withResolvers<void>()
  let room = Promise.withResolvers<void>()

  async function read(): Promise<void> {
    try {
      for await (const item of source) {
        waiting.push(item)
        bytes += bytesOf(item)
        came.resolve()
        if (bytes >= bytesMax) await room.promise
        if (given) return
      }
    } finally {
      ended = true
      came.resolve()
    }
  }

  const reading = read()
  // Told by the await below.
  reading.catch(() => undefined)
  try {
    while (!ended || waiting.length > 0) {
      if (waiting.length === 0) {
        await came.promise
        came = Promise.withResolvers()
        continue
      }
      const batch = waiting
      waiting = []
      bytes = 0
      room.resolve()
      room = Promise.withResolvers()
      await take(batch)
    }
  } finally {
    given = true
    room.resolve()
  }
  await reading
}
