// Who can read the files of the embedded store: its owner alone, or the log says so.
import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '#shared/clickhouse/open-store.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'afterlog-modes-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8)

/** Opens the store of a directory, closes it, and returns what the log warned of. */
async function warningsOf(dataDir: string): Promise<string[]> {
  const warnings: string[] = []
  const log = pino({ level: 'warn' }, { write: (line) => warnings.push((JSON.parse(line) as { msg: string }).msg) })
  const store = await openStore({ mode: 'embedded', dataDir, database: 'afterlog', log })
  await store[Symbol.asyncDispose]()
  return warnings
}

test('a new one is for its owner alone, its parents are as others are made', async () => {
  const umask = process.umask(0o022)
  const dataDir = join(dir, 'made', 'data')
  try {
    expect(await warningsOf(dataDir)).toEqual([])
  } finally {
    process.umask(umask)
  }
  expect(await modeOf(join(dir, 'made'))).toBe('755')
  expect(await modeOf(dataDir)).toBe('700')
  expect(await modeOf(join(dataDir, 'clickhouse'))).toBe('700')
})

test('one that every user can read is warned of once, with what to do, which then helps', async () => {
  const dataDir = join(dir, 'open')
  for (const path of [dataDir, join(dataDir, 'clickhouse')]) {
    await mkdir(path)
    await chmod(path, 0o755)
  }
  expect(await warningsOf(dataDir)).toEqual([expect.stringContaining(`run chmod 700 ${dataDir}`)])
  expect(await modeOf(dataDir)).toBe('755')
  await chmod(dataDir, 0o700)
  expect(await warningsOf(dataDir)).toEqual([])
})

test('in a directory that is open, such as a volume, the files are for their owner alone', async () => {
  const dataDir = join(dir, 'volume')
  await mkdir(dataDir)
  await chmod(dataDir, 0o755)
  expect(await warningsOf(dataDir)).toEqual([])
  expect(await modeOf(join(dataDir, 'clickhouse'))).toBe('700')
})
