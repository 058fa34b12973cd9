// Groups the items of a stream into batches: items that arrive while `take` handles a batch form the next one. Reading
// stops while `bytesMax` bytes wait, which is the back-pressure on the sender. The module does not know what it
// delivers.

export interface InBatchesOptions<T> {
  source: AsyncIterable<T>
  bytesOf(item: T): number
  /** The most bytes that wait for `take`. As many again may be in the batch that `take` handles. */
  bytesMax: number
  /** Handles one batch at a time, in order. */
  take(batch: readonly T[]): Promise<void>
}

/**
 * Resolves when the stream has ended and `take` has handled all of it. Rejects as `take` does, or as the stream does,
 * once `take` has handled the items before the failure.
 */
export async function inBatches<T>({ source, bytesOf, bytesMax, take }: InBatchesOptions<T>): Promise<void> {
  let waiting: T[] = []
  let bytes = 0
  let ended = false
  let stopped = false
  let came = Promise.withResolvers<void>()
  let room = Promise.withResolvers<void>()

  async function read(): Promise<void> {
    try {
      for await (const item of source) {
        waiting.push(item)
        bytes += bytesOf(item)
        came.resolve()
        if (bytes >= bytesMax) await room.promise
        if (stopped) return
      }
    } finally {
      ended = true
      came.resolve()
    }
  }

  const reading = read()
  // The last `await` reports a failure of the stream; without this line it would also be an unhandled rejection.
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
    stopped = true
    room.resolve()
  }
  await reading
}
