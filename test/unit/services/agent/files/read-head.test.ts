import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readHead } from '../../../../../services/agent/files/read-head.ts'
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
  expect(head(`${long}\n`)?.file).toBe(fingerprintOf(Buffer.from(long)))
})

test('a first line without an end is none, until nobody writes any more', () => {
  expect(head(line)).toBeUndefined()
  expect(head(line, { isFinal: true })?.file).toBe(fingerprintOf(Buffer.from(line)))
  expect(head('')).toBeUndefined()
  expect(head(Buffer.from('no gzip'), { gz: true })).toBeUndefined()
})

test('the size of a compressed file is that of its content', () => {
  expect(head(gzipSync(`${line}\n`), { gz: true })?.size).toBe(line.length + 1)
})
