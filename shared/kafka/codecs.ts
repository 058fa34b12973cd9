// Compression of record batches: what kafkajs lacks (snappy, lz4, zstd), and gzip with a bound. Agents choose the codec, and a batch
// that cannot be read would stop its partition, so all four of the protocol are here.
import { promisify } from 'node:util'
import { constants, gzip, unzip, zstdCompress, zstdDecompress } from 'node:zlib'
import kafkajs from 'kafkajs'
import { unlz4 } from './lz4.ts'
import { snappyCompress, snappyDecompress } from './snappy.ts'
import { recordsInstead } from './unreadable-batch.ts'

/** A batch of the largest size that brokers take by default is 1 MiB; this stops one that was made to fill the memory. */
const decompressedBytesMax = 256 * 1024 * 1024

/** What kafkajs asks of a codec: it hands over its encoder, and gets Buffers. */
interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>
  decompress(bytes: Buffer): Promise<Buffer>
}

// Level 1 of zstd costs a third of its default and gives up a tenth of the ratio on log lines.
const fast = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** What cannot be decompressed becomes records that say so where it is a batch of a fetch (unreadable-batch.ts), and is rejected elsewhere. */
export function createCodecs({ bytesMax }: { bytesMax: number }) {
  const bound = { maxOutputLength: bytesMax }
  const readable =
    (codec: string, decompress: (bytes: Buffer) => Promise<Buffer>) =>
    (bytes: Buffer): Promise<Buffer> =>
      decompress(bytes).catch((cause: NodeJS.ErrnoException) => {
        const why =
          cause.code === 'ERR_BUFFER_TOO_LARGE' ? `it is longer than ${bytesMax} bytes once decompressed` : cause.message
        const sentence = `the batch cannot be read as ${codec}: ${why}`
        const instead = recordsInstead(bytes, sentence)
        if (instead === undefined) throw new Error(sentence, { cause })
        return instead
      })
  return {
    gzip: {
      compress: ({ buffer }) => promisify(gzip)(buffer),
      decompress: readable('gzip', (bytes) => promisify(unzip)(bytes, bound)),
    },
    snappy: {
      compress: ({ buffer }) => snappyCompress(buffer),
      decompress: readable('snappy', (bytes) => snappyDecompress(bytes, bytesMax)),
    },
    lz4: {
      compress: () => Promise.reject(new Error('lz4 is only read, not written; use zstd')),
      decompress: readable('lz4', async (bytes) => unlz4(bytes, bytesMax)),
    },
    zstd: {
      compress: ({ buffer }) => promisify(zstdCompress)(buffer, fast),
      decompress: readable('zstd', (bytes) => promisify(zstdDecompress)(bytes, bound)),
    },
  } satisfies Record<string, Codec>
}

/** Tells kafkajs, which keeps its codecs per process. Any number of times. */
export function registerCodecs(): void {
  const codecs = createCodecs({ bytesMax: decompressedBytesMax })
  // Not by name: Node finds only the first few exports of this CommonJS module.
  const { CompressionCodecs, CompressionTypes } = kafkajs
  CompressionCodecs[CompressionTypes.GZIP] = () => codecs.gzip
  CompressionCodecs[CompressionTypes.Snappy] = () => codecs.snappy
  CompressionCodecs[CompressionTypes.LZ4] = () => codecs.lz4
  CompressionCodecs[CompressionTypes.ZSTD] = () => codecs.zstd
}
