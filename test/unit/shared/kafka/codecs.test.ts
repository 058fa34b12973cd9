import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import kafkajs from 'kafkajs'
import { describe, expect, test } from 'vitest'
import { createCodecs, registerCodecs } from '#shared/kafka/codecs.ts'

const MiB = 1024 * 1024
const codecs = createCodecs({ bytesMax: MiB })
const both = ['gzip', 'snappy', 'zstd'] as const

describe.each(both)('%s', (name) => {
  const codec = codecs[name]

  test('gives back what it was given', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (bytes) => {
        const buffer = Buffer.from(bytes)
        const back = await codec.decompress(await codec.compress({ buffer }))
        expect(back.equals(buffer)).toBe(true)
      }),
    )
  })

  test('says what it cannot read', async () => {
    const whole = await codec.compress({ buffer: Buffer.from('a line of some length. '.repeat(100)) })
    await expect(codec.decompress(whole.subarray(0, whole.length - 2))).rejects.toThrow(`the batch cannot be read as ${name}`)
    await expect(codec.decompress(Buffer.from('not compressed at all'))).rejects.toThrow(`the batch cannot be read as ${name}`)
    await expect(codec.decompress(Buffer.alloc(0))).rejects.toThrow(`the batch cannot be read as ${name}`)
  })
})

describe('a batch that would fill the memory is refused', () => {
  const bomb = Buffer.alloc(MiB + 1)

  test('gzip', async () => {
    await expect(codecs.gzip.decompress(gzipSync(bomb))).rejects.toThrow('longer than 1048576 bytes')
  })

  test('zstd', async () => {
    await expect(codecs.zstd.decompress(zstdCompressSync(bomb))).rejects.toThrow('longer than 1048576 bytes')
  })

  test('snappy, by the size that it claims', async () => {
    await expect(codecs.snappy.decompress(Buffer.from([0x81, 0x80, 0x40, 0]))).rejects.toThrow('too long')
  })
})

test('gzip takes what is zlib in truth, as kafkajs does', async () => {
  expect((await codecs.gzip.decompress(deflateSync(Buffer.from('a')))).toString()).toBe('a')
})

test('lz4 is only read', async () => {
  await expect(codecs.lz4.compress()).rejects.toThrow('lz4 is only read, not written')
  await expect(codecs.lz4.decompress(Buffer.from('junk'))).rejects.toThrow('cannot be read as lz4')
})

test('kafkajs is told all four, any number of times', async () => {
  registerCodecs()
  registerCodecs()
  const { CompressionCodecs, CompressionTypes } = kafkajs
  const { GZIP, Snappy, LZ4, ZSTD } = CompressionTypes
  for (const type of [GZIP, Snappy, LZ4, ZSTD] as const)
    await expect((CompressionCodecs[type]() as typeof codecs.gzip).decompress(Buffer.from('junk'))).rejects.toThrow(
      'the batch cannot be read as',
    )
})
