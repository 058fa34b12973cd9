import { expect, test } from 'vitest'
import { insertBytesMax, sliceRows } from '#ingest/store/table-rows.ts'

const rowsOf = (sizes: readonly number[]): Buffer => Buffer.concat(sizes.map((size) => Buffer.from(`${'x'.repeat(size - 1)}\n`)))

test('rows of more bytes than one insert are cut between rows, and each slice counts its own', () => {
  const rows = rowsOf(Array.from({ length: 3 }, () => insertBytesMax / 2))
  const slices = sliceRows({ table: 'logs', rows, count: 3 })
  expect(slices.map(({ count }) => count)).toEqual([2, 1])
  expect(Buffer.concat(slices.map((slice) => slice.rows)).equals(rows)).toBe(true)
})

test('a row that is larger than an insert is a slice by itself', () => {
  const rows = rowsOf([10, insertBytesMax + 10, 10])
  expect(sliceRows({ table: 'logs', rows, count: 3 }).map(({ count }) => count)).toEqual([1, 1, 1])
})

test('rows that fit stay as they are', () => {
  const whole = { table: 'logs' as const, rows: rowsOf([10, 10]), count: 2, release: () => undefined }
  expect(sliceRows(whole)).toEqual([whole])
})
