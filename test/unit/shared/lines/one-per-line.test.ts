import { expect, test } from 'vitest'
import { onePerLine } from '#shared/lines/one-per-line.ts'
import type { Line, RankedLine } from '#shared/lines/row-decoder.ts'

const row = (ts: bigint, identity: bigint, precedence: bigint, received = 0): RankedLine => ({
  line: { ts, identity, received, restart: 0, file: '', offset: -1, arrival: 0n, seq: 0 } as Line,
  precedence,
})
const names = (lines: readonly Line[]): string[] => lines.map(({ ts, identity, received }) => `${ts}/${identity}@${received}`)

test('a line that was sent twice is there once, as a merge would leave it', () => {
  const rows = [row(9n, 1n, 5n), row(7n, 2n, 1n, 30), row(7n, 3n, 5n, 20), row(7n, 2n, 9n, 10), row(5n, 1n, 5n)]
  expect(names(onePerLine(rows, 'desc', undefined))).toEqual(['9/1@0', '7/3@20', '7/2@10', '5/1@0'])
  expect(names(onePerLine(rows.toReversed(), 'asc', undefined))).toEqual(['5/1@0', '7/2@10', '7/3@20', '9/1@0'])
})

test('one text at two times is two lines', () => {
  expect(names(onePerLine([row(9n, 1n, 5n), row(8n, 1n, 5n)], 'desc', undefined))).toEqual(['9/1@0', '8/1@0'])
})

test('rows of the last time are left out where more of them may follow', () => {
  expect(names(onePerLine([row(9n, 1n, 5n), row(8n, 2n, 5n), row(8n, 3n, 5n)], 'desc', 8n))).toEqual(['9/1@0'])
  expect(names(onePerLine([row(8n, 2n, 5n)], 'desc', 8n))).toEqual([])
})
