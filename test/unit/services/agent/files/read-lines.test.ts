import { appendFileSync, closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readBurst, readCompressed } from '../../../../../services/agent/files/read-lines.ts'
import { newFile, newLife, type LogFile } from '../../../../../services/agent/lives/log-file.ts'

let dir: string
let path: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'afterlog-read-'))
  path = join(dir, '0.log')
})
afterEach(() => rmSync(dir, { recursive: true }))

const fileOf = (name: string): LogFile =>
  newFile(
    1,
    newLife('k', dir, '/k.log', 0),
    { name, rotated: undefined, gz: name.endsWith('.gz'), inode: 1, bornMs: 1, bytes: 0 },
    0,
  )

function read(file: LogFile, { isFinal = false, bytes = 64 } = {}): [text: string, offset: number, length: number][] {
  const lines: [string, number, number][] = []
  const descriptor = openSync(path, 'r')
  readBurst(file, descriptor, Buffer.alloc(bytes), isFinal, (line, start, end, offset, length) =>
    lines.push([line.toString('utf8', start, end), offset, length]),
  )
  closeSync(descriptor)
  return lines
}

test('a line whose end is not there yet is read with it', () => {
  const file = fileOf('0.log')
  writeFileSync(path, 'one\ntw')
  expect(read(file)).toEqual([['one', 0, 4]])
  expect(file).toMatchObject({ readTo: 4, lookedTo: 6, size: 6, isRead: false })
  appendFileSync(path, 'o\n')
  expect(read(file)).toEqual([['two', 4, 4]])
  expect(file).toMatchObject({ readTo: 8, lookedTo: 8, isRead: false })
})

test('at an end behind which nobody writes, what has no newline is a line', () => {
  const file = fileOf('0.log')
  writeFileSync(path, 'one\ntw')
  expect(read(file, { isFinal: true })).toEqual([
    ['one', 0, 4],
    ['tw', 4, 2],
  ])
  expect(file).toMatchObject({ readTo: 6, isRead: true, isDamaged: false })
})

test('zero bytes at the end are no line, and prove no end', () => {
  const file = fileOf('0.log')
  writeFileSync(path, 'one\n\0\0\0')
  expect(read(file, { isFinal: true })).toEqual([['one', 0, 4]])
  expect(file).toMatchObject({ isRead: true, isDamaged: true })
})

test('a burst ends with a line, and a line longer than one is read whole', () => {
  const file = fileOf('0.log')
  writeFileSync(path, `${'a'.repeat(9)}\n${'b'.repeat(200)}\n`)
  expect(read(file, { bytes: 16 }).map(([text]) => text.length)).toEqual([9])
  expect(read(file, { bytes: 16 }).map(([text]) => text.length)).toEqual([200])
})

test('a compressed file is read on behind what was read of it', async () => {
  const file = fileOf('0.log.20261123-101500.gz')
  file.readTo = 4
  writeFileSync(join(dir, file.name), gzipSync('one\ntwo\nthree\n'))
  const lines: [string, number][] = []
  const onLine = (line: Buffer, start: number, end: number, offset: number): void =>
    void lines.push([line.toString('utf8', start, end), offset])
  expect(await readCompressed(file, { onLine, room: async () => {} })).toBeUndefined()
  expect(lines).toEqual([
    ['two', 4],
    ['three', 8],
  ])
  expect(file).toMatchObject({ isRead: true, readTo: 14, size: 14 })
})

test('a compressed file that breaks off has no end', async () => {
  const file = fileOf('0.log.20261123-101500.gz')
  writeFileSync(join(dir, file.name), gzipSync('line\n'.repeat(100)).subarray(0, -6))
  expect(await readCompressed(file, { onLine: () => {}, room: async () => {} })).toMatch(/unexpected end/)
  expect(file).toMatchObject({ isRead: true, isDamaged: true })
})
