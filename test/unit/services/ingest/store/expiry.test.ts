import { expect, test } from 'vitest'
import { parseRetention } from '#shared/retention.ts'
import { expired } from '#ingest/store/expiry.ts'

const partition = (day: number, name: string) => ({ id: `${day}-${name}`, day, class: name, rows: 1 })

test('a day of a class is dropped once its last moment is older than the class is kept', () => {
  const partitions = [
    partition(20261108, 'default'),
    partition(20261109, 'default'),
    partition(20261119, 'short'),
    partition(20261120, 'short'),
  ]
  const dropped = expired(partitions, parseRetention('default=14d,short=3d'), Date.parse('2026-11-23T00:00:00Z'))
  expect(dropped.map(({ id }) => id)).toEqual(['20261108-default', '20261119-short'])
})

test('a class whose rule is gone is kept as long as default', () => {
  expect(expired([partition(20261115, 'payments')], parseRetention('default=14d'), Date.parse('2026-11-23T00:00:00Z'))).toEqual(
    [],
  )
})
