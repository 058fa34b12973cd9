import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import zlib from 'node:zlib'
import { expect, test } from 'vitest'
import { InflightBytes } from '#ingest/buffer/inflight.ts'
import { readBody } from '#ingest/sources/body.ts'
import { compress, compressSync } from 'snappy'

const MiB = 1024 * 1024
const text = Buffer.from(JSON.stringify({ records: Array.from({ length: 5000 }, (_, i) => ({ message: `line ${i}` })) }))

const requestOf = (body: Buffer, encoding: string): IncomingMessage =>
  Object.assign(Readable.from([body]), { headers: { 'content-encoding': encoding } }) as unknown as IncomingMessage

const compressed: [string, () => Buffer | Promise<Buffer>][] = [
  ['identity', () => text],
  ['gzip', () => zlib.gzipSync(text)],
  ['x-gzip', () => Buffer.concat([zlib.gzipSync(text.subarray(0, 9)), zlib.gzipSync(text.subarray(9))])],
  ['zstd', () => zlib.zstdCompressSync(text)],
  ['zstd', () => Buffer.concat([zlib.zstdCompressSync(text.subarray(0, 9)), zlib.zstdCompressSync(text.subarray(9))])],
  ['deflate', () => zlib.deflateSync(text)],
  ['deflate', () => zlib.deflateRawSync(text)],
  ['snappy', () => compress(text)],
]

test.each(compressed)('a body in %s is read, and what it takes is reserved', async (encoding, body) => {
  const inflight = new InflightBytes(10 * MiB)
  const reservation = inflight.reserve(0)
  const raw = await body()
  expect(await readBody(requestOf(raw, encoding), MiB, reservation)).toEqual(text)
  expect(inflight.bytes).toBe(2 * raw.length + (encoding === 'identity' ? 0 : text.length))
  reservation.release()
  expect(inflight.bytes).toBe(0)
})

test.each(['gzip', 'zstd', 'deflate'])('a body in %s that is cut short, or is none, is refused in words', async (encoding) => {
  const whole = { gzip: zlib.gzipSync, zstd: zlib.zstdCompressSync, deflate: zlib.deflateSync }[encoding]!(text)
  for (const bad of [whole.subarray(0, whole.length / 2), Buffer.from('{"records":[]}')])
    await expect(readBody(requestOf(bad, encoding), MiB, new InflightBytes(10 * MiB).reserve(0))).rejects.toMatchObject({
      code: 'invalid-body',
      message: expect.stringContaining(`the body is not ${encoding}`) as string,
    })
})

const bombs: [string, (blanks: Buffer) => Buffer | Promise<Buffer>][] = [
  ['gzip', (blanks) => zlib.gzipSync(blanks)],
  ['zstd', (blanks) => zlib.zstdCompressSync(blanks)],
  ['snappy', (blanks) => compress(blanks)],
]

test.each(bombs)(
  'small bodies in %s that become large are refused before they take more than there is room for',
  async (encoding, made) => {
    const bomb = await made(Buffer.alloc(4 * MiB, ' '))
    const inflight = new InflightBytes(10 * MiB)
    let most = 0
    const read = async (): Promise<unknown> => {
      const reservation = inflight.reserve(0)
      const watched = {
        ...reservation,
        grow: (bytes: number) => {
          reservation.grow(bytes)
          most = Math.max(most, inflight.bytes)
        },
      }
      // Kept, as the body is until its rows are stored.
      return readBody(requestOf(bomb, encoding), 8 * MiB, watched).catch((error: unknown) => {
        reservation.release()
        return (error as { code: string }).code
      })
    }
    const answers = await Promise.all(Array.from({ length: 40 }, read))
    expect(new Set(answers.filter((answer) => typeof answer === 'string'))).toEqual(new Set(['busy']))
    expect(answers.filter(Buffer.isBuffer).length).toBeGreaterThan(0)
    expect(most).toBeLessThanOrEqual(10 * MiB)
  },
)

test('a body that is larger than the limit once decompressed is refused while it is decompressed', async () => {
  const bomb = zlib.gzipSync(Buffer.alloc(64 * MiB))
  const inflight = new InflightBytes(100 * MiB)
  await expect(readBody(requestOf(bomb, 'gzip'), MiB, inflight.reserve(0))).rejects.toMatchObject({ code: 'too-large' })
  expect(inflight.bytes).toBeLessThan(2 * MiB)
})

test('what was a large snappy body can be sent to another thread', async () => {
  const large = Buffer.alloc(2 * MiB, 'a')
  const read = await readBody(requestOf(compressSync(large), 'snappy'), 4 * MiB, new InflightBytes(10 * MiB).reserve(0))
  expect(structuredClone(read, { transfer: [read.buffer as ArrayBuffer] })).toHaveLength(large.length)
})

test('frames of a byte each take no more memory than their bytes', async () => {
  const count = 50_000
  // A frame that is not compressed: type, length, the checksum of "a", "a".
  const frame = Buffer.from([0x01, 0x05, 0x00, 0x00, 0x78, 0x6e, 0xe4, 0x28, 0x61])
  const identifier = Buffer.from([0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59])
  const body = Buffer.concat([identifier, ...Array.from({ length: count }, () => frame)])
  const read = await readBody(requestOf(body, 'snappy'), MiB, new InflightBytes(10 * MiB).reserve(0))
  expect(read.equals(Buffer.alloc(count, 'a'))).toBe(true)
})

test('a body in chunks of any sizes is read as it was sent', async () => {
  const sizes = [1, 9000, 2, 70_000, 8192, 8193, 5, 66_000, 1]
  const parts = sizes.map((size, i) => Buffer.alloc(size, 97 + i))
  const request = Object.assign(Readable.from(parts), { headers: {} }) as unknown as IncomingMessage
  const body = await readBody(request, MiB, new InflightBytes(10 * MiB).reserve(0))
  expect(body.equals(Buffer.concat(parts))).toBe(true)
})

test('a body in very many tiny chunks is refused, since each takes hundreds of bytes', async () => {
  const tiny = Object.assign(Readable.from(Array.from({ length: 20_000 }, () => Buffer.from('x'))), { headers: {} })
  const inflight = new InflightBytes(10 * MiB)
  const reading = readBody(tiny as unknown as IncomingMessage, MiB, inflight.reserve(0))
  await expect(reading).rejects.toMatchObject({
    code: 'invalid-body',
    message: expect.stringContaining('chunks of less than') as string,
  })
  const large = Object.assign(Readable.from(Array.from({ length: 20_000 }, () => Buffer.alloc(20))), { headers: {} })
  await expect(readBody(large as unknown as IncomingMessage, MiB, inflight.reserve(0))).resolves.toHaveLength(400_000)
})
