// Compression of record batches: gzip with a bound, and what kafkajs lacks (snappy, lz4, zstd). Agents choose the
// codec, and a batch that cannot be read would stop its partition, so all four codecs of the protocol are supported.
import { promisify } from 'node:util'
import { constants, gzip, unzip, zstdCompress, zstdDecompress } from 'node:zlib'
import kafkajs from 'kafkajs'
import { unlz4 } from './lz4.ts'
import { snappyCompress, snappyDecompress } from './snappy.ts'
import { recordsInstead } from './unreadable-batch.ts'

/** Brokers accept batches of 1 MiB by default. The bound stops one that was made to fill the memory. */
const decompressedBytesMax = 256 * 1024 * 1024

/** The interface of a codec in kafkajs. */
interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>
  decompress(bytes: Buffer): Promise<Buffer>
}

// Level 1 of zstd costs a third of the default's time, with a ratio on log lines that is a tenth lower.
const fast = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/**
 * A batch of a fetch that cannot be decompressed becomes records that say so (unreadable-batch.ts). Other bytes that
 * cannot be decompressed are rejected.
 */
export function createCodecs({ bytesMax }: { bytesMax: number }) {
  const bound = { maxOutputLength: bytesMax }
  const readable =
    (codec: string, decompress: (bytes: Buffer) => Promise<Buffer>) =>
    (bytes: Buffer): Promise<Buffer> =>
      decompress(bytes).catch((cause: NodeJS.ErrnoException) => {
        const why =
          cause.code === 'ERR_BUFFER_TOO_LARGE'
            ? `it is longer than ${bytesMax} bytes once decompressed`
            : cause.message
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
      decompress: readable('lz4', (bytes) => unlz4(bytes, bytesMax)),
    },
    zstd: {
      compress: ({ buffer }) => promisify(zstdCompress)(buffer, fast),
      decompress: readable('zstd', (bytes) => promisify(zstdDecompress)(bytes, bound)),
    },
  } satisfies Record<string, Codec>
}

/** Registers the codecs with kafkajs, once per process or more often. */
export function registerCodecs(): void {
  const codecs = createCodecs({ bytesMax: decompressedBytesMax })
  // Not as named imports: Node finds only the first few exports of this CommonJS module.
  const { CompressionCodecs, CompressionTypes } = kafkajs
  CompressionCodecs[CompressionTypes.GZIP] = () => codecs.gzip
  CompressionCodecs[CompressionTypes.Snappy] = () => codecs.snappy
  CompressionCodecs[CompressionTypes.LZ4] = () => codecs.lz4
  CompressionCodecs[CompressionTypes.ZSTD] = () => codecs.zstd
}
