// The body of every streamed answer: the next part is made once the client has taken the one before, so that a stream
// holds one part, however slow its client is.
import type { FastifyReply } from 'fastify'
import { Readable } from 'node:stream'

const pieceBytes = 256 * 1024

export const streamBody = (reply: FastifyReply, parts: AsyncGenerator<Buffer>): Readable =>
  Readable.from(pieces(reply.raw, parts), { objectMode: false, highWaterMark: 64 * 1024 })

async function* pieces(raw: FastifyReply['raw'], parts: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      let part: Buffer | undefined = await nextOf(parts)
      if (part === undefined) return
      for (let at = 0; at < part.length; at += pieceBytes) {
        // A copy: whoever holds a piece of a part holds all of it, and a stream keeps the last one until the next.
        yield Buffer.copyBytesFrom(part, at, pieceBytes)
        await taken(raw)
      }
      // A generator that waits for the next part keeps what its variables hold.
      part = undefined
    }
  } finally {
    await parts.return(undefined)
  }
}

async function nextOf(parts: AsyncGenerator<Buffer>): Promise<Buffer | undefined> {
  const next = await parts.next()
  return next.done === true ? undefined : next.value
}

/** Resolves once the connection takes more bytes, or is closed. */
function taken(raw: FastifyReply['raw']): Promise<void> | void {
  if (!raw.writableNeedDrain) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const done = (): void => {
    raw.removeListener('drain', done)
    raw.removeListener('close', done)
    resolve()
  }
  raw.once('drain', done)
  raw.once('close', done)
  return promise
}
