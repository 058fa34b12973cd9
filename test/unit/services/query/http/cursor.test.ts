import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeCursor, digest, encodeCursor } from '#query/http/cursor.ts'
import { nowhere } from '#shared/lines/line-order.ts'

const filters = digest(['a'])

test('a cursor comes back as it went out', () => {
  const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
  const after = fc.record({
    ts: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
    restart: fc.integer(),
    file: fc.string(),
    offset: fc.maxSafeInteger().filter((offset) => offset >= -1),
    received: fc.integer({ min: 0 }),
    arrival: uint64,
    seq: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    identity: uint64,
  })
  fc.assert(
    fc.property(after, fc.bigInt({ min: 0n, max: 2n ** 62n }), (key, from) => {
      const cursor = { after: key, from, left: 3, received: 5 }
      expect(decodeCursor(encodeCursor(cursor, filters), filters)).toEqual(cursor)
    }),
  )
})

test('a cursor of a tail has what was sent, and the pod that is being read', () => {
  const key = { ...nowhere, ts: 1n, file: 'f', offset: 2, identity: 2n ** 64n - 1n }
  const owner = { floor: 1_795_634_232_816.5, sent: [0, 2 ** 32 - 1], joining: { uid: 'u', after: key }, past: '1/2' }
  const sent = { tail: 'abc', hashes: [0, 7, 2 ** 32 - 1], count: 9 }
  const cursor = { after: key, received: 5, followFrom: 4, owner, sent }
  expect(decodeCursor(encodeCursor(cursor, filters), filters)).toEqual(cursor)
  const hashes = Array.from({ length: 48 }, () => 2 ** 32 - 1)
  const full = { ...cursor, owner: { ...owner, sent: hashes }, sent: { ...sent, hashes } }
  expect(encodeCursor(full, filters).length).toBeLessThan(1800)
})

test('garbage and cursors of other filters are refused by name', () => {
  const good = encodeCursor({ after: nowhere }, filters)
  const forged = Buffer.from(
    JSON.stringify({ v: 2, h: filters, k: ['1', 0, '', 0, 0, '0', 0, '99999999999999999999'] }),
  ).toString('base64url')
  for (const text of ['', 'x', good.slice(1), forged, Buffer.from('{}').toString('base64url'), `${good} `]) {
    expect(() => decodeCursor(text, filters)).toThrow(expect.objectContaining({ code: 'invalid-parameter', parameter: 'cursor' }))
  }
  expect(() => decodeCursor(good, digest(['b']))).toThrow('other filters')
})
