import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readDigest, digestOf, readHead } from '../../../../../services/agent/files/read-head.ts'
import { fingerprintOf } from '../../../../../services/import/lines/fingerprint.ts'

let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'afterlog-head-'))))
afterEach(() => rmSync(dir, { recursive: true }))

const line = '2026-11-23T10:00:00.123456789Z stdout F a line'
const head = (content: string | Buffer, { gz = false, isFinal = false } = {}) => {
  writeFileSync(join(dir, 'log'), content)
  const descriptor = openSync(join(dir, 'log'), 'r')
  try {
    return readHead(descriptor, { gz, isFinal })
  } finally {
    closeSync(descriptor)
  }
}

test.each([
  ['plain', `${line}\nmore\n`, false],
  ['with zero bytes in front', `${'\0'.repeat(10_000)}${line}\n`, false],
  ['compressed', gzipSync(`${line}\n${'more\n'.repeat(100_000)}`), true],
])('a file has the name that the importer gives it: %s', (_, content, gz) => {
  expect(head(content, { gz })).toMatchObject({ file: fingerprintOf(Buffer.from(line)), firstAt: line.slice(0, 30) })
})

test('a long first line has the name of its begin', () => {
  const long = `${line}${'x'.repeat(300_000)}`
  expect(head(`${long}\n`)).toMatchObject({ file: fingerprintOf(Buffer.from(long)) })
  expect(head(gzipSync(`${long}\n`), { gz: true })).toMatchObject({ file: fingerprintOf(Buffer.from(long)) })
})

test('a first line without an end is none, until nobody writes any more', () => {
  expect(head(line)).toBeUndefined()
  expect(head(line, { isFinal: true })).toMatchObject({ file: fingerprintOf(Buffer.from(line)) })
  expect(head('')).toBeUndefined()
  expect(head(Buffer.from('no gzip'), { gz: true })).toBeUndefined()
})

test('the size of a compressed file is that of its content', () => {
  expect(head(gzipSync(`${line}\n`), { gz: true })).toMatchObject({ size: line.length + 1 })
})

test('a file that became very much smaller behind its first line has the name of that', () => {
  const first = `${line} ${randomBytes(40_000).toString('hex')}`
  const text = `${first}\n${'\0'.repeat(50 * 1024 * 1024)}`
  const compressed = gzipSync(text)
  expect(head(compressed, { gz: true })).toMatchObject({ file: fingerprintOf(Buffer.from(first)) })
})

test('a first line behind very many zero bytes is not looked for at once', () => {
  const front = '\0'.repeat(2 * 1024 * 1024)
  expect(head(`${front}${line}\n`)).toBe('behind zeros')
  expect(head(gzipSync(`${front}${line}\n`), { gz: true })).toBe('behind zeros')
  expect(head(gzipSync(`${'\0'.repeat(100_000)}${line}${'x'.repeat(50_000)}\n`), { gz: true })).toBe('behind zeros')
})

test('a line that was read has its digest at its place', () => {
  writeFileSync(join(dir, 'log'), `${line}\n${line} ${'x'.repeat(2000)}\n`)
  const descriptor = openSync(join(dir, 'log'), 'r')
  expect(readDigest(descriptor, 0)).toBe(digestOf(Buffer.from(line)))
  expect(readDigest(descriptor, line.length + 1)).toBe(digestOf(Buffer.from(`${line} ${'x'.repeat(2000)}`)))
  closeSync(descriptor)
})
