import { expect, test } from 'vitest'
import { uidsOf } from '#query/read/presence.ts'

const pair = (mirror: string, uid: string, born = 1, told = 1) => ({ mirror, uid, born: String(born), told: String(told) })

test('a uid that no static pod has is that of the API', () => {
  const uids = uidsOf([pair('hash', 'static')])
  expect([uids.apiUid('other'), uids.carried(['other'])]).toEqual(['other', ['other']])
})

test('what lines of a static pod carry leads to it, and its own uid to them', () => {
  const uids = uidsOf([pair('hash', 'static')])
  expect(uids.apiUid('hash')).toBe('static')
  expect(uids.apiUid('static')).toBe('static')
  expect(uids.carried(['static', 'other'])).toEqual(['static', 'hash', 'other'])
})

test.each([
  ['born later', [pair('hash', 'old', 1, 9), pair('hash', 'new', 2, 3)]],
  ['told of later, born at one time', [pair('hash', 'new', 1, 9), pair('hash', 'old', 1, 3)]],
  ['of the greater uid, at one time', [pair('hash', 'a', 1, 1), pair('hash', 'new', 1, 1)]],
  ['born later, in numbers beyond 2^53', [pair('hash', 'old'), { ...pair('hash', 'new'), born: '1795654320000000001' }]],
])('of static pods of one manifest the newest has the lines: %s', (_, rows) => {
  const uids = uidsOf(rows)
  const old = rows.map(({ uid }) => uid).find((uid) => uid !== 'new')!
  expect(uids.apiUid('hash')).toBe('new')
  expect(uids.carried([old])).toEqual([old])
  expect(uids.carried(['new'])).toEqual(['new', 'hash'])
})

test('a handle leads by the uid of a log path, or its first six digits, to the newest pod that carries it', () => {
  const uids = uidsOf([pair('0123456789', 'old', 1), pair('0123456789', 'new', 2)])
  expect(['0123456789', '012345', '01234', '123456'].map((handle) => uids.mirroredAs([handle]))).toEqual([
    ['new'],
    ['new'],
    [],
    [],
  ])
})
