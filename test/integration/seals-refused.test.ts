// Lines that were refused in ways in which no record should be sent: the life that they may be of is not sealed, another
// one is, and a start changes neither.
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { readConfig } from '#shared/config.ts'
import { createLogger } from '#shared/logger.ts'
import { startService, type Started } from '#shared/start-service.ts'
import { createIngest } from '#ingest/service.ts'
import { createProjector } from '#projector/service.ts'
import { createQuery } from '#query/service.ts'
import { containerLog, exited, podObject, timeOf } from '#test/support/container-log.ts'
import { migratedDataDir } from '#test/support/migrated-data-dir.ts'
import { listsHave } from '#test/support/service.ts'

const start = (dir: string): Promise<Started> =>
  startService({
    config: readConfig({ AFTERLOG_DATA_DIR: dir, AFTERLOG_HTTP_PORT: '0', AFTERLOG_FLUSH_INTERVAL_MS: '5' }).config,
    log: createLogger({ level: 'silent', service: 'test' }),
    services: [createIngest, createProjector, createQuery],
  })

let dir: string
let service: Started
let tenants = 0
beforeAll(async () => {
  dir = migratedDataDir('afterlog-refused-')
  service = await start(dir)
})
afterAll(async () => {
  await service.close()
  await rm(dir, { recursive: true })
})

const startMs = Math.floor((Date.now() - 86_400_000) / 86_400_000) * 86_400_000 + 12 * 3_600_000

async function post(tenant: string, path: string, body: Buffer | string, type = 'application/json') {
  const answer = await fetch(`${service.url}${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': type, 'x-scope-orgid': tenant },
  })
  return (await answer.json()) as { accepted: number; rejected: number }
}

async function sealOf(tenant: string, podUid: string): Promise<string> {
  const answer = await fetch(`${service.url}/v1/pods/${podUid}`, { headers: { 'x-scope-orgid': tenant } })
  const { containers } = (await answer.json()) as { containers: { lives: { seal: { text: string } }[] }[] }
  return containers[0]!.lives[0]!.seal.text
}

const [mine, another] = ['7b0f8a4e-6c1f-4a53-9f55-0d4a3c6e9b11', '0c2d4e6f-6c1f-4a53-9f55-0d4a3c6e9b22']
const id = 'ab'.repeat(32)

/** Two whole lives of two pods in a tenant of their own. */
async function wholeLives(): Promise<string> {
  const tenant = `refused${++tenants}`
  for (const podUid of [mine, another]) {
    const [file] = containerLog([5], { podUid, startMs })
    await post(tenant, '/v1/batches', JSON.stringify({ records: file }))
    const [state, containerID] = [exited(startMs, startMs + 5000), `containerd://${podUid === mine ? id : podUid}`]
    const status = { containerStatuses: [{ name: 'app', restartCount: 0, containerID, state }] }
    const pod = podObject(podUid, startMs, state, { metadata: { name: podUid }, status })
    await post(tenant, '/v1/lifecycle', JSON.stringify([pod]))
  }
  await listsHave(service.url)
  expect(await sealOf(tenant, mine)).toBe('sealed: 5 lines, 0 missing')
  return tenant
}

const sealsOf = async (tenant: string): Promise<string[]> => [await sealOf(tenant, mine), await sealOf(tenant, another)]

const whole = 'sealed: 5 lines, 0 missing'
const dead = 'unsealed: 1 line of it is a dead letter'
const unclear = 'unsealed: lines were refused that do not say clearly whose they are: lines of it may be among them'
const record = { podUid: mine, container: 'app', restart: 0, time: timeOf(Date.now() + 7_200_000), message: 'x' }
/** Beside a record that is right, a line of NDJSON. */
const ndjson = (line: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from('{"node":"n","unit":"u","time":1,"message":"m"}\n'), Buffer.from(line), Buffer.from('\n')])

