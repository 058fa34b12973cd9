// Dead letters sent again, on the real engine: what was mended is stored once, what was not stays the letter that it
// is.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '#shared/config.ts'
import { createLogger } from '#shared/logger.ts'
import { startService, type Started } from '#shared/start-service.ts'
import { createIngest } from '#ingest/service.ts'
import { createQuery } from '#query/service.ts'
import type { DeadLetterJson } from '#query/dead-letters/dead-letter-json.ts'
import { migratedDataDir } from '#test/support/migrated-data-dir.ts'
import { root } from '#test/support/service-process.ts'

let dir: string
let service: Started
let tenant = ''
let tenants = 0

const start = (retention: string): Promise<Started> =>
  startService({
    config: readConfig({
      AFTERLOG_DATA_DIR: dir,
      AFTERLOG_HTTP_PORT: '0',
      AFTERLOG_FLUSH_INTERVAL_MS: '5',
      AFTERLOG_RETENTION: retention,
    }).config,
    log: createLogger({ level: 'silent', service: 'test' }),
    services: [createIngest, createQuery],
  })
const restart = async (retention: string): Promise<void> => {
  await service.close()
  service = await start(retention)
}

beforeAll(async () => {
  dir = migratedDataDir('afterlog-letters-')
  service = await start('default=1d')
})
afterAll(async () => {
  await service.close()
  await rm(dir, { recursive: true })
})
// A tenant of its own is an empty store of its own.
beforeEach(() => void (tenant = `letters${++tenants}`))

/** Enough that the command is killed in the middle of them. */
const letterCount = 1000
/** Two days ago. */
const old = new Date(Date.now() - 2 * 86_400_000).toISOString()
const recordOf = (message: string, more: object = {}) => ({
  time: old,
  namespace: 'shop',
  pod: 'cart',
  podUid: 'u1',
  container: 'app',
  message,
  ...more,
})

async function post(body: string | Buffer | object, headers: Record<string, string> = {}, path = '/v1/batches') {
  const response = await fetch(`${service.url}${path}`, {
    method: 'POST',
    body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', 'x-scope-orgid': tenant, ...headers },
  })
  return { status: response.status, body: (await response.json()) as { accepted: number; rejected: number } }
}
const get = async <T>(path: string): Promise<T> =>
  (await (await fetch(`${service.url}${path}`, { headers: { 'x-scope-orgid': tenant } })).json()) as T
const letters = async (query = ''): Promise<DeadLetterJson[]> =>
  (await get<{ deadLetters: DeadLetterJson[] }>(`/v1/dead-letters?${query}`)).deadLetters
interface Line {
  message: string
  cluster: string
  node: string
  offset: number | null
}
const lines = async (): Promise<Line[]> => (await get<{ lines: Line[] }>('/v1/logs?limit=1000&order=asc')).lines

function replay(...more: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const argv = ['services/replay/main.ts', '--url', service.url, '--tenant', tenant, '--timeout', '5', ...more]
  return new Promise((resolve) =>
    execFile(process.execPath, argv, { cwd: root }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    ),
  )
}

describe('letters that were too old, once lines are kept longer', () => {
  test('are stored once, however often they are sent; two equal letters are two lines; what they inherited comes with them', async () => {
    const batch = {
      node: 'n7',
      cluster: 'prod-eu',
      records: [recordOf('twin'), recordOf('twin'), recordOf('placed', { offset: 9 }), recordOf('own', { node: 'n8' })],
    }
    expect((await post(batch)).body).toMatchObject({ accepted: 0, rejected: 4 })
    const before = await letters()
    expect(before).toMatchObject(
      Array.from({ length: 4 }, () => ({
        format: 'native',
        cluster: 'prod-eu',
        node: 'n7',
        truncated: false,
        replayedAt: null,
        topic: null,
        partition: null,
        offset: null,
      })),
    )

    const refused = await replay()
    expect(refused).toMatchObject({ code: 2, stderr: '' })
    expect(refused.stdout).toMatch(/ 0 {2}stored now\n +4 {2}refused again: still dead letters\n +4 {2}too-old\n/)
    expect(await letters()).toEqual(before)

    await restart('default=30d')
    const dry = await replay('--dry-run')
    expect(dry.stdout).toMatch(/ 4 {2}would be sent again\n/)
    expect(await lines()).toEqual([])

    const replayed = await replay()
    expect(replayed).toMatchObject({ code: 0, stderr: '' })
    expect(replayed.stdout).toMatch(/4 dead letters, [\d.]+ s\n +4 {2}stored now\n$/)
    const stored = await lines()
    expect(stored.map(({ message, cluster, node, offset }) => `${message} ${cluster} ${node} ${offset}`).toSorted()).toEqual([
      'own prod-eu n8 null',
      'placed prod-eu n7 9',
      'twin prod-eu n7 null',
      'twin prod-eu n7 null',
    ])
    const after = await letters('replayed=true')
    expect(after.map((letter) => ({ ...letter, replayedAt: null }))).toEqual(before)
    expect(after.every(({ replayedAt }) => /^\d{4}-.*Z$/.test(replayedAt ?? ''))).toBe(true)
    expect(await letters('replayed=false')).toEqual([])
    expect((await replay()).stdout).toMatch(/ 0 dead letters/)

    // As after a crash in the middle: the same letters once more, from one of these requests that was answered to
    // nobody.
    for (const { id, payload } of before) {
      const again = { ...batch, records: [{ ...JSON.parse(payload as string), ordinal: Number(BigInt.asUintN(53, BigInt(id))) }] }
      expect((await post(again, { 'x-afterlog-replay': id })).body).toMatchObject({ accepted: 1 })
    }
    expect(await lines()).toEqual(stored)
    // When is told of the first time until a merge keeps the last one alone.
    expect((await letters('replayed=true')).map((letter) => ({ ...letter, replayedAt: null }))).toEqual(before)
  })

  test('are all stored once though the command is killed in the middle and run again', async () => {
    await restart('default=1d')
    const texts = Array.from({ length: letterCount }, (_, i) => (i % 2 === 0 ? 'equal' : `line ${i}`))
    await post({ records: texts.map((text) => recordOf(text)) })
    await restart('default=30d')
    const command = spawn(process.execPath, ['services/replay/main.ts', '--url', service.url, '--tenant', tenant], { cwd: root })
    const ended = once(command, 'exit')
    while ((await letters('replayed=true&limit=1')).length === 0);
    command.kill('SIGKILL')
    expect(await ended).toEqual([null, 'SIGKILL'])
    const done = (await letters('replayed=true&limit=10000')).length
    expect(done).toBeLessThan(letterCount)
    expect((await replay()).code).toBe(0)
    const { lines: stored } = await get<{ lines: Line[] }>('/v1/logs?limit=10000')
    expect(stored.map(({ message }) => message).toSorted()).toEqual(texts.toSorted())
    expect(await letters('replayed=true&limit=10000')).toHaveLength(letterCount)
  })

  test('only those that were asked for are sent', async () => {
    await post({ records: [recordOf('now', { time: new Date().toISOString(), stream: 'stdin' })] })
    await post({ records: [recordOf('no time', { time: 'when?' })] })
    expect((await replay('--code', 'too-old')).stdout).toMatch(/ 0 dead letters/)
    expect((await replay('--to', '-1h')).stdout).toMatch(/ 0 dead letters/)
    expect((await replay('--from', '-1h', '--code', 'bad-time', '--code', 'bad-field')).stdout).toMatch(/ 2 dead letters/)
  })
})

