import { mkdtempSync, readSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createOpenFiles } from '../../../../../services/agent/files/open-files.ts'
import { newFile, newLife, type LogFile } from '../../../../../services/agent/lives/log-file.ts'

let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'afterlog-open-'))))
afterEach(() => rmSync(dir, { recursive: true }))

let ids = 0
function file(name: string): LogFile {
  writeFileSync(join(dir, name), name)
  const { ino: inode, birthtimeMs: bornMs, mtimeMs: writtenMs, size: bytes } = statSync(join(dir, name))
  const life = newLife('k', dir, '/var/log/pods/k.log', 0)
  return newFile(++ids, life, { name, rotated: undefined, gz: false, inode, bornMs, writtenMs, bytes }, 0)
}
const open = (max: number) => createOpenFiles({ max, onProblem: (problem) => expect.fail(problem) })

test('a file that was removed can be read as long as it is open, and keeps its place', () => {
  const files = open(1)
  const [gone, other] = [file('0.log'), file('1.log')]
  const descriptor = files.open(gone)!
  unlinkSync(join(dir, '0.log'))
  Object.assign(gone, { isPresent: false, missed: 2 })
  expect(files.open(other)).toBeUndefined()
  const bytes = Buffer.alloc(5)
  expect(readSync(descriptor, bytes, 0, 5, 0)).toBe(5)
  expect(files.stats(gone)).toMatchObject({ nlink: 0 })
  files.close(gone)
  expect(files.open(other)).toBeDefined()
  files.closeAll()
})

test('a file that is still there gives way', () => {
  const files = open(1)
  const [one, other] = [file('0.log'), file('1.log')]
  files.open(one)
  files.hold(other)
  expect(files.isOpen(one)).toBe(true)
  files.open(other)
  expect([files.isOpen(one), files.isOpen(other), files.count]).toEqual([false, true, 1])
  files.closeAll()
})

test('another file under the name is not taken for it', () => {
  const files = open(1)
  const one = file('0.log')
  renameSync(join(dir, '0.log'), join(dir, '0.log.1'))
  writeFileSync(join(dir, '0.log'), 'another')
  expect(files.open(one)).toBeUndefined()
})
