import { expect, test } from 'vitest'
import { createSentDeaths, decodeSentPlace, encodeSentPlace } from '#query/deaths/sent-deaths.ts'

const start = { floor: { noted: '0', id: -1 }, hashes: [], from: undefined }
const micros = (seconds: number): string => String(1_795_428_000_000_000 + seconds * 1_000_000)

test('a cursor remembers what was sent within a minute, above its floor', () => {
  const sent = createSentDeaths(start)
  for (const [i, seconds] of [0, 30, 80].entries()) sent.add({ noted: micros(seconds), id: i + 1 })
  expect(sent.place()).toEqual({ floor: { noted: micros(20), id: 0 }, hashes: [2, 3], from: undefined })
  const again = createSentDeaths(sent.place())
  expect([1, 2, 3, 4].map((id) => again.has({ noted: micros(50), id }))).toEqual([false, true, true, false])
})

test('of very many at once the cursor stays small, and its floor is behind the first of those that it names', () => {
  const sent = createSentDeaths(start)
  for (let id = 1; id <= 5000; id++) sent.add({ noted: micros(0), id })
  const { floor, hashes } = sent.place()
  expect([floor, hashes.length, hashes[0]]).toEqual([{ noted: micros(0), id: 4900 }, 100, 4901])
  expect(encodeSentPlace({ ...sent.place(), from: 1n }, 'x'.repeat(16)).length).toBeLessThan(2048)
})

test('a cursor is read as it was written, and no other text is', () => {
  const place = { floor: { noted: micros(1), id: 7 }, hashes: [1, 2 ** 32 - 1], from: -5n }
  expect(decodeSentPlace(encodeSentPlace(place, 'filters'), 'filters', 'cursor')).toEqual(place)
  expect(() => decodeSentPlace(encodeSentPlace(place, 'filters'), 'others', 'cursor')).toThrow('other filters')
  for (const text of ['', 'x', '{}', Buffer.from('{"v":1}').toString('base64url')])
    expect(() => decodeSentPlace(text, 'filters', 'cursor')).toThrow('is not one')
})
