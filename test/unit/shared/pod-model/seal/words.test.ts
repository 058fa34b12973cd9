import { expect, test } from 'vitest'
import type { Gap } from '#shared/pod-model/seal/evidence.ts'
import { counted, gapInWords, gapsInWords } from '#shared/pod-model/seal/words.ts'

const gap = (from: string, to: string, bytes: number | null = 81 * 1024): Gap => ({ from, to, bytes, reason: 'lost at rotation' })
const oneDay = { firstLine: '2026-11-23T10:00:00.000000000Z', lastLine: '2026-11-23T20:00:00.000000000Z' }
const at = (clock: string, day = '2026-11-23') => `${day}T${clock}.123456789Z`

test('numbers of lines are read by people', () => {
  expect([counted(1), counted(0), counted(41_207)]).toEqual(['1 line', '0 lines', '41,207 lines'])
})

test.each([
  [1, '1 byte'],
  [812, '812 bytes'],
  [1536, '1.5 KiB'],
  [82_944, '81 KiB'],
  [10 * 1024 ** 2, '10 MiB'],
  [3 * 1024 ** 4, '3072 GiB'],
])('%i bytes are %s', (bytes, words) => {
  expect(gapsInWords([gap(at('14:03:02'), at('14:03:09'), bytes)], oneDay)).toBe(
    `gap 14:03:02–14:03:09 UTC, ${words}, lost at rotation`,
  )
})

test('one gap is told with its times, its bytes and its reason; times of another day with the day', () => {
  expect(gapsInWords([gap(at('14:03:02'), at('14:03:02'), null)], oneDay)).toBe('gap 14:03:02 UTC, lost at rotation')
  const within = { from: at('14:03:02'), to: '2026-11-23T14:03:02.900000000Z', bytes: 52, reason: 'lost on the way' }
  expect(gapInWords(within, true)).toBe('2026-11-23 14:03:02 UTC, 52 bytes, lost on the way')
  const days = { ...oneDay, lastLine: at('00:00:00', '2026-11-25') }
  expect(gapsInWords([gap(at('14:03:02'), at('14:03:09'))], days)).toBe(
    'gap 2026-11-23 14:03:02–14:03:09 UTC, 81 KiB, lost at rotation',
  )
  expect(gapsInWords([gap(at('23:59:59'), at('00:00:01', '2026-11-24'))], oneDay)).toBe(
    'gap 2026-11-23 23:59:59–2026-11-24 00:00:01 UTC, 81 KiB, lost at rotation',
  )
})

test('of many gaps the first three are told, and how much is missing in all', () => {
  const gaps = [2, 3, 4, 5].map((second) => gap(at(`14:03:0${second}`), at(`14:03:0${second}`), 1024))
  expect(gapsInWords(gaps, oneDay)).toBe(
    '4 gaps, 4 KiB: 14:03:02 UTC, 1 KiB, lost at rotation; 14:03:03 UTC, 1 KiB, lost at rotation; 14:03:04 UTC, 1 KiB, lost at rotation; and 1 more',
  )
})
