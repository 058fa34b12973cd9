import { expect, test } from 'vitest'
import { lifeOfListings, present } from './lives.ts'

const before = ({ life }: ReturnType<typeof lifeOfListings>) => life.files.map((file) => file.before.is)

test('what stands side by side in two listings follows each other', () => {
  const listings = lifeOfListings()
  listings.look(present('0.log', 1))
  listings.look(present('0.log.20261123-101500', 1), present('0.log', 2))
  expect(before(listings)).toEqual(['first', 'open'])
  listings.look(present('0.log.20261123-101500', 1), present('0.log', 2))
  expect(before(listings)).toEqual(['first', 'follows'])
})

test('a life that is first seen with a rotated file may have had others', () => {
  const listings = lifeOfListings()
  for (let look = 0; look < 3; look++) listings.look(present('0.log.20261123-101500', 1), present('0.log', 2))
  expect(before(listings)).toEqual(['unknown', 'follows'])
})

test('a file that is gone before the second listing proves nothing of the next one', () => {
  const listings = lifeOfListings()
  listings.look(present('0.log', 1))
  listings.look(present('0.log.20261123-101500', 1), present('0.log', 2))
  for (let look = 0; look < 3; look++) listings.look(present('0.log', 2))
  expect(before(listings)).toEqual(['first', 'unknown'])
})

test('a file that a rename had hidden stands between', () => {
  const listings = lifeOfListings()
  listings.look(present('0.log', 1))
  listings.look(present('0.log.20261123-101500', 1), present('0.log', 3))
  for (let look = 0; look < 3; look++)
    listings.look(present('0.log.20261123-101500', 1), present('0.log.20261123-101600', 2), present('0.log', 3))
  expect(before(listings)).toEqual(['first', 'follows', 'follows'])
  expect(listings.life.files.map(({ inode }) => inode)).toEqual([1, 2, 3])
})

test('a file that is found between two others takes back that they follow each other', () => {
  const listings = lifeOfListings()
  const [first, last] = [present('0.log.20261123-101500', 1), present('0.log', 3)]
  listings.look(present('0.log', 1))
  for (let look = 0; look < 3; look++) listings.look(first, last)
  listings.look(first, present('0.log.20261123-101600', 2), last)
  expect(before(listings)).toEqual(['first', 'open', 'unknown'])
})
