import { expect, test } from 'vitest'
import { identifyFiles } from '../../../../../services/agent/lives/identify-files.ts'
import { newFile, newLife } from '../../../../../services/agent/lives/log-file.ts'
import { present } from './lives.ts'

test('a file that turns out to be a known one is forgotten under its new id', () => {
  const life = newLife('pod/app/0', '/pods/pod/app', '/var/log/pods/pod/app/0.log', 0)
  const remembered = newFile(1, life, present('0.log', 7), 0)
  Object.assign(remembered, { file: 'f', isPresent: false })
  const listed = newFile(2, life, present('0.log.20261123-101500.gz', 8), 0)
  life.files = [remembered, listed]
  const forgotten: number[] = []
  identifyFiles(life, {
    nowMs: 1,
    nextId: () => 3,
    headOf: () => ({ file: 'f', firstAt: undefined, size: 100 }),
    onLeft: () => {},
    onForgotten: ({ id }) => forgotten.push(id),
  })
  expect(forgotten).toEqual([2])
  expect(life.files).toEqual([remembered])
  expect(remembered).toMatchObject({ isPresent: true, gz: true, inode: 8 })
})
