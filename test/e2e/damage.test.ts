// A store whose files are harmed while the service is stopped: every loss is told, the rest is served, and no seal is
// false.
import { open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { tablesOf } from '../../bench/faults/damage/tables.ts'
import { openStore } from '#shared/clickhouse/open-store.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import { containerLog, exited, podObject } from '#test/support/container-log.ts'
import { seed } from '#test/support/campaign.ts'
import { migratedDataDir } from '#test/support/migrated-data-dir.ts'
import { runSealLives } from '#test/support/seal-lives.ts'
import { listsHave, request } from '#test/support/service.ts'
import { spawnService } from '#test/support/service-process.ts'

const dayMs = 86_400_000
const startMs = Math.floor(Date.now() / dayMs) * dayMs - 4 * dayMs + 43_200_000
const uid = 'three-days'

/** One life, whole, over three days, a file on each. */
async function fill(dataDir: string): Promise<void> {
  await using service = spawnService({ dataDir })
  const url = await service.serving
  const headers = { 'content-type': 'application/json' }
  const files = containerLog([10, 10, 10], { podUid: uid, startMs, stepMs: dayMs / 10 })
  for (const records of files) await request(`${url}/v1/batches`, { method: 'POST', headers, body: JSON.stringify({ records }) })
  const pod = podObject(uid, startMs, exited(startMs, startMs + 3 * dayMs))
  await request(`${url}/v1/lifecycle`, { method: 'POST', headers, body: JSON.stringify([pod]) })
  await listsHave(url)
  expect(await sealAt(url)).toBe('sealed: 30 lines, 0 missing')
  service.kill('SIGTERM')
  await service.exited
}

async function sealAt(url: string): Promise<string> {
  const { body } = await request(`${url}/v1/pods`)
  const { pods } = body as { pods: { containers: { lives: { seal: { text: string } }[] }[] }[] }
  return pods[0]!.containers[0]!.lives[0]!.seal.text
}

async function until<T>(ask: () => Promise<T>, isDone: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (isDone(answer)) return answer
    await sleep(200)
  }
}

/** Parts of a table in the order in which they were stored. */
async function partsOf(dataDir: string, table: string): Promise<string[]> {
  const [folder] = (await tablesOf(dataDir)).find(([, name]) => name === table)!
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true })
  const parts = entries
    .filter(({ name, parentPath }) => name === 'checksums.txt' && parentPath.includes(folder))
    .map(({ parentPath }) => parentPath)
  return parts.toSorted((a, b) => Number(basename(a).split('_').at(-3)) - Number(basename(b).split('_').at(-3)))
}

async function flipMiddle(path: string): Promise<void> {
  await using file = await open(path, 'r+')
  const at = Math.floor((await stat(path)).size / 2)
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, at)
  await file.write(Buffer.from([byte[0]! ^ 0xff]), 0, 1, at)
}

