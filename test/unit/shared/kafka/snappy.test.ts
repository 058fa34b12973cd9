import fc from 'fast-check'
import { compress } from 'snappy'
import { describe, expect, test } from 'vitest'
import { snappyCompress, snappyDecompress } from '#shared/kafka/snappy.ts'

const text = Buffer.from('2026-11-23T10:00:00Z stdout F connection refused\n'.repeat(50))
const MiB = 1024 * 1024

test('a raw block, as librdkafka sends it', async () => {
  expect((await snappyDecompress(await compress(text), MiB)).equals(text)).toBe(true)
})

test("many blocks in snappy-java's framing, as the Java clients send them", async () => {
  const header = Buffer.from('82534e41505059000000000100000001', 'hex')
  const blocks = await Promise.all(
    [0, 1, 2].map(async () => {
      const block = await compress(text)
      const length = Buffer.alloc(4)
      length.writeInt32BE(block.length)
      return Buffer.concat([length, block])
    }),
  )
  const back = await snappyDecompress(Buffer.concat([header, ...blocks]), MiB)
  expect(back.equals(Buffer.concat([text, text, text]))).toBe(true)
})

describe('what is broken is refused', () => {
  test('a frame cut anywhere', async () => {
    const whole = await snappyCompress(text)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 17, max: whole.length - 1 }), async (length) => {
        await expect(snappyDecompress(whole.subarray(0, length), MiB)).rejects.toThrow()
      }),
      { numRuns: 50 },
    )
  })

  test('a size that does not end', async () => {
    await expect(snappyDecompress(Buffer.from([255, 255, 255, 255, 255, 255]), MiB)).rejects.toThrow(
      'does not begin with its size',
    )
  })

  test('blocks that together are over the bound', async () => {
    const once = await snappyCompress(text)
    const twice = Buffer.concat([once, once.subarray(16)])
    expect(await snappyDecompress(twice, 2 * text.length)).toHaveLength(2 * text.length)
    await expect(snappyDecompress(twice, 2 * text.length - 1)).rejects.toThrow('too long')
  })
})
