import { expect, test } from 'vitest'
import { notedOf } from '#projector/obituaries/noted-deaths.ts'

const death = (restart: number) => ({ container: 'app', restart, container_id: `c${restart}` })
const name = (restart: number): [string, number, string] => ['app', restart, `c${restart}`]

test('a death keeps the revision that had it first', () => {
  expect(notedOf([death(0)], undefined, '5')).toEqual(['5'])
  const before = { uid: 'u', names: [name(0), name(1)], noted: ['5', '6'] }
  expect(notedOf([death(1), death(2)], before, '9')).toEqual(['6', '9'])
})

test('deaths from before there were revisions of them are not new', () => {
  expect(notedOf([death(0), death(1)], { uid: 'u', names: [name(0)], noted: [] }, '9')).toEqual(['0', '9'])
})
