// Entries of the journal at POST /upload: the export format by its specification, as systemd-journal-upload and curl
// send it. https://systemd.io/JOURNAL_EXPORT_FORMATS/#journal-export-format
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exportEntry } from '#test/support/agents/journald.ts'
import { sendCaptured } from '#test/support/captured.ts'
import { messagesOf } from '#test/support/lines.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService({ AFTERLOG_RETENTION: 'default=3650d', AFTERLOG_BODY_BYTES_MAX: String(1024 * 1024) })
})
afterAll(async () => service[Symbol.asyncDispose]())

const messages = (tenant: string): Promise<string[]> => messagesOf({ url: service.url, tenant })
const upload = (tenant: string, body: Buffer, headers: Record<string, string> = {}) =>
  fetch(`${service.url}/upload`, { method: 'POST', body: new Uint8Array(body), headers: { 'x-scope-orgid': tenant, ...headers } })

const boot = '6c7c6013a26343b29e964691ff25d04c'
const began = (Date.now() - 60_000) * 1000
const entryOf = (i: number, message: string | Buffer, more: readonly (readonly [string, string])[] = []): Buffer =>
  exportEntry([
    ['__CURSOR', `s=739ad463348b4ceca5a9e69c95a3c93f;i=${(i + 1).toString(16)};b=${boot};m=${i};t=${began};x=0`],
    ['__REALTIME_TIMESTAMP', String(began)],
    ['_BOOT_ID', boot],
    ['_HOSTNAME', 'node-7'],
    ['_SYSTEMD_UNIT', 'kubelet.service'],
    ...more,
    ['MESSAGE', message],
  ])

async function linesOf(tenant: string): Promise<Record<string, unknown>[]> {
  const { body } = await request(`${service.url}/v1/logs?order=asc&limit=1000`, { headers: { 'x-scope-orgid': tenant } })
  return body['lines'] as Record<string, unknown>[]
}

test('what systemd-journal-upload sent is the lines of their units, once, also where it is sent again', async () => {
  for (let round = 0; round < 2; round++) {
    for (const { status, body } of await sendCaptured(service.url, 'captured', 'journald/journal-upload'))
      expect([status, body]).toEqual([200, '{"accepted":7,"rejected":0,"rejects":[]}'])
    const lines = await linesOf('captured')
    expect(lines.map(({ unit, severity, message }) => [unit, severity, message])).toEqual([
      ['kubelet.service', 'info', expect.stringContaining('SyncLoop ADD')],
      ['kubelet.service', 'error', expect.stringContaining('Error syncing pod')],
      ['kernel', 'error', expect.stringContaining('Memory cgroup out of memory')],
      ['containerd.service', 'info', 'Started containerd.service - containerd container runtime.'],
      [expect.anything(), '', 'boom'],
      ['cron.service', 'warn', 'first line\nsecond line\ttab'],
      ['cron.service', 'info', 'not \ufffd utf-8 \ufffd'],
    ])
    expect(lines[0]).toMatchObject({
      time: '2026-11-30T12:50:00.001000000Z',
      node: 'node-7',
      pod: '',
      attributes: { _BOOT_ID: boot, _PID: '811', SYSLOG_IDENTIFIER: 'kubelet', _TRANSPORT: 'stdout' },
    })
    expect(lines[4]).toMatchObject({
      namespace: 'shop',
      pod: 'cart-7d9f',
      podUid: '5b0c6a3e-3f0c-4d25-9f3a-6f2f8f4a1c11',
      container: 'app',
      restart: 2,
      stream: 'stderr',
      containerId: `8f1c2d3e4f50${'0'.repeat(52)}`,
    })
  }
})

test('equal entries with numbers of their own are two, and what comes again in other pieces adds nothing', async () => {
  const entries = [0, 1, 2, 3].map((i) => entryOf(i, 'same'))
  const sent = [entries, entries.slice(2), [entries[1]!], entries]
  for (const some of sent) expect((await upload('equal', Buffer.concat(some))).status).toBe(200)
  expect(await messages('equal')).toEqual(['same', 'same', 'same', 'same'])
})

