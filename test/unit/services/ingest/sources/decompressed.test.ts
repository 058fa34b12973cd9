import { gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decompressed } from '#ingest/sources/decompressed.ts'

async function* each(chunks: readonly Buffer[]) {
  for (const chunk of chunks) yield chunk
}
async function read(chunks: readonly Buffer[], encoding: string): Promise<string> {
  const out: Buffer[] = []
  for await (const chunk of decompressed(each(chunks), encoding)) out.push(Buffer.from(chunk))
  return Buffer.concat(out).toString()
}

const texts = ['one ', 'two ', 'x'.repeat(300_000), '', 'end']
test.each([
  ['zstd', zstdCompressSync],
  ['gzip', gzipSync],
] as const)('many frames of %s behind each other are all read, wherever chunks end', async (encoding, compress) => {
  const frames = texts.map((text) => compress(Buffer.from(text)))
  const whole = Buffer.concat(frames)
  expect(await read(frames, encoding)).toBe(texts.join(''))
  for (const size of [1, 13, whole.length]) {
    const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => whole.subarray(i * size, (i + 1) * size))
    expect(await read(chunks, encoding)).toBe(texts.join(''))
  }
  await expect(read([whole.subarray(0, whole.length - 3)], encoding)).rejects.toThrow(`the body is not ${encoding}`)
  await expect(read([whole, Buffer.from('garbage behind')], encoding)).rejects.toThrow(`the body is not ${encoding}`)
})

test('an encoding that is not known is refused', () => {
  for (const encoding of ['lz4', 'xz', 'br', 'constructor'])
    expect(() => decompressed(each([]), encoding)).toThrow('send zstd, gzip or none')
})
