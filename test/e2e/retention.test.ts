// Retention as an operator meets it: changed over HTTP while everything runs, disk that is really free, kills in the
// middle of it.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { createIngest } from '#ingest/service.ts'
import { createQuery } from '#query/service.ts'
import { openStore } from '#shared/clickhouse/open-store.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import { scale } from '#test/support/campaign.ts'
import { startMigratedServer } from '#test/support/cluster/migrated.ts'
import { fixture, type KubernetesObject } from '#test/support/kubernetes.ts'
import { migratedDataDir } from '#test/support/migrated-data-dir.ts'
import { request, startTestService } from '#test/support/service.ts'
import { spawnService } from '#test/support/service-process.ts'

const dayMs = 86_400_000
/** How long after the first copied line it is killed: by day once, at night more often. */
const killsAfterMs = scale === 1 ? [0] : [0, 0, 25, 50, 75, 100, 150, 200, 400]
const dirs: string[] = []
const temporary = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'afterlog-retention-'))
  dirs.push(dir)
  return dir
}
const migrated = (): string => {
  const dir = migratedDataDir('afterlog-retention-')
  dirs.push(dir)
  return dir
}
afterEach(async () => {
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true, force: true })
})

const headers = { 'content-type': 'application/json' }
async function post(url: string, path: string, body: unknown): Promise<void> {
  expect(await request(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).toMatchObject({
    status: 200,
    body: { rejected: 0 },
  })
}
const put = (url: string, body: object, query = '') =>
  request(`${url}/v1/retention${query}`, { method: 'PUT', headers, body: JSON.stringify(body) })
/** As an operator does it: tried first, then confirmed. */
async function putConfirmed(url: string, body: object): ReturnType<typeof put> {
  const { effect } = (await put(url, body, '?dryRun=true')).body as { effect: { confirm: string } }
  return put(url, body, `?confirm=${effect.confirm}`)
}
interface Stored {
  class: string
  rows: number
  bytes: number
}
const retention = async (url: string): Promise<{ stored: Stored[]; overdue: unknown[] }> =>
  (await request(`${url}/v1/retention`)).body as unknown as { stored: Stored[]; overdue: unknown[] }
const bytesOf = ({ stored }: { stored: Stored[] }): number => stored.reduce((sum, { bytes }) => sum + bytes, 0)
const du = async (dir: string): Promise<number> => Number((await promisify(execFile)('du', ['-sB1', dir])).stdout.split('\t')[0])

test('a shorter rule, put while lines come, frees the disk of what is older, without a restart', async () => {
  const dataDir = migrated()
  await using service = spawnService({ dataDir })
  const url = await service.serving
  const ago = (days: number, message: string, i: number): object => ({
    time: new Date(Date.now() - days * dayMs - i).toISOString(),
    namespace: 'shop',
    pod: 'cart',
    podUid: 'u1',
    container: 'app',
    restart: 0,
    message,
  })
  for (const days of [0, 5, 10])
    for (let n = 0; n < 2; n++)
      await post(url, '/v1/batches', {
        records: Array.from({ length: 2000 }, (_, i) => ago(days, randomBytes(600).toString('hex'), n * 2000 + i)),
      })
  const before = { bytes: bytesOf(await retention(url)), disk: await du(dataDir) }
  expect(before.bytes).toBeGreaterThan(5e6)

  const { status, body } = await putConfirmed(url, { rules: { default: '7d' } })
  expect([status, body]).toMatchObject([200, { effect: { stored: [{ class: 'default', before: '14d', after: '7d' }] } }])
  const { expireNow } = (body['effect'] as { stored: { expireNow: { rows: number; bytes: number } }[] }).stored[0]!
  expect(expireNow.rows).toBe(4000)
  await expect
    .poll(async () => bytesOf(await retention(url)), { timeout: 40_000, interval: 500 })
    .toBeLessThan(before.bytes - expireNow.bytes * 0.9)
  await expect
    .poll(async () => before.disk - (await du(dataDir)), { timeout: 60_000, interval: 1000 })
    .toBeGreaterThan(expireNow.bytes * 0.8)
  const { body: pod } = await request(`${url}/v1/pods/u1`)
  expect(pod['lines']).toBe(12_000)
  const { body: histogram } = await request(`${url}/v1/logs/histogram?podUid=u1&step=1d`)
  expect((histogram['buckets'] as { total: number }[]).reduce((sum, { total }) => sum + total, 0)).toBe(8000)
  process.stdout.write(
    `stored ${before.bytes} bytes, told to expire ${expireNow.bytes}; du ${before.disk} before, ${await du(dataDir)} after\n`,
  )
})

test('services over one server go by a new rule from the same moment', async () => {
  const dir = await temporary()
  await using clickhouse = await startMigratedServer({ dir: join(dir, 'server') })
  const env = { AFTERLOG_CLICKHOUSE_URL: clickhouse.url }
  await using one = await startTestService(env, [createIngest])
  await using two = await startTestService(env, [createIngest])
  await using query = await startTestService(env, [createQuery])
  const [first, second, url] = [one.url, two.url, query.url]
  const say = async (to: string, message: string): Promise<void> =>
    post(to, '/v1/batches', {
      records: [{ time: new Date().toISOString(), namespace: 'shop', pod: 'cart', podUid: 'u1', container: 'app', message }],
    })
  await Promise.all([say(first, 'one'), say(second, 'two')])
  const { body } = await put(url, { rules: { default: '14d', shop: '90d' } })
  await sleep(Date.parse(body['inForce'] as string) - Date.now() + 10)
  await Promise.all([say(first, 'three'), say(second, 'four')])
  const { stored } = await retention(url)
  expect(stored.map((each) => [each.class, each.rows])).toEqual([
    ['default', 2],
    ['shop', 2],
  ])
  expect((await request(`${url}/v1/pods/u1/logs`)).body['lines']).toHaveLength(4)
  await using late = await startTestService(env, [createIngest])
  await say(late.url, 'five')
  expect((await retention(url)).stored.map((each) => each.rows)).toEqual([2, 3])
})

test('killed at any moment of keeping last words, none are lost and none are twice', async () => {
  const dataDir = migrated()
  const pods = 100
  const start = Math.floor((Date.now() - 3 * dayMs) / dayMs) * dayMs + 3_600_000
  const at = (minutes: number): string => new Date(start + minutes * 60_000).toISOString()
  const crashed = (n: number): KubernetesObject =>
    fixture('pod-replacement', (object) => {
      Object.assign(object['metadata'], { uid: `u${n}`, name: `p${n}`, creationTimestamp: at(0) })
      object['status'] = {
        phase: 'Failed',
        containerStatuses: [
          {
            name: 'app',
            restartCount: 0,
            state: {
              terminated: {
                exitCode: 1,
                reason: 'Error',
                startedAt: at(0),
                finishedAt: at(60),
                containerID: `containerd://${n}`,
              },
            },
          },
        ],
      }
    })
  const said = Array.from({ length: pods }, (_, n) =>
    Array.from({ length: 61 }, (_unused, minute) => ({
      time: at(minute),
      namespace: 'shop',
      pod: `p${n}`,
      podUid: `u${n}`,
      container: 'app',
      restart: 0,
      message: `${n} ${minute}`,
    })),
  ).flat()
  const total = said.length
  const words = pods * (5 + 16)
  {
    await using before = spawnService({ dataDir, env: { AFTERLOG_RETENTION: 'default=14d' } })
    const url = await before.serving
    for (let from = 0; from < total; from += 5000) await post(url, '/v1/batches', { records: said.slice(from, from + 5000) })
    await post(
      url,
      '/v1/lifecycle',
      Array.from({ length: pods }, (_, n) => crashed(n)),
    )
  }
  const distinct = async (): Promise<{ all: number; words: number }> => {
    await using store = await openStore({ mode: 'embedded', dataDir, database: 'afterlog' })
    const [row] = await store.rows<{ all: number; words: number }>({
      sql: raw(
        `SELECT toUInt32(uniqExact(ts, identity)) AS all, toUInt32(uniqExactIf((ts, identity), class = 'last_words')) AS words FROM logs`,
      ),
    })
    return row!
  }
  const env = { AFTERLOG_RETENTION: 'default=1d' }
  const seen: string[] = []
  const cut: boolean[] = []
  const copiedRows = async (url: string): Promise<number> =>
    (await retention(url)).stored.find((each) => each.class === 'last_words')?.rows ?? 0
  for (const delayMs of killsAfterMs) {
    await using killed = spawnService({ dataDir, env })
    const url = await killed.serving
    const before = await copiedRows(url)
    await expect.poll(async () => (await copiedRows(url)) !== before, { timeout: 60_000, interval: 20 }).toBe(true)
    await sleep(delayMs)
    killed.kill('SIGKILL')
    await killed.exited
    const left = await distinct()
    seen.push(`${left.words} of ${words} copied, ${left.all} of ${total} there`)
    expect(left.all === total || left.words === words, seen.at(-1)).toBe(true)
    cut.push(left.all === total && left.words > 0)
    if (left.all !== total) break
  }
  expect(cut).toContain(true)
  process.stdout.write(`${seen.join('\n')}\n`)
  {
    await using service = spawnService({ dataDir, env })
    const url = await service.serving
    await expect
      .poll(async () => (await retention(url)).stored.map((each) => each.class), { timeout: 90_000 })
      .toEqual(['last_words'])
    const { body } = await request(`${url}/v1/pods/u7/logs`)
    expect((body['lines'] as { message: string }[]).map(({ message }) => message)).toEqual(
      [0, 1, 2, 3, 4, ...Array.from({ length: 16 }, (_, i) => 45 + i)].map((minute) => `7 ${minute}`),
    )
    expect((await request(`${url}/v1/pods/u7`)).body['lines']).toBe(61)
    service.kill('SIGTERM')
    await service.exited
  }
  expect(await distinct()).toEqual({ all: words, words })
})