test('entries without a cursor are told apart by their place in the upload', async () => {
  const entry = exportEntry([
    ['__REALTIME_TIMESTAMP', String(began)],
    ['SYSLOG_IDENTIFIER', 'x'],
    ['MESSAGE', 'same'],
  ])
  for (let round = 0; round < 2; round++) expect((await upload('cursorless', Buffer.concat([entry, entry]))).status).toBe(200)
  expect(await messages('cursorless')).toEqual(['same', 'same'])
})

test('curl sends it with a content type of its own', async () => {
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const answer = await upload('curl', await readFile('test/fixtures/journald/journal-upload/01.body'), type)
  expect(await answer.json()).toEqual({ accepted: 7, rejected: 0, rejects: [] })
})

test('the uploader is told to open a new connection, and that zstd is read', async () => {
  const { headers } = await upload('headers', entryOf(0, 'x'))
  expect([headers.get('connection'), headers.get('accept-encoding')]).toEqual(['close', 'zstd'])
})

test('a body of many zstd frames is read, and an encoding that is not known is refused', async () => {
  const body = Buffer.concat([0, 1, 2].map((i) => zstdCompressSync(entryOf(i, `line ${i}`))))
  expect((await upload('zstd', body, { 'content-encoding': 'zstd' })).status).toBe(200)
  expect(await messages('zstd')).toEqual(['line 0', 'line 1', 'line 2'])
  expect((await upload('zstd', body, { 'content-encoding': 'lz4' })).status).toBe(415)
})

test('a body that becomes a thousand times as large is refused before it has', async () => {
  const frame = zstdCompressSync(Buffer.alloc(64 * 1024 * 1024, '\n'))
  const body = Buffer.concat(Array.from({ length: 150 }, () => frame))
  const beganMs = performance.now()
  expect((await upload('bomb', body, { 'content-encoding': 'zstd' })).status).toBe(413)
  expect(performance.now() - beganMs).toBeLessThan(10_000)
})

/** An upload whose body goes on. */
function open(tenant: string) {
  const sent = http.request(`${service.url}/upload`, { method: 'POST', headers: { 'x-scope-orgid': tenant } })
  const answer = once(sent, 'response') as Promise<[http.IncomingMessage]>
  // One that breaks off has no answer.
  answer.catch(() => undefined)
  return { sent, answer }
}

test('a body larger than any limit is stored while it comes, and answered when all of it is', async () => {
  const { sent, answer } = open('endless')
  const [count, of] = [3000, 500]
  for (let i = 0; i < count; i += of)
    sent.write(
      Buffer.concat(
        Array.from({ length: of }, (_, k) =>
          entryOf(i + k, `line ${String(i + k).padStart(5, '0')}`, [['PADDING', 'x'.repeat(1500)]]),
        ),
      ),
    )
  let stored: string[] = []
  while (stored.length === 0) {
    await sleep(50)
    stored = await messages('endless')
  }
  const last = entryOf(count, 'slow')
  sent.write(last.subarray(0, 10))
  while (!(await messages('endless')).includes(`line ${String(count - 1).padStart(5, '0')}`)) await sleep(50)
  sent.end(last.subarray(10))
  const [{ statusCode }] = await answer
  expect(statusCode).toBe(200)
  const expected = Array.from({ length: count }, (_, i) => `line ${String(i).padStart(5, '0')}`)
  expect(await messages('endless')).toEqual([...expected, 'slow'])
})

test('an upload that breaks off is repeated from its begin, and adds nothing twice', async () => {
  const entries = Array.from({ length: 2000 }, (_, i) =>
    entryOf(i, `line ${String(i).padStart(5, '0')}`, [['PADDING', 'x'.repeat(1500)]]),
  )
  const { sent } = open('broken')
  sent.write(Buffer.concat(entries.slice(0, 1700)))
  while ((await messages('broken')).length === 0) await sleep(50)
  sent.destroy()
  expect(await (await upload('broken', Buffer.concat(entries))).json()).toMatchObject({ accepted: 2000 })
  expect(await messages('broken')).toEqual(entries.map((_, i) => `line ${String(i).padStart(5, '0')}`))
})

