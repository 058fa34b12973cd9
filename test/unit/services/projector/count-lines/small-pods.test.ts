import { expect, test } from 'vitest'
import { isSmall, packSmall, type CountablePod } from '#projector/count-lines/small-pods.ts'

const hour = (hours: number): string => new Date(Date.UTC(2026, 10, 20) + hours * 3_600_000).toISOString()

/** A pod with lines of the hours `first` to `last`. */
const pod = (uid: string, lines: number, first = 0, last = first + 1): CountablePod => ({
  uid,
  row: null,
  lives: [],
  events: [],
  counts: [],
  lines: [
    {
      uid,
      cluster: '',
      namespace: 'shop',
      pod: uid,
      container: 'app',
      restart: 0,
      containerId: '',
      node: '',
      firstLine: hour(first),
      lastLine: hour(last),
      nameless: 0,
      sentContainer: 'app',
      sentRestart: 0,
      fragments: 0,
      lifeHashes: [],
      estimate: String(lines),
    },
  ],
})
const uids = (packs: readonly CountablePod[][]): string[][] => packs.map((pack) => pack.map(({ uid }) => uid))

test('a pod of up to 5,000 lines is small, by the estimate', () => {
  expect([pod('a', 5000), pod('b', 5001)].map(isSmall)).toEqual([true, false])
})

test('one statement reads pods of 10,000 lines at most', () => {
  expect(uids(packSmall([pod('a', 5000), pod('b', 4000), pod('c', 2000), pod('d', 10)]))).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
})

test('pods of short lives share a statement where they lived at about one time', () => {
  const packs = packSmall([pod('late', 10, 100), pod('early', 10), pod('soon', 10, 20), pod('later', 10, 101)])
  expect(uids(packs)).toEqual([
    ['early', 'soon'],
    ['late', 'later'],
  ])
})

test('pods of long lives are read apart from them, and pods without lines are not read', () => {
  const silent = { ...pod('silent', 0), lines: [] }
  expect(uids(packSmall([pod('long', 10, 0, 200), pod('short', 10, 50), silent, pod('longer', 10, 0, 300)]))).toEqual([
    ['short'],
    ['long', 'longer'],
  ])
})
