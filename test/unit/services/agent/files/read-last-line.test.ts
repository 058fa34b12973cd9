import { appendFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createOpenFiles } from '../../../../../services/agent/files/open-files.ts'
import { readLastLine } from '../../../../../services/agent/files/read-last-line.ts'
import { newFile, newLife } from '../../../../../services/agent/lives/log-file.ts'

let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'afterlog-last-'))))
afterEach(() => rmSync(dir, { recursive: true }))

const line = (text: string, stream = 'stdout') => `2026-11-23T10:00:00.000000001Z ${stream} F ${text}\n`

function fileOf(text: string, gz = false) {
  const name = gz ? '0.log.20261123-101500.gz' : '0.log'
  writeFileSync(join(dir, name), gz ? gzipSync(text) : text)
  const { ino: inode, birthtimeMs: bornMs, mtimeMs: writtenMs } = statSync(join(dir, name))
  const life = newLife('k', dir, '/var/log/pods/k.log', 0)
  const listed = { name, rotated: undefined, gz, inode, bornMs, writtenMs, bytes: text.length }
  return Object.assign(newFile(1, life, listed, 0), { size: text.length })
}
async function lastOf(file: ReturnType<typeof fileOf>) {
  const openFiles = createOpenFiles({ max: 1, onProblem: (problem) => expect.fail(problem) })
  const lines = await readLastLine(file, openFiles)
  openFiles.closeAll()
  return lines?.map(({ bytes, offset }) => [bytes.toString().slice(31).slice(0, 20), offset])
}

const other = line('x'.repeat(1000), 'stderr').repeat(3000)
test.each([
  ['one', line('a') + line('b'), 42],
  ['one behind much of the other stream', line('a') + other + line('b'), 42 + other.length],
  ['one longer than what is looked at first', line('a') + line('b'.repeat(1_300_000)), 42],
])('the last line is read of a file and of its compression: %s', async (_, text, offset) => {
  const expected = [[expect.stringMatching(/^stdout F b+\n?$/), offset]]
  expect(await lastOf(fileOf(text))).toEqual(expected)
  expect(await lastOf(fileOf(text, true))).toEqual(expected)
})

test('nothing is said of a file that has grown', async () => {
  const file = fileOf(line('a'))
  appendFileSync(join(dir, '0.log'), line('b'))
  expect(await lastOf(file)).toBeUndefined()
})
