import { expect, test } from 'vitest'
import { decodePodCursor, encodePodCursor, type PodCursor } from '#query/pods/pod-cursor.ts'

const cursor: PodCursor = {
  position: { rank: -1795428000123456789n, uid: 'unresolved:prod/shop/ü"1', since: 1795428001000000n },
  times: { from: -5n, to: 7n, at: 9n },
}

test('a cursor comes back as it went', () => {
  expect(decodePodCursor(encodePodCursor(cursor, 'f'), 'f')).toEqual(cursor)
  const open = { ...cursor, times: { from: undefined, to: undefined, at: undefined } }
  expect(decodePodCursor(encodePodCursor(open, 'f'), 'f')).toEqual(open)
})

const json = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

test.each([
  '',
  '!',
  'AAAA',
  'e30',
  json({ v: 1, h: 'f', k: ['1', 'a', '1'] }),
  json({ v: 2, h: 'f', k: ['1', 'a'] }),
  json({ v: 2, h: 'f', k: ['1e3', 'a', '1'] }),
  json({ v: 2, h: 'f', k: ['1', 'a'.repeat(1025), '1'] }),
  json({ v: 2, h: 'f', k: ['1', 'a', '1'], x: 1 }),
])('%j is no cursor', (text) => {
  expect(() => decodePodCursor(text, 'f')).toThrow(
    expect.objectContaining({ code: 'invalid-parameter', parameter: 'cursor' }) as Error,
  )
})

test('a cursor of other filters is refused', () => {
  expect(() => decodePodCursor(encodePodCursor(cursor, 'f'), 'g')).toThrow(/other filters/)
})
