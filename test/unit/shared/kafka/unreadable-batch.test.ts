// With kafkajs' own encoder and decoder of record batches, as a fetch uses them.
import { createRequire } from 'node:module'
import kafkajs from 'kafkajs'
import { afterEach, expect, test } from 'vitest'
import { createCodecs, registerCodecs } from '#shared/kafka/codecs.ts'
import { recordsInstead } from '#shared/kafka/unreadable-batch.ts'

interface Records {
  records: { offset: string; key: Buffer | null; value: Buffer }[]
}
const load = createRequire(import.meta.url)
const { RecordBatch } = load('kafkajs/src/protocol/recordBatch/v0/index.js') as {
  RecordBatch: (batch: object) => Promise<{ buffer: Buffer }>
}
const encodeRecord = load('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (record: object) => unknown
const decodeBatch = load('kafkajs/src/protocol/recordBatch/v0/decoder.js') as (decoder: object) => Promise<Records>
const Decoder = load('kafkajs/src/protocol/decoder.js') as new (bytes: Buffer) => object
const { CompressionTypes } = kafkajs
const registered = kafkajs.CompressionCodecs as Record<number, () => unknown>
afterEach(registerCodecs)

/** A batch of 300 records, the last at offset 310: compaction took some. */
async function batchOf(compression: number): Promise<Buffer> {
  const records = Array.from({ length: 300 }, (_, index) =>
    encodeRecord({ offsetDelta: index === 299 ? 310 : index, key: Buffer.from('k'), value: Buffer.from('x'.repeat(100)) }),
  )
  return (await RecordBatch({ compression, lastOffsetDelta: 310, records })).buffer
}

test.each(['GZIP', 'Snappy', 'ZSTD'] as const)('a %s batch over the bound is its records, each a sentence', async (name) => {
  registerCodecs()
  const batch = await batchOf(CompressionTypes[name])
  const codec = createCodecs({ bytesMax: 1000 })[name.toLowerCase() as 'gzip' | 'snappy' | 'zstd']
  registered[CompressionTypes[name]] = () => codec
  // Somewhere in a larger buffer, as in the answer to a fetch.
  const { records } = await decodeBatch(new Decoder(Buffer.concat([Buffer.alloc(33), batch]).subarray(33)))
  expect(records).toHaveLength(300)
  expect(records.map(({ offset }) => Number(offset))).toEqual([...Array.from({ length: 299 }, (_, index) => index), 310])
  expect(records[7]!.value.toString()).toMatch(`the batch cannot be read as ${name.toLowerCase()}: it is `)
  expect(records[7]!.key).toBeNull()
})

test('a batch that can be read is read', async () => {
  registerCodecs()
  const { records } = await decodeBatch(new Decoder(await batchOf(CompressionTypes.ZSTD)))
  expect(records[299]).toMatchObject({ offset: '310', value: Buffer.from('x'.repeat(100)) })
})

test('bytes that are no batch of a fetch have nothing in their place', () => {
  expect(recordsInstead(Buffer.from('junk'), 'why')).toBeUndefined()
  expect(recordsInstead(Buffer.alloc(200).subarray(100), 'why')).toBeUndefined()
})
