// A full disk: posts are told so, the process lives and answers, and once there is room everything goes on; nothing
// acknowledged is lost. Needs a small filesystem of its own, which only root may mount: skipped, and said so, where it
// cannot.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { post, record } from '#test/support/lines.ts'
import { copyMigrated } from '#test/support/migrated-data-dir.ts'
import { spawnService } from '#test/support/service-process.ts'

const MiB = 1024 * 1024
const disk = mountDisk(128)
if (disk === undefined)
  process.stderr.write('SKIPPED: test/integration/full-disk.test.ts may not mount a filesystem here; run it as root on Linux.\n')
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

/** Noise that no codec makes small. */
const noise = (bytes: number): string => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64')
const numberOf = (message: string): number => Number(/^n(\d+)/.exec(message)![1])
const recordsOf = (messages: readonly string[]) => messages.map((message) => record(message, { offset: numberOf(message) }))

async function stored(url: string): Promise<number[]> {
  const response = await fetch(`${url}/v1/logs?order=asc&prefix=false`, { headers: { accept: 'text/plain' } })
  return (await response.text()).split('\n').flatMap((line) => (line === '' ? [] : [numberOf(line)]))
}

async function histogramTotal(url: string): Promise<number> {
  const { buckets } = (await (await fetch(`${url}/v1/logs/histogram`)).json()) as { buckets: { total: number }[] }
  return buckets.reduce((sum, { total }) => sum + total, 0)
}

/** Writes zeros until the file has so many MiB, or the disk is full. */
async function fill(path: string, size: number): Promise<void> {
  await using file = await open(path, 'w')
  const zeros = Buffer.alloc(MiB)
  for (let i = 0; i < size; i++) await file.write(zeros)
}

describe.skipIf(disk === undefined)('a full disk', () => {
  test('is 503 until there is room; nothing acknowledged is lost, nothing is there twice', async () => {
    const dataDir = join(disk!, 'data')
    copyMigrated(dataDir)
    await using service = spawnService({ dataDir })
    const url = await service.serving
    const at = { url, tenant: 'default' }
    // Something else takes most of the disk, and goes away later.
    const ballast = join(disk!, 'ballast')
    await fill(ballast, 64)

    const acknowledged = new Set<number>()
    let number = 0
    const send = async (messages: readonly string[]) => {
      const answer = await post(at, recordsOf(messages))
      if (answer.status === 200) for (const message of messages) acknowledged.add(numberOf(message))
      return answer
    }
    const batch = (): string[] => Array.from({ length: 8 }, () => `n${number++} ${noise(60_000)}`)
    const unacknowledged: string[][] = []
    const refusals: Awaited<ReturnType<typeof send>>[] = []
    // Full, and asked again and again: it lives and refuses in the same words.
    for (let i = 0; i < 400 && refusals.length < 6; i++) {
      const messages = batch()
      const answer = await send(messages)
      if (answer.status === 200) continue
      refusals.push(answer)
      unacknowledged.push(messages)
    }
    expect(acknowledged.size).toBeGreaterThan(0)
    expect(refusals).toHaveLength(6)
    for (const refused of refusals) {
      expect(refused).toMatchObject({ status: 503, body: { code: 'store-full', status: 503 } })
      expect(refused.headers.get('content-type')).toContain('application/problem+json')
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    }

    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const unready = await fetch(`${url}/readyz`)
    expect(unready.status).toBe(503)
    expect(await unready.json()).toMatchObject({ reasons: [expect.stringContaining('the disk of the store is full') as string] })
    const whileFull = await stored(url)
    expect([...acknowledged].filter((n) => !whileFull.includes(n))).toEqual([])
    expect(await histogramTotal(url)).toBe(whileFull.length)

    await rm(ballast)
    for (const messages of unacknowledged) {
      for (let i = 0; i < 50 && (await send(messages)).status !== 200; i++) await sleep(200)
    }
    const lines = (await stored(url)).toSorted((a, b) => a - b)
    expect(lines).toEqual(Array.from({ length: number }, (_, i) => i))
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    expect(await histogramTotal(url)).toBe(number)

    service.kill('SIGTERM')
    expect(await service.exited).toMatchObject({ code: 0 })
    await using next = spawnService({ dataDir })
    expect((await stored(await next.serving)).toSorted((a, b) => a - b)).toEqual(lines)
  })
})
