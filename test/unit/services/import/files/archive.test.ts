import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { pack, type Header } from 'tar-stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { archiveKind, openArchive } from '../../../../../services/import/files/archive.ts'
import type { LogSource } from '../../../../../services/import/files/log-file.ts'

let dir: string
beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'afterlog-import-archive-'))))
afterEach(() => rm(dir, { recursive: true }))

type Item = [Partial<Header> & { name: string }, string?]

async function tarOf(items: readonly Item[]): Promise<Buffer> {
  const tar = pack()
  const whole = buffer(tar)
  for (const [header, content] of items) tar.entry(header, content ?? '')
  tar.finalize()
  return whole
}

async function open(name: string, bytes: Buffer): Promise<LogSource> {
  const path = join(dir, name)
  await writeFile(path, bytes)
  const kind = await archiveKind(path)
  if (typeof kind !== 'string') throw new Error('not taken for an archive')
  return openArchive(path, kind)
}

async function contentsOf(source: LogSource): Promise<Record<string, string>> {
  const { entries } = await source.list()
  const found: Record<string, string> = {}
  const files = entries.filter(({ kind }) => kind === 'file').map((entry) => ({ entry }))
  for await (const { file, chunks } of source.read(files, () => {})) {
    let text = ''
    for await (const chunk of chunks) text += chunk.toString('latin1')
    found[file.entry.path] = text
  }
  return found
}

const items: Item[] = [
  [{ name: './etc/hostname' }, 'node-7\n'],
  [{ name: './var/log/', type: 'directory' }],
  [{ name: './var/log/b.log', mtime: new Date(1000) }, 'b'.repeat(5000)],
  [{ name: 'var/log/empty.log' }],
  [{ name: 'var/log/link', type: 'symlink', linkname: '/var/log/b.log' }],
  [{ name: 'var/log/hard', type: 'link', linkname: 'var/log/b.log' }],
  [{ name: 'var/log/pipe', type: 'fifo' }],
  [{ name: 'var/log/a.log' }, 'a'],
]

test.each<[string, (tar: Buffer) => Buffer]>([
  ['node.tar', (tar) => tar],
  ['node.tar.gz', (tar) => gzipSync(tar)],
  ['node.tgz', (tar) => gzipSync(tar)],
  ['node.tar.zst', (tar) => zstdCompressSync(tar)],
  ['without-an-ending', (tar) => gzipSync(tar)],
])('%s gives names, links, the host name and contents', async (name, packed) => {
  await using source = await open(name, packed(await tarOf(items)))
  const { entries, hostname, problems } = await source.list()
  expect(hostname).toBe('node-7')
  expect(problems).toEqual([])
  expect(entries).toContainEqual({ path: 'var/log/b.log', kind: 'file', bytes: 5000, mtimeMs: 1000 })
  expect(entries.filter(({ kind }) => kind === 'link')).toMatchObject([
    { target: '/var/log/b.log' },
    { target: '/var/log/b.log' },
  ])
  expect(entries.filter(({ kind }) => kind === 'other')).toMatchObject([{ path: 'var/log/pipe' }])
  expect(await contentsOf(source)).toEqual({ 'var/log/b.log': 'b'.repeat(5000), 'var/log/empty.log': '', 'var/log/a.log': 'a' })
  expect(source.problems()).toEqual([])
})

test.each(['node.tar', 'node.tar.gz'])('%s cut short gives what lies before the break, and says where it broke', async (name) => {
  const noise = Array.from({ length: 100_000 }, (_, i) => `${(i * 2_654_435_761) % 4_294_967_296}`).join(' ')
  const tar = await tarOf([
    [{ name: 'var/log/whole' }, 'whole'],
    [{ name: 'var/log/cut' }, noise],
    [{ name: 'var/log/lost' }, 'lost'],
  ])
  const bytes = name.endsWith('.gz') ? gzipSync(tar) : tar
  await using source = await open(name, bytes)
  await truncate(join(dir, name), Math.floor(bytes.length / 2))
  const found = await contentsOf(source)
  expect(found['var/log/whole']).toBe('whole')
  expect(found['var/log/cut']!.length).toBeGreaterThan(1000)
  expect(noise.startsWith(found['var/log/cut']!)).toBe(true)
  expect(Object.keys(found)).not.toContain('var/log/lost')
  expect(source.problems()).toMatchObject([{ reason: expect.stringContaining('breaks off') as string }])
})

test('names that climb out of the archive are listed as refused', async () => {
  await using source = await open(
    'hostile.tar',
    await tarOf([
      [{ name: '../../etc/cron.d/x' }, 'x'],
      [{ name: 'a/../../b' }, 'b'],
      [{ name: '/abs/c.log' }, 'c'],
    ]),
  )
  const { entries, problems } = await source.list()
  expect(entries.map(({ path }) => path)).toEqual(['abs/c.log'])
  expect(problems.map(({ path }) => path)).toEqual(['../../etc/cron.d/x', 'a/../../b'])
})

test('a header that promises more than there is ends the archive, not the program', async () => {
  const tar = await tarOf([[{ name: 'var/log/a.log' }, 'first']])
  const liar = Buffer.from(tar)
  liar.write('77777777777\0', 124, 'latin1')
  liar.write('        ', 148, 'latin1')
  const sum = liar.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  liar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  await using source = await open('liar.tar', liar)
  const found = await contentsOf(source)
  expect(found['var/log/a.log']!.startsWith('first')).toBe(true)
  expect(source.problems()).toHaveLength(1)
})

test('bytes that are no archive at all are an archive that breaks off at once', async () => {
  await using source = await open('noise.tar', Buffer.from('this is no archive '.repeat(100)))
  expect(await contentsOf(source)).toEqual({})
  expect(source.problems()).toHaveLength(1)
})

test('a compression that is not read is named in a sentence', async () => {
  await writeFile(join(dir, 'node.tar.xz'), Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0, 0]))
  expect(await archiveKind(join(dir, 'node.tar.xz'))).toMatchObject({ sentence: expect.stringContaining('xz') as string })
})

test('a single compressed log is no archive', async () => {
  await writeFile(join(dir, '0.log.20261123-101500.gz'), gzipSync('x'))
  expect(await archiveKind(join(dir, '0.log.20261123-101500.gz'))).toBeUndefined()
})
