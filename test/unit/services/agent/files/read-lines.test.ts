import { appendFileSync, closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { digestOf } from '../../../../../services/agent/files/read-head.ts'
import { createBurstReader, readCompressed, type ReadBurst } from '../../../../../services/agent/files/read-lines.ts'
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
    { name, rotated: undefined, gz: name.endsWith('.gz'), inode: 1, bornMs: 1, writtenMs: 1, bytes: 0 },
    0,
  )

interface ReadOptions {
  isFinal?: boolean
  bytes?: number
  reader?: ReadBurst
}

function read(
  file: LogFile,
  { isFinal = false, bytes = 64, reader = createBurstReader(bytes) }: ReadOptions = {},
): [text: string, offset: number, length: number][] {
  const lines: [string, number, number][] = []
  const descriptor = openSync(join(dir, file.name), 'r')
  reader(file, descriptor, isFinal, (line, start, end, offset, length) =>
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
  expect(read(file)).toEqual([['one', 0, 4]])
  expect(file).toMatchObject({ isRead: false, readTo: 4, size: 7, zeroBytes: 3 })
  expect(read(file, { isFinal: true })).toEqual([])
  expect(file).toMatchObject({ isRead: true, isDamaged: true, readTo: 4, size: 7, zeroBytes: 3 })
  appendFileSync(path, 'two\n')
  expect(read(file)).toEqual([['two', 4, 7]])
  expect(file).toMatchObject({ readTo: 11, size: 11, zeroBytes: 0 })
})

test('a burst ends with a line, and a line longer than one is read whole', () => {
  const file = fileOf('0.log')
  writeFileSync(path, `${'a'.repeat(9)}\n${'b'.repeat(50)}\n`)
  expect(read(file, { bytes: 16 }).map(([text]) => text.length)).toEqual([9])
  expect(read(file, { bytes: 16 }).map(([text]) => text.length)).toEqual([50])
})

test('a hole of zero bytes is read through in bursts, between which other files are read', () => {
  const [file, other] = [fileOf('0.log'), fileOf('1.log')]
  const hole = 100_000
  writeFileSync(path, `one\n${'\0'.repeat(hole)}two\n`)
  writeFileSync(join(dir, '1.log'), 'other\n')
  const reader = createBurstReader(1024)
  expect(read(file, { reader })).toEqual([['one', 0, 4]])
  for (const bursts of [1, 2, 3]) {
    expect(read(file, { reader })).toEqual([])
    expect(file).toMatchObject({ readTo: 4, lookedTo: 4 + bursts * 4096, isRead: false })
  }
  expect(read(other, { reader })).toEqual([['other', 0, 6]])
  const lines = Array.from({ length: 100 }, () => read(file, { reader, isFinal: true })).flat()
  expect(lines).toEqual([['two', 4, hole + 4]])
  expect(file).toMatchObject({ readTo: hole + 8, size: hole + 8, isRead: true, isDamaged: false })
})

test('a line of many bursts is whole, whatever is read between them, and behind a pause in its middle', () => {
  const [file, other] = [fileOf('0.log'), fileOf('1.log')]
  const text = Array.from({ length: 3000 }, (_, i) => `${i} `).join('')
  writeFileSync(path, text.slice(0, 9000))
  const reader = createBurstReader(512)
  const lines = []
  for (let burst = 0; burst < 20; burst++) {
    if (burst === 10) appendFileSync(path, `${text.slice(9000)}\nnext\n`)
    lines.push(...read(file, { reader }))
    writeFileSync(join(dir, '1.log'), 'x'.repeat(5000))
    read(other, { reader })
  }
  expect(lines).toEqual([
    [text, 0, text.length + 1],
    ['next', text.length + 1, 5],
  ])
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

test('zero bytes at the end of a compressed file are no line', async () => {
  const file = fileOf('0.log.20261123-101500.gz')
  writeFileSync(join(dir, file.name), gzipSync('one\n\0\0\0'))
  expect(await readCompressed(file, { onLine: () => {}, room: async () => {} })).toBeUndefined()
  expect(file).toMatchObject({ isRead: true, isDamaged: true, readTo: 4, size: 7, zeroBytes: 3 })
})

test('a compressed file that breaks off has no end', async () => {
  const file = fileOf('0.log.20261123-101500.gz')
  writeFileSync(join(dir, file.name), gzipSync('line\n'.repeat(100)).subarray(0, -6))
  expect(await readCompressed(file, { onLine: () => {}, room: async () => {} })).toMatch(/unexpected end/)
  expect(file).toMatchObject({ isRead: true, isDamaged: true })
})

test('a compressed file without the line that was read last is another one, and is read from its begin', async () => {
  const file = Object.assign(fileOf('0.log.20261123-101500.gz'), { readTo: 8, storedTo: 4 })
  file.lastLine = { offset: 4, digest: digestOf(Buffer.from('two')) }
  writeFileSync(join(dir, file.name), gzipSync('one\n2.2\nthree\n'))
  const lines: string[] = []
  const onLine = (line: Buffer, start: number, end: number): void => void lines.push(line.toString('utf8', start, end))
  expect(await readCompressed(file, { onLine, room: async () => {} })).toMatch(/first line of another/)
  expect(file).toMatchObject({ isRead: false, readTo: 0, storedTo: 0, isDamaged: true })
  lines.length = 0
  expect(await readCompressed(file, { onLine, room: async () => {} })).toBeUndefined()
  expect(lines).toEqual(['one', '2.2', 'three'])
  Object.assign(file, { readTo: 4, lastLine: { offset: 4, digest: digestOf(Buffer.from('2.2')) } })
  expect(await readCompressed(file, { onLine, room: async () => {} })).toBeUndefined()
  expect(lines).toEqual(['one', '2.2', 'three', '2.2', 'three'])
})
