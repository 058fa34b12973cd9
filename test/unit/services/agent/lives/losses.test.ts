import { expect, test } from 'vitest'
import { decideLoss, forgetFiles, letGo } from '../../../../../services/agent/lives/losses.ts'
import { lifeOfListings, present, stored } from './lives.ts'

function lifeWithLoss() {
  const listings = lifeOfListings()
  listings.look(present('0.log', 1))
  listings.look(present('0.log.20261123-101500', 1), present('0.log', 2))
  listings.look(present('0.log.20261123-101500', 1), present('0.log.20261123-101600', 2), present('0.log', 3))
  for (let look = 0; look < 2; look++) listings.look(present('0.log', 3))
  const { life } = listings
  for (const file of life.files) Object.assign(file, { file: `f${file.id}`, firstAt: `first ${file.id}` })
  stored(life.files[0]!)
  return life
}

test('what is left of a file that is gone is lost, at the time of the next line', () => {
  const life = lifeWithLoss()
  decideLoss(life, 1)
  expect(life.files[1]).toMatchObject({ lost: 'decided', lostAt: 'first 3' })
})

test('nothing is lost of a file that was read, or whose lines are still under way', () => {
  const life = lifeWithLoss()
  decideLoss(life, 0)
  life.files[1]!.readTo = 50
  decideLoss(life, 1)
  expect(life.files.map(({ lost }) => lost)).toEqual(['nothing', 'nothing', 'nothing'])
})

test('zero bytes behind the last line are not lost, and keep no file', () => {
  const life = lifeWithLoss()
  Object.assign(life.files[1]!, { readTo: 60, storedTo: 60, zeroBytes: 40 })
  decideLoss(life, 1)
  expect(life.files[1]!.lost).toBe('nothing')
  expect(forgetFiles(life, () => false).map(({ id }) => id)).toEqual([1, 2])
})

test('a file is forgotten once nothing is left to say of it, and the next one does not follow one without a trace', () => {
  const life = lifeWithLoss()
  life.files[2]!.before = { is: 'follows', id: 2 }
  expect(forgetFiles(life, () => false).map(({ id }) => id)).toEqual([1])
  expect(life.hadFiles).toBe(true)
  life.files[0]!.lost = 'stored'
  expect(forgetFiles(life, () => false).map(({ id }) => id)).toEqual([2])
  expect(life.files[0]!.before).toEqual({ is: 'follows', id: undefined })
})

test('files that were removed are let go, oldest first, where they take too much of the disk', () => {
  const { files } = lifeWithLoss()
  const open = new Set(files)
  letGo(files, { isOpen: (file) => open.has(file), close: (file) => open.delete(file) }, 150)
  expect([...open].map(({ id }) => id)).toEqual([2, 3])
})
