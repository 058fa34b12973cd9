import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFailingReads } from '../../../../services/agent/files/failing-reads.ts'
import type { OpenFiles } from '../../../../services/agent/files/open-files.ts'
import { newFile, newLife, type Life } from '../../../../services/agent/lives/log-file.ts'
import { createReader } from '../../../../services/agent/read-files.ts'
import { createBatchBuilder } from '../../../../services/import/send/batch-builder.ts'

let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'afterlog-reader-'))))
afterEach(() => rmSync(dir, { recursive: true }))

let ids = 0
/** A life whose only file was identified, and has not been read. */
function lifeOf(name: string, text: string): Life {
  const life = newLife(name, dir, `/var/log/pods/${name}.log`, 0)
  writeFileSync(join(dir, name), text)
  const file = newFile(
    ++ids,
    life,
    { name, rotated: undefined, gz: false, inode: 1, bornMs: 1, writtenMs: 1, bytes: text.length },
    0,
  )
  Object.assign(file, { file: name, isVerified: true, before: { is: 'first' } })
  life.files = [file]
  life.isRecorded = true
  return life
}

/** Its files are read with descriptors that are not for reading, as long as they are among `unreadable`. */
function readerOf(lives: readonly Life[], unreadable: Set<string>) {
  const texts: string[] = []
  const problems: string[] = []
  const time = { ms: 0 }
  const descriptors: number[] = []
  const openFiles: OpenFiles = {
    count: 0,
    isOpen: () => true,
    isPlain: () => true,
    open({ name }) {
      const descriptor = openSync(join(dir, name), unreadable.has(name) ? 'a' : 'r')
      descriptors.push(descriptor)
      return descriptor
    },
    hold: () => {},
    stats: () => undefined,
    close: ({ name }) => void texts.push(`closed ${name}`),
    closeAll: () => descriptors.forEach((descriptor) => closeSync(descriptor)),
  }
  const clock = () => time.ms
  const onProblem = (problem: string, path: string): void => void problems.push(`${path} ${problem}`)
  const builder = createBatchBuilder({
    bytesMax: 1e6,
    recordsMax: 1000,
    onBatch: ({ body }) =>
      texts.push(
        ...body
          .toString()
          .trim()
          .split('\n')
          .map((line) => /"cri":"(.*?)"/.exec(line)![1]!),
      ),
  })
  const reader = createReader({
    lives: new Map(lives.map((life): [string, Life] => [life.key, life])),
    openFiles,
    failing: createFailingReads({ openFiles, clock, onProblem }),
    builder,
    settleMs: 0,
    clock,
    room: async () => {},
    saved: async () => true,
    onProblem,
  })
  return { reader, texts, problems, time, openFiles }
}

test('a file that cannot be read costs no other one, is left alone for a while, and has no end', async () => {
  const [bad, healthy] = [lifeOf('bad', 'bad\n'), lifeOf('healthy', 'one\n')]
  const unreadable = new Set(['bad'])
  const { reader, texts, problems, time, openFiles } = readerOf([bad, healthy], unreadable)
  await reader.round()
  expect([texts, problems]).toEqual([['one'], [expect.stringMatching(/bad cannot be read: EBADF/)]])
  unreadable.clear()
  expect(await reader.round()).toBe(false)
  time.ms = 60_001
  await reader.round()
  expect(texts).toEqual(['one', 'bad'])
  expect([bad.files[0], healthy.files[0]]).toMatchObject([{ readTo: 4, isDamaged: true }, { isDamaged: false }])
  openFiles.closeAll()
})

test('a file that cannot be read to say its end costs no other one', async () => {
  const [bad, healthy] = [lifeOf('bad', 'bad\n'), lifeOf('healthy', 'one\n')]
  for (const life of [bad, healthy]) {
    life.overAtMs = 0
    Object.assign(life.files[0]!, { readTo: 4, storedTo: 4, isRead: true })
  }
  const { reader, texts, openFiles } = readerOf([bad, healthy], new Set(['bad']))
  await reader.round()
  expect(texts).toEqual(['closed healthy', 'one'])
  expect([bad.files[0], healthy.files[0]]).toMatchObject([{ end: 'open', isDamaged: true }, { end: 'sent' }])
  openFiles.closeAll()
})

test('a file that was removed and cannot be read is let go', async () => {
  const bad = lifeOf('bad', 'bad\n')
  Object.assign(bad.files[0]!, { isPresent: false, missed: 2 })
  const { reader, texts, openFiles } = readerOf([bad], new Set(['bad']))
  await reader.round()
  expect(texts).toEqual(['closed bad'])
  openFiles.closeAll()
})
