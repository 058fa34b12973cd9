import fc from 'fast-check'
import { Partitioners } from 'kafkajs'
import { expect, test } from 'vitest'
import { keyHash } from '#shared/kafka/key-hash.ts'

const partitions = Array.from({ length: 997 }, (_, partitionId) => ({ partitionId, leader: 1 }))

test('a key goes where kafkajs, and so every client of Java’s family, sends it', () => {
  const choose = Partitioners.DefaultPartitioner()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const key = Buffer.from(bytes)
      const args = { topic: 't', partitionMetadata: partitions, message: { key, value: null } }
      expect(keyHash(key) % 997).toBe(choose(args as unknown as Parameters<typeof choose>[0]))
    }),
    { numRuns: 2000 },
  )
})

test('a long key costs what its bytes cost', () => {
  const startedMs = performance.now()
  keyHash(Buffer.alloc(8_000_000, 'key'))
  expect(performance.now() - startedMs).toBeLessThan(2000)
})
