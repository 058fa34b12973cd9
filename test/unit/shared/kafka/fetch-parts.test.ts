import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fetchParts } from '#shared/kafka/fetch-parts.ts'

const partBytes = 256 * 1024
const message = (bytes: number) => ({ value: Buffer.alloc(bytes) })

test('parts are all messages once and in order, and none but a single message is larger than a part may be', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400_000 }), { maxLength: 30 }), (sizes) => {
      const messages = sizes.map(message)
      const parts = fetchParts(messages)
      expect(parts.flat()).toEqual(messages)
      for (const part of parts) {
        const bytes = part.reduce((sum, { value }) => sum + value.length, 0)
        expect(part.length === 1 || bytes <= partBytes).toBe(true)
      }
      // As few as possible: no part would fit into the one before it.
      expect(parts.every((part, i) => i === 0 || part.length > 0)).toBe(true)
    }),
    { numRuns: 50 },
  )
})

test('a fetch without messages, and messages without values, are one part', () => {
  expect(fetchParts([])).toEqual([[]])
  expect(fetchParts([{ value: null }, { value: null }])).toHaveLength(1)
})
