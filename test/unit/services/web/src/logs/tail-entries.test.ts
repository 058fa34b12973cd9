import { expect, test } from 'vitest'
import { droppedText, entriesMax, noEntries, withEntries, type TailEntry } from '#web/logs/tail-entries.ts'

const marks = (from: number, count: number): TailEntry[] =>
  Array.from({ length: count }, (_, i) => ({ kind: 'life', key: String(from + i), text: '' }))

test('the newest stay, and what goes is counted', () => {
  const full = withEntries(noEntries, marks(0, entriesMax))
  expect(full.letGo).toBe(0)
  const next = withEntries(full, marks(entriesMax, 3))
  expect(next.entries).toHaveLength(entriesMax)
  expect(next.entries[0]?.key).toBe('3')
  expect(next.entries.at(-1)?.key).toBe(String(entriesMax + 2))
  expect(next.letGo).toBe(3)
})

test('more at once than are kept', () => {
  const { entries, letGo } = withEntries(withEntries(noEntries, marks(0, 5)), marks(5, entriesMax + 10))
  expect(entries).toHaveLength(entriesMax)
  expect(entries[0]?.key).toBe('15')
  expect(letGo).toBe(15)
})

test.each([
  [{ count: 1234 }, '1,234 lines left out here'],
  [{ count: 1 }, '1 line left out here'],
  [null, 'Lines left out here'],
])('%j is told', (data, text) => expect(droppedText(data)).toContain(text))