async function inStore(use: (dataDir: string) => Promise<void>): Promise<void> {
  const dataDir = migratedDataDir('afterlog-damage-')
  try {
    await use(dataDir)
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** Each of the three files spans two days, and each insert makes a part of each day. */
const partsOfFill = 6

async function inFilledStore(use: (dataDir: string) => Promise<void>): Promise<void> {
  let isFilled = false
  while (!isFilled)
    await inStore(async (dataDir) => {
      await fill(dataDir)
      // Where the store started within the same second it has stored its inserts twice, and a lost part costs no line.
      isFilled = (await partsOf(dataDir, 'logs')).length === partsOfFill
      if (isFilled) await use(dataDir)
    })
}

test('a part that was removed is told, and the seal of its lines says how many are left', { timeout: 180_000 }, async () => {
  await inFilledStore(async (dataDir) => {
    await rm((await partsOf(dataDir, 'logs'))[1]!, { recursive: true })
    for (let start = 1; start <= 2; start++) {
      await using service = spawnService({ dataDir })
      const url = await service.serving
      const seal = await until(
        () => sealAt(url),
        (text) => !text.startsWith('sealed'),
      )
      expect(seal).toMatch(
        /^unsealed: 30 lines were counted, \d+ are left; a part of the store of 2\d{3}-\d\d-\d\d.* was damaged$/,
      )
      const { body } = await request(`${url}/readyz`)
      expect(body).toMatchObject({ reasons: [expect.stringMatching(/^parts of logs are gone or were replaced, 1 \(/) as string] })
      expect(service.logs.filter(({ level }) => level === 'error').map(({ msg }) => msg)).toEqual([
        expect.stringContaining('a part of logs is gone, or was replaced, since the store was open last'),
      ])
      service.kill('SIGTERM')
      await service.exited
    }
  })
})

test(
  'a byte that flipped costs one answer, which says which day it is, and then its part alone',
  { timeout: 180_000 },
  async () => {
    await inFilledStore(async (dataDir) => {
      await flipMiddle(join((await partsOf(dataDir, 'logs'))[1]!, 'data.bin'))
      await using service = spawnService({ dataDir })
      const url = await service.serving
      const ask = () => request(`${url}/v1/logs?limit=100`)
      const first = await ask()
      if (first.status !== 200)
        expect(first.body).toMatchObject({
          status: 503,
          code: 'store-damaged',
          detail: expect.stringMatching(/^a part of logs of 2\d{3}-\d\d-\d\d, class default is damaged and was set aside/),
        })
      await service.logged(({ level, msg }) => level === 'error' && /^a part of logs of .* was set aside/.test(msg))
      const { body } = await until(ask, ({ status }) => status === 200)
      expect((body['lines'] as unknown[]).length).toBeLessThan(30)
      expect(
        await until(
          () => sealAt(url),
          (text) => !text.startsWith('sealed'),
        ),
      ).toMatch(/^unsealed: 30 lines were counted/)
      const { body: ready } = await request(`${url}/readyz`)
      expect(ready).toMatchObject({ reasons: [expect.stringMatching(/^broken parts of logs were set aside, 1 \(/) as string] })
    })
  },
)

test('two parts that are exchanged while the service runs are told, though each is whole', { timeout: 120_000 }, async () => {
  await inStore(async (dataDir) => {
    {
      await using store = await openStore({ mode: 'embedded', dataDir, database: 'afterlog' })
      for (const lines of [10, 20_000])
        await store.command({
          sql: raw(`INSERT INTO logs (tenant, ts, pod, message, class, offset, received)
            SELECT 'default', now64(3) - number, 'p${lines}', hex(cityHash64(number)), 'default', number, now64(3)
            FROM numbers(${lines})`),
        })
    }
    await using service = spawnService({ dataDir })
    const url = await service.serving
    const [small, large] = (await partsOf(dataDir, 'logs')) as [string, string]
    await rename(small, `${dataDir}/small`)
    await rename(large, small)
    await rename(`${dataDir}/small`, large)
    expect(await request(`${url}/v1/logs?limit=100`)).toMatchObject({ status: 503, body: { code: 'store-damaged' } })
    const { body } = await request(`${url}/readyz`)
    expect(body).toMatchObject({ reasons: [expect.stringMatching(/logs .*cannot be read/) as string] })
  })
})

test('a seal remembers refused lines though the parts that named their lives are gone', { timeout: 180_000 }, async () => {
  await inFilledStore(async (dataDir) => {
    const headers = { 'content-type': 'application/json' }
    /** Has the life projected anew, after what was lost is restored. */
    const sealAfter = async (record: object, wasLost: boolean): Promise<string> => {
      await using service = spawnService({ dataDir })
      const url = await service.serving
      if (wasLost) await service.logged(({ msg }) => msg === 'what dead letters say of lines that are missing was stored again')
      await request(`${url}/v1/batches`, { method: 'POST', headers, body: JSON.stringify({ records: [record] }) })
      await listsHave(url)
      const seal = await sealAt(url)
      service.kill('SIGTERM')
      await service.exited
      return seal
    }
    const removeParts = async (table: string): Promise<void> => {
      const parts = await partsOf(dataDir, table)
      expect(parts.length).toBeGreaterThan(0)
      for (const part of parts) await rm(part, { recursive: true })
    }
    const refused = { podUid: uid, container: 'app', restart: 0, time: 'when?', message: 'x' }
    const [[again]] = containerLog([10, 10, 10], { podUid: uid, startMs, stepMs: dayMs / 10 }) as [[object]]
    const named = 'unsealed: 1 line of it is a dead letter'
    expect(await sealAfter(refused, false)).toBe(named)
    await removeParts('refused_lines')
    expect(await sealAfter(again, true)).toBe(named)
    await removeParts('refused_lines')
    await removeParts('dead_letters')
    expect(await sealAfter(again, true)).toBe(
      'unsealed: letters of refused lines were lost with a part of the store: lines of it may be among them',
    )
  })
})

test('lost rules that the other table has are told once, and are no reason to be unready', { timeout: 180_000 }, async () => {
  await inStore(async (dataDir) => {
    const headers = { 'content-type': 'application/json' }
    {
      await using service = spawnService({ dataDir })
      const url = await service.serving
      const body = JSON.stringify({ rules: { default: '90d' } })
      expect((await request(`${url}/v1/retention`, { method: 'PUT', headers, body })).status).toBe(200)
      service.kill('SIGTERM')
      await service.exited
    }
    for (const part of await partsOf(dataDir, 'retention_rules')) await rm(part, { recursive: true })
    for (let start = 1; start <= 2; start++) {
      await using service = spawnService({ dataDir })
      const url = await service.serving
      expect((await request(`${url}/readyz`)).body).toMatchObject({ reasons: [] })
      const { body: rules } = await request(`${url}/v1/retention`)
      expect(rules).toMatchObject({ rules: { default: '90d' } })
      expect(service.logs.filter(({ level }) => level === 'error').map(({ msg }) => msg)).toEqual([
        expect.stringContaining('a part of retention_rules is gone, or was replaced, since the store was open last'),
      ])
      service.kill('SIGTERM')
      await service.exited
      const { lost } = JSON.parse(await readFile(join(dataDir, 'parts.json'), 'utf8')) as { lost: { table: string }[] }
      expect(lost.map(({ table }) => table)).toEqual(['retention_rules'])
    }
  })
})

test('a store without the definition of a table does not start, and says which file is gone', { timeout: 60_000 }, async () => {
  await inStore(async (dataDir) => {
    const entries = await readdir(dataDir, { recursive: true, withFileTypes: true })
    const { parentPath, name } = entries.find((entry) => entry.name === 'logs.sql')!
    await rm(join(parentPath, name))
    await using service = spawnService({ dataDir })
    expect(await service.exited).toMatchObject({ code: 1 })
    expect(service.stderr()).toContain(
      'the store lacks logs, which it had: logs.sql under metadata of the data directory is gone',
    )
  })
})

test(`no seal of random lives is false (seed ${seed})`, { timeout: 300_000 }, async () => {
  await inStore(async (dataDir) => {
    const { wrong, states } = await runSealLives({ dataDir, lives: 40, seed })
    expect(wrong).toEqual([])
    expect(states['sealed']).toBeGreaterThan(0)
  })
})
