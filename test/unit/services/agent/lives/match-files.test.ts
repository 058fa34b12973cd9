import { expect, test } from 'vitest'
import { lifeOfListings, present } from './lives.ts'

const idsOf = ({ life }: ReturnType<typeof lifeOfListings>) => life.files.map(({ id, name }) => [id, name])

test('a file is the same one through rotation and compression', () => {
  const listings = lifeOfListings()
  listings.look(present('0.log', 1))
  listings.look(present('0.log.20261123-101500', 1), present('0.log', 2))
  listings.look(present('0.log.20261123-101500.gz', 3, 40), present('0.log.20261123-101600', 2), present('0.log', 1, 5))
  expect(idsOf(listings)).toEqual([
    [1, '0.log.20261123-101500.gz'],
    [2, '0.log.20261123-101600'],
    [3, '0.log'],
  ])
  expect(listings.life.files[0]).toMatchObject({ size: 100, gz: true })
})

test('an inode that is used again is another file, and so is one that was truncated', () => {
  const listings = lifeOfListings()
  listings.look(present('0.log', 1))
  listings.look({ ...present('0.log', 1), bornMs: 7 })
  expect(listings.life.files.map(({ isPresent }) => isPresent)).toEqual([false, true])
  listings.look({ ...present('0.log', 1, 20), bornMs: 7 })
  expect(listings.life.files.map(({ isPresent }) => isPresent)).toEqual([false, false, true])
  listings.look({ ...present('0.log', 1, 500), bornMs: 7 })
  expect(listings.life.files.map(({ isPresent }) => isPresent)).toEqual([false, false, true])
})

test('files that are gone keep their place in front of the next one', () => {
  const listings = lifeOfListings()
  listings.look(present('0.log.20261123-101500', 1), present('0.log', 2))
  listings.look(present('0.log.20261123-101600', 3), present('0.log', 4))
  expect(idsOf(listings).map(([id]) => id)).toEqual([1, 2, 3, 4])
})

test('what is written to a file behind its end is read', () => {
  const listings = lifeOfListings()
  listings.look(present('0.log', 1))
  const [file] = listings.life.files
  file!.isRead = true
  listings.look(present('0.log', 1))
  expect(file).toMatchObject({ isRead: true })
  listings.look(present('0.log', 1, 120))
  expect(file).toMatchObject({ isRead: false, size: 120, grewAtMs: 3000 })
})
