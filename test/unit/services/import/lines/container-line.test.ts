import { describe, expect, test } from 'vitest'
import { fragmentOf, parseContainerLine } from '../../../../../services/import/lines/container-line.ts'

const of = (line: string) => {
  // Somewhere inside a larger buffer, as lines are.
  const bytes = Buffer.from(`xx\n${line}\nyy`, 'latin1')
  return fragmentOf(bytes, 3, 3 + line.length)
}

describe('whether a line goes on', () => {
  test.each([
    ['2026-11-23T10:00:00.123456789Z stdout F whole', { stream: 'stdout', more: false }],
    ['2026-11-23T10:00:00.123456789Z stderr P first', { stream: 'stderr', more: true }],
    ['2026-11-23T10:00:00.123456789+02:00 stdout P x', { stream: 'stdout', more: true }],
    ['2026-11-23T10:00:00Z stdout F ', { stream: 'stdout', more: false }],
    ['2026-11-23T10:00:00Z stdout F', { stream: 'stdout', more: false }],
    ['2026-11-23T10:00:00.1Z stdout P:tag x', { stream: 'stdout', more: true }],
    [String.raw`{"log":"whole\n","stream":"stderr","time":"2026-11-23T10:00:00Z"}`, { stream: 'stderr', more: false }],
    ['{"log":"first","stream":"stdout","time":"2026-11-23T10:00:00Z"}', { stream: 'stdout', more: true }],
  ])('%s', (line, expected) => {
    expect(of(line)).toEqual(expected)
  })

  test.each([
    '',
    'x',
    '2026-11-23T10:00:00.123456789Z stdout',
    '2026-11-23T10:00:00.123456789Z stdout X y',
    'a'.repeat(100),
    '2026-11-23T10',
  ])('no line of a container: %s', (line) => {
    expect(of(line)).toBeUndefined()
  })
})

describe('what a line says', () => {
  const time = '2026-11-23T10:00:00.120000000Z'
  test.each<[string, object | undefined]>([
    ['2026-11-23T10:00:00.12Z stdout F a b  c', { time, stream: 'stdout', more: false, text: 'a b  c' }],
    ['2026-11-23T12:00:00.12+02:00 stderr P x', { time, stream: 'stderr', more: true, text: 'x' }],
    ['2026-11-23T10:00:00.12Z stdout F ', { time, stream: 'stdout', more: false, text: '' }],
    ['2026-11-23T10:00:00.12Z stdout F', { time, stream: 'stdout', more: false, text: '' }],
    [
      String.raw`{"log":"a\tb\n","stream":"stdout","time":"2026-11-23T10:00:00.12Z"}`,
      { time, stream: 'stdout', more: false, text: 'a\tb' },
    ],
    ['{"log":"a","stream":"stdout","time":"2026-11-23T10:00:00.12Z"}', { time, stream: 'stdout', more: true, text: 'a' }],
    ['{"log":', undefined],
    ['{}', undefined],
    ['yesterday stdout F x', undefined],
    ['2026-11-23T10:00:00Z stdin F x', undefined],
    ['', undefined],
  ])('%s', (line, expected) => {
    expect(parseContainerLine(Buffer.from(line))).toEqual(expected)
  })

  test('bytes that are not UTF-8 read as the query API shows them', () => {
    const line = Buffer.concat([Buffer.from('2026-11-23T10:00:00Z stdout F a'), Buffer.from([0xff, 0xfe])])
    expect(parseContainerLine(line)?.text).toBe('a\ufffd\ufffd')
  })
})