describe('a letter that is refused again', () => {
  test('stays one letter with the place and the time that it had', async () => {
    await post({ records: [recordOf('no time', { time: 'when?' }), recordOf('stdin', { stream: 'stdin' })] })
    await post('{"message":"cut of', { 'content-type': 'application/x-ndjson' })
    await post(`{"message":"cut of\n${JSON.stringify(recordOf('whole', { time: new Date().toISOString() }))}`, {
      'content-type': 'application/x-ndjson',
    })
    const before = await letters()
    expect(before.map(({ code }) => code).toSorted()).toEqual(['bad-field', 'bad-time', 'not-json'])
    for (let times = 0; times < 2; times++) {
      const { code, stdout } = await replay()
      expect(code).toBe(2)
      expect(stdout).toMatch(/ 3 {2}refused again/)
    }
    expect(await letters()).toEqual(before)
    expect(await lines()).toHaveLength(1)
  })

  test('as part of a message that can be read by now is a letter of its own, once, and the message is done with', async () => {
    const id = '77'
    const batch = { records: [recordOf('a', { time: new Date().toISOString() }), recordOf('b', { time: 'when?' })] }
    for (let times = 0; times < 2; times++) {
      expect((await post(batch, { 'x-afterlog-replay': id })).body).toMatchObject({ accepted: 1, rejected: 1 })
      expect(await letters()).toMatchObject([{ origin: 'replay:77#1', code: 'bad-time', format: 'native', replayedAt: null }])
    }
    expect(await lines()).toHaveLength(1)
  })
})

test('a letter that is cut is named and left', async () => {
  await post({ records: [recordOf('x'.repeat(70_000), { time: 'when?' })] })
  const [letter] = await letters()
  expect(letter).toMatchObject({ truncated: true, origin: 'http:/v1/batches#0' })
  const { code, stdout } = await replay()
  expect(code).toBe(2)
  expect(stdout).toContain(` 1  cannot be sent again\n    http:/v1/batches#0 (id ${letter!.id}) is cut at 64 KiB\n`)
  expect(await letters()).toEqual([letter])
})

test('what Kubernetes reported goes to its own route', async () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } }
  await post(pod, {}, '/v1/lifecycle')
  expect(await letters()).toMatchObject([{ format: 'lifecycle', code: 'missing-field' }])
  expect((await replay()).stdout).toMatch(/ 1 {2}refused again: still dead letters\n +1 {2}missing-field\n +metadata/)
  expect(await letters('replayed=false')).toHaveLength(1)
})

test('bytes that are not UTF-8 arrive as they were', async () => {
  await restart('default=1d')
  const [head, tail] = JSON.stringify(recordOf('|')).split('|') as [string, string]
  const bytes = Buffer.concat([Buffer.from(head), Buffer.from([0x61, 0xff, 0xfe, 0x62]), Buffer.from(tail)])
  await post(bytes, { 'content-type': 'application/x-ndjson' })
  expect(await letters()).toMatchObject([{ payload: { base64: bytes.toString('base64') } }])
  await restart('default=30d')
  expect((await replay()).code).toBe(0)
  const text = await fetch(`${service.url}/v1/logs?prefix=false`, { headers: { 'x-scope-orgid': tenant, accept: 'text/plain' } })
  expect(Buffer.from(await text.arrayBuffer())).toEqual(Buffer.from([0x61, 0xff, 0xfe, 0x62, 0x0a]))
})

test('an id that is none is refused, and an address that answers no queries ends the command before it began', async () => {
  expect((await post({ records: [] }, { 'x-afterlog-replay': 'seven' })).body).toMatchObject({ parameter: 'x-afterlog-replay' })
  const { code, stderr, stdout } = await replay('--url', `${service.url}/nowhere`)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(/reading the dead letters failed: 404/)
})
