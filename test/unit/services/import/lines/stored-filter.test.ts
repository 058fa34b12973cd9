import { expect, test } from 'vitest'
import { createStoredFilter } from '../../../../../services/import/lines/stored-filter.ts'

function filtered(lines: readonly string[], stored: readonly string[]) {
  const asked: string[] = []
  const passed: string[] = []
  const filter = createStoredFilter({
    isStored: ({ text }) => {
      asked.push(text)
      return stored.includes(text)
    },
    onLine: (bytes, start, end) => passed.push(bytes.toString('utf8', start, end).slice(31)),
  })
  let offset = 0
  for (const line of lines) {
    const bytes = Buffer.from(`2026-11-23T10:00:00.123456789Z ${line}`)
    filter.line(bytes, 0, bytes.length, offset, bytes.length + 1)
    offset += bytes.length + 1
  }
  filter.end()
  return { asked, passed }
}

test('lines that are stored are held back, the others pass in their order', () => {
  expect(filtered(['stdout F a', 'stdout F b', 'stderr F c'], ['b']).passed).toEqual(['stdout F a', 'stderr F c'])
})

test('fragments are asked for as the one line they are, and pass or stay together', () => {
  const lines = ['stdout P a', 'stderr F between', 'stdout P b', 'stdout F c', 'stdout F d']
  expect(filtered(lines, ['abc'])).toEqual({ asked: ['between', 'abc', 'd'], passed: ['stderr F between', 'stdout F d'] })
  expect(filtered(lines, ['between'])).toEqual({
    asked: ['between', 'abc', 'd'],
    passed: ['stdout P a', 'stdout P b', 'stdout F c', 'stdout F d'],
  })
})

test('a fragment whose end never comes passes', () => {
  expect(filtered(['stdout P a'], ['a']).passed).toEqual(['stdout P a'])
})

test('what is no line of a container passes unasked', () => {
  expect(filtered(['nonsense'], ['nonsense'])).toEqual({ asked: [], passed: ['nonsense'] })
})
