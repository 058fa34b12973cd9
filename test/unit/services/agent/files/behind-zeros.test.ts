import { appendFileSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createBehindZeros } from '../../../../../services/agent/files/behind-zeros.ts'
import { newFile, newLife, type LogFile } from '../../../../../services/agent/lives/log-file.ts'
import { fingerprintOf } from '../../../../../services/import/lines/fingerprint.ts'

let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'afterlog-zeros-'))))
afterEach(() => rmSync(dir, { recursive: true }))

const line = '2026-11-23T10:00:00.123456789Z stdout F a line'
function fileOf(name: string): LogFile {
  const { ino: inode, size: bytes } = statSync(join(dir, name))
  const listed = { name, rotated: undefined, gz: name.endsWith('.gz'), inode, bornMs: 1, writtenMs: 1, bytes }
  return newFile(1, newLife('k', dir, '/k.log', 0), listed, 0)
}
const failing = { failed: (_: LogFile, error: unknown) => expect.fail(String(error)) }
const zeros = (count: number, more: string): Buffer => Buffer.concat([Buffer.alloc(count), Buffer.from(more)])

test('the first line behind very many zero bytes is found, plain and compressed', async () => {
  const path = join(dir, '0.log')
  writeFileSync(path, '')
  truncateSync(path, 70 * 1024 * 1024)
  appendFileSync(path, `${line}\nmore\n`)
  writeFileSync(`${path}.20261123-101500.gz`, gzipSync(zeros(3_000_000, `\n${line}\n${'more\n'.repeat(100_000)}`)))
  const { headOf } = createBehindZeros({ failing, onProblem: (problem) => expect.fail(problem) })
  for (const name of ['0.log', '0.log.20261123-101500.gz']) {
    const file = fileOf(name)
    expect(headOf(file, false)).toBeUndefined()
    await expect.poll(() => headOf(file, false)?.file, { timeout: 10_000 }).toBe(fingerprintOf(Buffer.from(line)))
  }
})

test('where no line stands behind them, it is said once, and looked for again when the file has grown', async () => {
  const path = join(dir, '0.log')
  writeFileSync(path, zeros(2_000_000, line))
  const problems: string[] = []
  const { headOf } = createBehindZeros({ failing, onProblem: (problem) => problems.push(problem) })
  const file = fileOf('0.log')
  await expect
    .poll(() => headOf(file, false) ?? problems, { timeout: 10_000 })
    .toEqual([expect.stringMatching(/no line stands behind/)])
  expect(headOf(file, false)).toBeUndefined()
  appendFileSync(path, '\n')
  file.size++
  await expect.poll(() => headOf(file, false)?.file, { timeout: 10_000 }).toBe(fingerprintOf(Buffer.from(line)))
  expect(problems).toHaveLength(1)
})

test('a last line without an end is one once nobody writes any more', async () => {
  writeFileSync(join(dir, '0.log'), zeros(2_000_000, line))
  const { headOf } = createBehindZeros({ failing, onProblem: () => {} })
  const file = fileOf('0.log')
  await expect.poll(() => headOf(file, true)?.file, { timeout: 10_000 }).toBe(fingerprintOf(Buffer.from(line)))
})
