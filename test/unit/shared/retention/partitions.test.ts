import { expect, test } from 'vitest'
import { parseLastWords, parseRetention } from '#shared/retention/retention.ts'
import { ended } from '#shared/retention/partitions.ts'

const partition = (day: number, name: string) => ({ id: `${day}-${name}`, day, class: name })
const settings = (rules: string, words = '') => ({ rules: parseRetention(rules), lastWords: parseLastWords(words) })
const now = Date.parse('2026-11-23T00:00:00Z')

test('a day of a class ends once its last moment is older than the class is kept', () => {
  const partitions = [
    partition(20261108, 'default'),
    partition(20261109, 'default'),
    partition(20261119, 'short'),
    partition(20261120, 'short'),
  ]
  const gone = ended(partitions, settings('default=14d,short=3d'), now)
  expect(gone.map(({ id }) => id)).toEqual(['20261108-default', '20261119-short'])
})

test('a class whose rule is gone is kept as long as default', () => {
  expect(ended([partition(20261115, 'payments')], settings('default=14d'), now)).toEqual([])
})

test('last words are kept by their own setting, whatever the rules say', () => {
  const words = [partition(20261019, 'last_words'), partition(20261024, 'last_words')]
  expect(ended(words, settings('default=1d', 'keep=30d'), now).map(({ day }) => day)).toEqual([20261019])
})
