import { expect, test } from 'vitest'
import { settledNs } from '#query/plan/pods.ts'
import { groupKeys, isAsked, visitedHash } from '#query/read/group-keys.ts'
import type { SeenRow } from '#query/read/seen-rows.ts'

const told = (row: Partial<SeenRow>): SeenRow => ({ uid: 'a', spoke: true, begun: 10n, seen: 20n, toldAt: 5n, ...row })
const itself = (uid: string): string => uid

test('times of objects and lines count, and those of Events only where there are no others', () => {
  const event = told({ spoke: false, begun: 1n, seen: 99n })
  expect(groupKeys([event, told({}), told({ begun: 8n, seen: 15n })], itself)).toEqual([
    { uid: 'a', first: '8', last: '20', marked: '5' },
  ])
  expect(groupKeys([event, told({ spoke: false, begun: 3n, seen: 4n })], itself)).toEqual([
    { uid: 'a', first: '1', last: '99', marked: '5' },
  ])
})

test('an object without times does not make the pod begin in 1970', () => {
  expect(groupKeys([told({ begun: 0n, seen: 0n }), told({})], itself)[0]).toMatchObject({ first: '10', last: '20' })
  expect(groupKeys([told({ begun: 0n, seen: 0n })], itself)[0]).toMatchObject({ first: '0', last: '0' })
})

test('the mark is the newest of all rows, whoever told', () => {
  expect(groupKeys([told({}), told({ spoke: false, toldAt: 7n })], itself)[0]!.marked).toBe('7')
})

test('rows under several uids of one pod are one key', () => {
  expect(groupKeys([told({ uid: 'hash', seen: 30n }), told({})], (uid) => (uid === 'hash' ? 'a' : uid))).toEqual([
    { uid: 'a', first: '10', last: '30', marked: '5' },
  ])
})

test('newest first, then by the bytes of the uid, as the engine orders them', () => {
  const uids = ['b', '\u{1F600}', '\uFF5E', 'a', 'B']
  const keys = groupKeys([...uids.map((uid) => told({ uid })), told({ uid: 'z', seen: 1795654320000000001n })], itself)
  expect(keys.map(({ uid }) => uid)).toEqual(['z', 'B', 'a', 'b', '\uFF5E', '\u{1F600}'])
})

test('bounds are half open, as they are in the parameters', () => {
  const [key] = groupKeys([told({})], itself) as [ReturnType<typeof groupKeys>[number]]
  const asked = (filter: { from?: bigint; to?: bigint; at?: bigint }) => isAsked(key, { tenant: 't', ...filter }, undefined)
  expect([asked({ from: 20n }), asked({ from: 21n })]).toEqual([true, false])
  expect([asked({ to: 11n }), asked({ to: 10n })]).toEqual([true, false])
  expect([asked({ at: 10n }), asked({ at: 9n })]).toEqual([true, false])
})

test('behind a position stands what is older, and what moved up since without having been visited', () => {
  const since = settledNs * 2n
  const key = (last: bigint, uid = 'm', first = 1n) => ({ uid, first: String(first), last: String(last), marked: '0' })
  const position = { last: 100n, uid: 'm', since, visited: [] as number[] }
  const behind = (...of: Parameters<typeof key>) => isAsked(key(...of), { tenant: 't' }, position)
  expect([behind(99n), behind(100n, 'n'), behind(100n), behind(100n, 'l'), behind(101n)]).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
  expect(behind(since)).toBe(true)
  expect(behind(since, 'm', since + 1n)).toBe(false)
  expect(isAsked(key(since), { tenant: 't' }, { ...position, visited: [visitedHash('m')] })).toBe(false)
  expect(isAsked(key(since), { tenant: 't' }, { ...position, visited: undefined })).toBe(false)
})
