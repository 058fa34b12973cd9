// A disk filled to the last byte frees itself once days expire: with what has expired by itself, with rules put while
// it is full, and after a restart with shorter rules. Needs a small filesystem of its own, which only root may mount:
// skipped, and said so, where it cannot.
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmdirSync, statfsSync, writeSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { post, record } from '#test/support/lines.ts'
import { copyMigrated } from '#test/support/migrated-data-dir.ts'
import { spawnService } from '#test/support/service-process.ts'
import { request } from '#test/support/service.ts'

const disk = mountDisk(96)
if (disk === undefined)
  process.stderr.write(
    'SKIPPED: test/integration/full-disk-expiry.test.ts may not mount a filesystem here; run it as root on Linux.\n',
  )
afterAll(() => {
  if (disk === undefined) return
  execFileSync('umount', ['-l', disk])
  rmdirSync(disk)
})

/** The mount point of an empty filesystem of so many MiB; undefined where it may not be mounted. */
function mountDisk(size: number): string | undefined {
  const at = mkdtempSync(join(tmpdir(), 'afterlog-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}m`, 'none', at], { stdio: 'ignore' })
    return at
  } catch {
    rmdirSync(at)
    return undefined
  }
}

const freeBytes = (): number => {
  const { bavail, bsize } = statfsSync(disk!)
  return bavail * bsize
}

/** Somebody else takes everything that is left, to the last byte. */
function fill(): void {
  const file = openSync(join(disk!, 'ballast'), 'w')
  for (const size of [1 << 20, 4096, 1]) {
    const bytes = Buffer.alloc(size)
    try {
      for (;;) writeSync(file, bytes)
    } catch {
      // It is full for pieces of this size.
    }
  }
  closeSync(file)
  expect(freeBytes()).toBe(0)
}

const dayMs = 86_400_000
const ago = (days: number): string => new Date(Date.now() - days * dayMs).toISOString()
const noise = (bytes: number): string => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64')

/** Lines of ten, six and two days ago. */
async function say(url: string): Promise<void> {
  const records = [10, 6, 2].flatMap((days) =>
    Array.from({ length: 8 }, (_, i) =>
      record(`${days} days ago ${i} ${noise(60_000)}`, { offset: days * 1000 + i, time: ago(days) }),
    ),
  )
  expect(await post({ url, tenant: 'default' }, records)).toMatchObject({ status: 200 })
}

/** Of how many days ago lines are stored. */
async function daysOf(url: string): Promise<number[]> {
  const response = await fetch(`${url}/v1/logs?order=asc&prefix=false`, { headers: { accept: 'text/plain' } })
  const days = (await response.text()).split('\n').flatMap((line) => (line === '' ? [] : [Number.parseInt(line, 10)]))
  return [...new Set(days)]
}

/**
 * Which days are dropped without what outlives their lines depends on the room that parts give back which the engine
 * has merged: none may be, or both. Those that are say why.
 */
async function inexactForTheDisk(url: string): Promise<void> {
  const { inexact } = (await request(`${url}/v1/retention`)).body as { inexact: { day: string; reason: string }[] }
  for (const { day, reason } of inexact) {
    expect([10, 6].map((days) => ago(days).slice(0, 10))).toContain(day)
    expect(reason).toContain('the disk of the store is full')
  }
}

async function roomIsReserved(url: string): Promise<void> {
  // The table of the room is there once the first pass has run; the service answers before.
  await expect.poll(async () => (await request(`${url}/v1/retention`)).status, { timeout: 30_000 }).toBe(200)
  await expect.poll(freeBytes, { timeout: 30_000, interval: 200 }).toBeLessThan(disk96 - 8 * 1024 * 1024)
}
const disk96 = 96 * 1024 * 1024

describe.skipIf(disk === undefined)('a disk without a byte left', () => {
  const dataDir = (): string => join(disk!, 'data')
  beforeEach(async () => {
    await rm(dataDir(), { recursive: true, force: true })
    await rm(join(disk!, 'ballast'), { force: true })
    copyMigrated(dataDir())
  })

  test('is freed by rules that are put while it is full', { timeout: 180_000 }, async () => {
    await using service = spawnService({ dataDir: dataDir(), env: { AFTERLOG_RETENTION: 'default=30d' } })
    const url = await service.serving
    await roomIsReserved(url)
    await say(url)
    fill()
    const init = {
      method: 'PUT',
      body: JSON.stringify({ rules: { default: '4d' } }),
      headers: { 'content-type': 'application/json' },
    }
    expect(await request(`${url}/v1/retention`, init)).toMatchObject({ status: 200, body: { source: 'put' } })
    // The reserved room was freed for both copies of the rules, so that a crash would not lose them.
    expect(service.logs.filter(({ msg }) => msg.includes('apply in this process until'))).toEqual([])
    await expect.poll(() => daysOf(url), { timeout: 120_000, interval: 500 }).toEqual([2])
    await expect.poll(freeBytes, { timeout: 30_000 }).toBeGreaterThan(0)
    const overdue = async () => (await request(`${url}/v1/retention`)).body
    await expect.poll(overdue, { timeout: 30_000 }).toMatchObject({ rules: { default: '4d' }, overdue: [] })
    await inexactForTheDisk(url)
    await rm(join(disk!, 'ballast'))
    service.kill('SIGTERM')
    expect(await service.exited).toMatchObject({ code: 0 })
    await using next = spawnService({ dataDir: dataDir(), env: { AFTERLOG_RETENTION: 'default=30d' } })
    const again = await next.serving
    expect((await request(`${again}/v1/retention`)).body).toMatchObject({ rules: { default: '4d' }, source: 'put' })
    expect(await daysOf(again)).toEqual([2])
  })

  test('is freed by a restart with shorter rules', { timeout: 180_000 }, async () => {
    {
      await using service = spawnService({ dataDir: dataDir(), env: { AFTERLOG_RETENTION: 'default=30d' } })
      const url = await service.serving
      await roomIsReserved(url)
      await say(url)
      fill()
      expect(await post({ url, tenant: 'default' }, [record('refused', { offset: 1 })])).toMatchObject({ status: 503 })
      service.kill('SIGKILL')
      await service.exited
    }
    expect(freeBytes()).toBe(0)
    await using service = spawnService({ dataDir: dataDir(), env: { AFTERLOG_RETENTION: 'default=4d' } })
    const url = await service.serving
    await expect.poll(() => daysOf(url), { timeout: 120_000, interval: 500 }).toEqual([2])
    expect(freeBytes()).toBeGreaterThan(0)
    await inexactForTheDisk(url)
  })
})
