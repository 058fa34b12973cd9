import { expect, test } from 'vitest'
import { endIsHopeless, mayEnd } from '../../../../../services/agent/lives/ends.ts'
import { lifeOfListings, present, stored } from './lives.ts'

/** A life of so many files, all of which were seen from the first on. */
function lifeOf(files: number) {
  const listings = lifeOfListings()
  const names = Array.from({ length: files - 1 }, (_, i) => present(`0.log.20261123-10150${i}`, i + 1))
  for (let live = 1; live <= files; live++)
    for (let look = 0; look < 2; look++) listings.look(...names.slice(0, live - 1), present('0.log', live))
  return listings.life
}
const ends = (life: ReturnType<typeof lifeOf>) => life.files.map((_, place) => mayEnd(life, place))

test('a file ends once a line of it and of its neighbours is stored', () => {
  const life = lifeOf(3)
  stored(life.files[0]!)
  expect(ends(life)).toEqual([false, false, false])
  life.files[1]!.storedTo = 1
  expect(ends(life)).toEqual([true, false, false])
  stored(life.files[1]!)
  life.files[2]!.storedTo = 1
  expect(ends(life)).toEqual([true, true, false])
})

test('the last file ends once its life is over and it is stored to its end', () => {
  const life = lifeOf(2)
  life.files.forEach(stored)
  life.overAtMs = 1
  expect(ends(life)).toEqual([true, true])
  life.files[1]!.storedTo--
  expect(ends(life)).toEqual([true, false])
})

test('a file without a line is no neighbour, and the mark of a lost one is', () => {
  const life = lifeOf(3)
  stored(life.files[0]!)
  Object.assign(life.files[1]!, { size: 0, isRead: true })
  life.files[2]!.storedTo = 1
  expect(mayEnd(life, 0)).toBe(true)
  Object.assign(life.files[1]!, { size: 100, isRead: false })
  expect(mayEnd(life, 0)).toBe(false)
  life.files[1]!.lost = 'stored'
  expect(mayEnd(life, 0)).toBe(true)
})

test('nothing ends beside what is not known, or behind damage', () => {
  const life = lifeOf(2)
  life.files.forEach(stored)
  life.overAtMs = 1
  life.files[1]!.before = { is: 'unknown' }
  expect(ends(life)).toEqual([false, false])
  expect(endIsHopeless(life, 0)).toBe(true)
  const damaged = lifeOf(1)
  damaged.overAtMs = 1
  damaged.files.forEach(stored)
  damaged.files[0]!.isDamaged = true
  expect(ends(damaged)).toEqual([false])
})