test.each<[string, Buffer, string, string]>([
  ['a record in a string', Buffer.from(JSON.stringify([JSON.stringify(record)])), dead, whole],
  ["a path of docker's", Buffer.from(JSON.stringify([{ path: `/d/containers/${id}/${id}-json.log`, cri: 'x' }])), dead, whole],
  ['two records on a line', ndjson(`{"time":1} ${JSON.stringify(record)}`), dead, whole],
  ['quotes in the text', ndjson(`{"message":"a "b" c","podUid":"${mine}","container":"app"}`), dead, whole],
  ['single quotes', ndjson(`{'podUid':'${mine}','container':'app'}`), dead, whole],
  ['UTF-16', ndjson(Buffer.from(JSON.stringify(record), 'utf16le')), dead, whole],
  ['a line of logfmt', ndjson(`pod_uid=${mine} msg=x`), dead, unclear],
  ['a line of words', ndjson('garbage'), unclear, unclear],
  ['a record behind the beginning of another', ndjson(`{"time":"2026-11-30T07:${JSON.stringify(record)}`), dead, unclear],
  ['names of another in its text', ndjson(JSON.stringify({ ...record, message: `podUid=${another}` })), dead, whole],
])('a life is not sealed of which a line is refused that came as %s', async (_, body, seal, sealOfAnother) => {
  const tenant = await wholeLives()
  const answer = await post(tenant, '/v1/batches', body, body[0] === 0x5b ? 'application/json' : 'application/x-ndjson')
  expect(answer.rejected).toBeGreaterThan(0)
  await listsHave(service.url)
  // Where any life may be meant, pods are counted again in idle time.
  await expect.poll(() => sealsOf(tenant), { timeout: 30_000 }).toEqual([seal, sealOfAnother])
})

test('a letter that names nobody gives the seals back once its line is stored', async () => {
  const tenant = await wholeLives()
  await post(tenant, '/v1/batches', ndjson('lost line'), 'application/x-ndjson')
  await listsHave(service.url)
  await expect.poll(() => sealsOf(tenant), { timeout: 30_000 }).toEqual([unclear, unclear])
  const headers = { 'x-scope-orgid': tenant }
  const list = await fetch(`${service.url}/v1/dead-letters`, { headers })
  const { deadLetters } = (await list.json()) as { deadLetters: { id: string }[] }
  const line = { ...record, namespace: 'shop', pod: 'v', podUid: 'v', time: timeOf(startMs), message: 'lost line' }
  const replayed = await fetch(`${service.url}/v1/batches`, {
    method: 'POST',
    body: JSON.stringify(line),
    headers: { ...headers, 'content-type': 'application/json', 'x-afterlog-replay': deadLetters[0]!.id },
  })
  expect(await replayed.json()).toMatchObject({ accepted: 1 })
  await expect.poll(() => sealsOf(tenant), { timeout: 90_000, interval: 500 }).toEqual([whole, whole])
}, 120_000)

test('a start changes no seal, whatever letters came that name nobody', async () => {
  const tenant = await wholeLives()
  const forged = '; this letter also stands for 9 further rejected records of the body, whose bytes are not kept'
  const nobody = [
    { time: forged, message: 'x' },
    { time: 'when?', message: 'x'.repeat(100_000) },
  ]
  const many = Array.from({ length: 10_100 }, () => ({ time: 'when?', message: 'x' }))
  expect(await post(tenant, '/v1/batches', JSON.stringify(nobody))).toMatchObject({ rejected: 2 })
  expect(await post(tenant, '/v1/batches', JSON.stringify(many))).toMatchObject({ rejected: 10_100 })
  expect(await post(tenant, '/v1/batches', JSON.stringify([{ ...record, podUid: another }]))).toMatchObject({ rejected: 1 })
  await listsHave(service.url)
  expect(await sealsOf(tenant)).toEqual([whole, dead])
  // A letter whose rows are missing is restored behind the others.
  const last = JSON.stringify([
    { podKey: 'last', container: '', restart: -1, containerId: '', file: '', offset: -1, length: -1, lines: 1 },
  ])
  await service.store.command({
    sql: raw(`INSERT INTO dead_letters (tenant, time, reason, payload, identity, format, refused, further)
      SELECT 'zzz', now64(3), 'bad-time', '', 1, 'native', '${last}', 0`),
  })
  await service.close()
  service = await start(dir)
  const restored = () => service.store.rows({ sql: raw(`SELECT 1 FROM refused_lines WHERE pod_key = 'last'`) })
  await expect.poll(restored, { timeout: 30_000 }).toHaveLength(1)
  // A line makes the record of its pod anew.
  const [file] = containerLog([5], { podUid: mine, startMs })
  await post(tenant, '/v1/batches', JSON.stringify({ records: [file![0]] }))
  await listsHave(service.url)
  expect(await sealsOf(tenant)).toEqual([whole, dead])
})
