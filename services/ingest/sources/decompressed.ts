// Decompresses a body while it comes: what is not read waits compressed, at the sender. A body of zstd may be many frames
// one behind the other, as systemd-journal-upload makes one of each piece: Node reads the first and drops the others.
import zlib from 'node:zlib'
import { AfterlogError } from '#shared/errors.ts'

type Decompressor = zlib.Gunzip | zlib.ZstdDecompress

/** Encodings of a body that never ends, with what reads them. */
const decompressors: Readonly<Record<string, () => Decompressor>> = {
  gzip: () => zlib.createGunzip({ chunkSize }),
  'x-gzip': () => zlib.createGunzip({ chunkSize }),
  zstd: () => zlib.createZstdDecompress({ chunkSize }),
}
const chunkSize = 64 * 1024

/** Yields what the chunks hold. Throws `unsupported-type` or `invalid-body`. */
export function decompressed(chunks: AsyncIterable<Buffer>, encoding: string): AsyncIterable<Buffer> {
  if (encoding === '' || encoding === 'identity') return chunks
  const create = Object.hasOwn(decompressors, encoding) ? decompressors[encoding] : undefined
  if (create === undefined)
    throw new AfterlogError(
      'unsupported-type',
      `Content-Encoding ${JSON.stringify(encoding.slice(0, 99))} is not read here; send zstd, gzip or none`,
      { parameter: 'content-encoding' },
    )
  return ofFrames(chunks, encoding, create)
}

async function* ofFrames(chunks: AsyncIterable<Buffer>, encoding: string, create: () => Decompressor) {
  let frame: Frame | undefined
  try {
    for await (const chunk of chunks)
      for (let rest = chunk; rest.length > 0;) {
        frame ??= new Frame(create())
        const taken = yield* frame.write(rest)
        if (taken < rest.length || frame.isOver) frame = undefined
        if (taken === 0) throw new Error('unexpected bytes behind the end')
        rest = rest.subarray(taken)
      }
    if (frame !== undefined) yield* frame.end()
  } catch (error) {
    if (error instanceof AfterlogError || (error as NodeJS.ErrnoException).code === 'ECONNRESET') throw error
    throw new AfterlogError('invalid-body', `the body is not ${encoding}: ${(error as Error).message}`, {
      parameter: 'content-encoding',
      cause: error,
    })
  } finally {
    frame?.destroy()
  }
}

/** What one decompressor reads. */
class Frame {
  private readonly through: Decompressor
  private failure: Error | undefined
  private changed = Promise.withResolvers<void>()
  isOver = false

  constructor(through: Decompressor) {
    this.through = through
    const change = (): void => this.changed.resolve()
    through.on('readable', change)
    through.on('end', () => {
      this.isOver = true
      change()
    })
    through.on('error', (error) => {
      this.failure = error
      change()
    })
  }

  /** Yields what the bytes become, and returns how many of them are of this frame. */
  async *write(bytes: Buffer): AsyncGenerator<Buffer, number> {
    const before = this.through.bytesWritten
    let isWritten = false
    this.through.write(bytes, () => {
      isWritten = true
      this.changed.resolve()
    })
    yield* this.readUntil(() => isWritten)
    return this.through.bytesWritten - before
  }

  async *end(): AsyncGenerator<Buffer, void> {
    this.through.end()
    yield* this.readUntil(() => this.isOver)
  }

  destroy(): void {
    this.through.destroy()
  }

  private async *readUntil(isDone: () => boolean): AsyncGenerator<Buffer, void> {
    for (;;) {
      this.changed = Promise.withResolvers()
      for (let out: Buffer | null; (out = this.through.read() as Buffer | null) !== null;) yield out
      if (this.failure !== undefined) throw this.failure
      if (isDone()) return
      await this.changed.promise
    }
  }
}
