import { expect, test } from 'vitest'
import { decodePodCursor, encodePodCursor, type PodCursor } from '#query/pod-cursor.ts'

const cursor: PodCursor = {
  position: {
    last: 1795428000123456789n,
    uid: 'unresolved:prod/shop/ü"1',
    since: 1795428001000000000n,
    visited: [0, 1, 4294967295],
  },
  times: { from: -5n, to: 7n, at: 9n },
}

test('a cursor comes back as it went', () => {
  expect(decodePodCursor(encodePodCursor(cursor, 'f'), 'f')).toEqual(cursor)
  const open = { position: { ...cursor.position, visited: undefined }, times: { from: undefined, to: undefined, at: undefined } }
  expect(decodePodCursor(encodePodCursor(open, 'f'), 'f')).toEqual(open)
})

test('a full cursor fits into a request line', () => {
  const visited = Array.from({ length: 1000 }, (_, i) => i * 4_000_000)
  expect(encodePodCursor({ ...cursor, position: { ...cursor.position, visited } }, 'f').length).toBeLessThan(6000)
})

test.each(['', '!', 'AAAA', 'e30', Buffer.from('{"v":1}\nabc').toString('base64url'), Buffer.from('\n').toString('base64url')])(
  '%j is no cursor',
  (text) => {
    expect(() => decodePodCursor(text, 'f')).toThrow(
      expect.objectContaining({ code: 'invalid-parameter', parameter: 'cursor' }) as Error,
    )
  },
)

test('a cursor of other filters is refused', () => {
  expect(() => decodePodCursor(encodePodCursor(cursor, 'f'), 'g')).toThrow(/other filters/)
})
