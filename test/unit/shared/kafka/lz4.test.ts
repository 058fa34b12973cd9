import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unlz4 } from '#shared/kafka/lz4.ts'

const fixture = (name: string): Buffer => readFileSync(new URL(`../../../fixtures/kafka/lz4/${name}`, import.meta.url))
const MiB = 1024 * 1024
const lines = fixture('lines.txt')

describe('frames of the reference implementation are read', () => {
  test.each(['independent', 'linked', 'checksums', 'best'])('%s', async (name) => {
    expect((await unlz4(fixture(`${name}.lz4`), MiB)).equals(lines)).toBe(true)
  })

  test('a block that is stored as it is', async () => {
    expect((await unlz4(fixture('stored.bin.lz4'), MiB)).equals(fixture('stored.bin'))).toBe(true)
  })

  test('an empty one', async () => {
    expect(await unlz4(fixture('empty.lz4'), MiB)).toHaveLength(0)
  })

  test('several, and what must be skipped between them', async () => {
    const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9])
    const both = Buffer.concat([fixture('linked.lz4'), skippable, fixture('best.lz4')])
    expect((await unlz4(both, MiB)).equals(Buffer.concat([lines, lines]))).toBe(true)
  })
})

describe('what is no LZ4 is refused with a sentence, never with a wrong index', () => {
  const sentence = /^.+ \(byte \d+\)$/

  test.each(['independent', 'checksums', 'best'])('%s, cut anywhere', async (name) => {
    const whole = fixture(`${name}.lz4`)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
        await expect(unlz4(whole.subarray(0, length), MiB)).rejects.toThrow(sentence)
      }),
      { numRuns: 60 },
    )
  })

  test('with bytes changed: an Error of ours, or other bytes within the bound', async () => {
    const whole = fixture('linked.lz4')
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        async (changes) => {
          const changed = Buffer.from(whole)
          for (const [at, byte] of changes) changed[at] = byte
          try {
            expect((await unlz4(changed, MiB)).length).toBeLessThanOrEqual(MiB)
          } catch (error) {
            expect((error as Error).message).toMatch(/\(byte \d+\)$|^it is longer than/)
          }
        },
      ),
      { numRuns: 150 },
    )
  })

  test('any bytes at all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const block = Buffer.concat([
          Buffer.from([4, 0x22, 0x4d, 0x18, 0x40, 0x40, 0, bytes.length, 0, 0, 0]),
          bytes,
          Buffer.alloc(4),
        ])
        await expect(unlz4(Buffer.from(bytes), MiB)).rejects.toThrow(sentence)
        try {
          expect((await unlz4(block, MiB)).length).toBeLessThanOrEqual(64 * 1024)
        } catch (error) {
          expect((error as Error).message).toMatch(sentence)
        }
      }),
    )
  })

  test.each([
    ['a match before the beginning', [0x10, 0x61, 2, 0], 'a match reaches before the beginning'],
    ['a match of distance zero', [0x10, 0x61, 0, 0], 'a match reaches before the beginning'],
    ['literals that are not there', [0x50, 0x61], 'literals run over the block'],
    ['a length without its end', [0xf0, 0xff], 'a length is cut short'],
  ])('%s', async (_, block, why) => {
    await expect(unlz4(frame(block), MiB)).rejects.toThrow(why)
  })

  test('a block longer than its frame allows', async () => {
    const run = [0x1f, 0x61, 1, 0, ...Array.from({ length: 300 }, () => 0xff), 0]
    await expect(unlz4(frame(run), MiB)).rejects.toThrow('a match runs over the block')
  })
})

test('output beyond the bound is refused', async () => {
  await expect(unlz4(fixture('best.lz4'), lines.length - 1)).rejects.toThrow(`longer than ${lines.length - 1} bytes`)
  expect(await unlz4(fixture('best.lz4'), lines.length)).toHaveLength(lines.length)
})

test('a match that overlaps itself repeats', async () => {
  expect((await unlz4(frame([0x1f, 0x61, 1, 0, 20]), MiB)).toString()).toBe('a'.repeat(1 + 15 + 20 + 4))
})

/** One block of at most 64 KiB in a frame. */
function frame(block: readonly number[]): Buffer {
  const head = Buffer.from([4, 0x22, 0x4d, 0x18, 0x40, 0x40, 0, 0, 0, 0, 0])
  head.writeUInt32LE(block.length, 7)
  return Buffer.concat([head, Buffer.from(block), Buffer.alloc(4)])
}

test('other work has its turn while a small batch becomes very many bytes', async () => {
  // 40 blocks of 4 MiB of one byte, each of which is a match as long as the block.
  const run = Buffer.concat([Buffer.from([0x1f, 0x61, 1, 0]), Buffer.alloc(16_446, 0xff), Buffer.from([200, 0])])
  const size = Buffer.alloc(4)
  size.writeUInt32LE(run.length)
  const blocks = Array.from({ length: 40 }, () => Buffer.concat([size, run]))
  const bomb = Buffer.concat([Buffer.from([4, 0x22, 0x4d, 0x18, 0x60, 0x70, 0]), ...blocks, Buffer.alloc(4)])
  let [turns, isDone] = [0, false]
  const reading = unlz4(bomb, 256 * MiB).finally(() => (isDone = true))
  while (!isDone) {
    await new Promise(setImmediate)
    turns++
  }
  expect((await reading).length).toBeGreaterThan(160_000_000)
  expect(turns).toBeGreaterThan(5)
})