test('an entry that cannot be a line is a dead letter with its place in the upload', async () => {
  const old = entryOf(1, 'of 1971').toString().replace(`_TIMESTAMP=${began}`, '_TIMESTAMP=31536000000000')
  const answer = await upload('letters', Buffer.concat([entryOf(0, 'a'), Buffer.from(old), entryOf(2, 'b')]))
  expect(await answer.json()).toMatchObject({ accepted: 2, rejected: 1, rejects: [{ index: 1, code: 'too-old' }] })
  const far = entryOf(1, 'of 2262').toString().replace(`_TIMESTAMP=${began}`, '_TIMESTAMP=9223372036854775')
  expect(await (await upload('letters', Buffer.from(far))).json()).toMatchObject({ rejects: [{ code: 'in-the-future' }] })
})

test('a long message and a million fields are cut with marks', async () => {
  const fields = Array.from({ length: 1_000_000 }, (_, i) => `FIELD_${i}=${i}\n`).join('')
  const head = entryOf(1, 'many').subarray(0, -1)
  const body = Buffer.concat([entryOf(0, 'y'.repeat(3_000_000)), head, Buffer.from(`${fields}\n`), entryOf(2, 'last')])
  expect(await (await upload('long', body)).json()).toMatchObject({ accepted: 3 })
  const [long, many, last] = await linesOf('long')
  expect(long!['message']).toMatch(/cut by Afterlog: the first 262144 of 3000000 bytes/)
  expect([many!['message'], last!['message']]).toEqual(['many', 'last'])
  expect(JSON.stringify(many!['attributes'])).toContain('afterlog.cut')
})

test('the JSON of journalctl is taken by POST /v1/fluent', async () => {
  const entry = { __REALTIME_TIMESTAMP: String(began), _HOSTNAME: 'node-7', _SYSTEMD_UNIT: 'kubelet.service', PRIORITY: '3' }
  const body = [0, 1].map((i) => JSON.stringify({ ...entry, __CURSOR: `s=1;i=${i}`, MESSAGE: `line ${i}` })).join('\n')
  const headers = { 'content-type': 'application/json', 'x-scope-orgid': 'json' }
  expect((await fetch(`${service.url}/v1/fluent`, { method: 'POST', body, headers })).status).toBe(200)
  const [line] = await linesOf('json')
  expect(line).toMatchObject({ node: 'node-7', unit: 'kubelet.service', severity: 'error', message: 'line 0' })
})

test('what any program may say of a container or a unit counts only where journald knows who wrote it', async () => {
  const container = ['CONTAINER_NAME', 'k8s_app_ledger_bank_u-2_0'] as const
  const id = ['CONTAINER_ID_FULL', 'b'.repeat(64)] as const
  const entry = (fields: Record<string, string>, ...more: (readonly [string, string])[]): Buffer =>
    exportEntry([
      ['__REALTIME_TIMESTAMP', String(began)],
      ['_HOSTNAME', 'node-7'],
      ...Object.entries(fields),
      ...more,
      ['MESSAGE', 'x'],
    ])
  const scope = `cri-containerd-${'a'.repeat(64)}.scope`
  const entries = [
    entry({ _COMM: 'dockerd', _SYSTEMD_UNIT: 'docker.service' }, container, id),
    entry({ _COMM: 'logger', _SYSTEMD_UNIT: 'cron.service' }, container, id),
    entry({ _COMM: 'dockerd', _SYSTEMD_UNIT: scope }, container, id),
    entry({ _COMM: 'logger', _SYSTEMD_UNIT: 'cron.service', UNIT: 'kubelet.service' }),
    entry({ _COMM: 'logger', UNIT: 'kubelet.service' }),
    entry({ _COMM: 'systemd', _SYSTEMD_UNIT: 'init.scope', UNIT: 'kubelet.service' }),
  ]
  expect((await upload('forged', Buffer.concat(entries))).status).toBe(200)
  const lines = await linesOf('forged')
  expect(lines.map(({ pod, unit, containerId }) => [pod, unit, containerId === '' ? '' : 'id'])).toEqual([
    ['ledger', '', 'id'],
    ['', 'cron.service', ''],
    ['', scope, ''],
    ['', 'cron.service', ''],
    ['', 'logger', ''],
    ['', 'kubelet.service', ''],
  ])
  expect(lines[1]!['attributes']).toMatchObject({ CONTAINER_NAME: container[1], CONTAINER_ID_FULL: id[1] })
})
