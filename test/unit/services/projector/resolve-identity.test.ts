import { expect, test } from 'vitest'
import { newestByLogUid } from '#projector/resolve-identity.ts'

const alias = (uid: string, createdAt = '1', version = '1') => ({ logUid: 'log', uid, createdAt, version })

test.each([
  ['created later', [alias('old', '1', '9'), alias('new', '2', '3')]],
  ['reported later, created at one time', [alias('new', '1', '9'), alias('old', '1', '3')]],
  ['of the greater uid, at one time', [alias('a'), alias('new')]],
  ['created later, in numbers beyond 2^53', [alias('old'), alias('new', '1795654320000000001')]],
])('of static pods of one manifest the newest has the lines: %s', (_, rows) => {
  for (const ordered of [rows, rows.toReversed()]) expect([...newestByLogUid(ordered)]).toEqual([['log', 'new']])
})

test('each manifest has its own', () => {
  const other = { ...alias('second'), logUid: 'other' }
  expect([...newestByLogUid([alias('first'), other])]).toEqual([
    ['log', 'first'],
    ['other', 'second'],
  ])
})
