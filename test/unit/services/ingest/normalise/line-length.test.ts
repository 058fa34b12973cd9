// A length is stored where it can be the line's, and where the line is stored whole: seals rest on it.
import { expect, test } from 'vitest'
import { batch, logRows, record } from '#test/support/decode.ts'

const stored = (more: object): unknown => logRows(batch({ ...record, offset: 0, file: 'f', ...more }))[0]!['length']
const long = 'x'.repeat(400 * 1024)

test.each([
  ['of a raw line', { message: 'abc', length: 50 }, 50],
  ['of the text alone', { message: 'abc', length: 3 }, 3],
  ['of text that JSON writes longer than it is', { message: 'a"\n\u0001é', length: 6 }, 6],
  ['less than the text', { message: 'abcd', length: 3 }, -1],
  ['nothing, though a line has an end', { message: '', length: 0 }, -1],
  ['of an empty line', { message: '', length: 1 }, 1],
  ['that nobody told', { message: 'abc' }, -1],
  ['of a line that is cut', { message: long, length: long.length + 40 }, -1],
  ['of a long line that is not', { message: long.slice(0, 200_000), length: 200_040 }, 200_040],
  ['of a raw line that is cut', { cri: `2026-11-23T10:00:00Z stdout F ${long}`, message: undefined, time: undefined }, -1],
])('%s', (_, more, length) => {
  expect(stored(more)).toBe(length)
})

test('of a line joined from fragments, all of them together, unless it is cut', () => {
  const fragment = (offset: number, partial: boolean, text: string) => ({
    ...record,
    offset,
    file: 'f',
    length: text.length + 40,
    partial,
    message: text,
  })
  const piece = 'y'.repeat(200 * 1024)
  const joined = (count: number): unknown =>
    logRows(batch(...Array.from({ length: count }, (__, i) => fragment(i * (piece.length + 40), i < count - 1, piece))))[0]![
      'length'
    ]
  expect(joined(3)).toBe(3 * (piece.length + 40))
  expect(joined(6)).toBe(-1)
})
