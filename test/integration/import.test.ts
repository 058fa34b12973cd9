// The importer against the service and the embedded engine: what a node's disk holds is what the API gives back, once.
import { createHash } from 'node:crypto'
import { appendFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createIngest } from '#ingest/service.ts'
import { createQuery } from '#query/service.ts'
import { scale, seed } from '#test/support/campaign.ts'
import { startTestService, type TestService } from '#test/support/service.ts'
import { generateCorpus, type Corpus } from '../../bench/corpus.ts'
import { archiveKind, openArchive } from '../../services/import/files/archive.ts'
import { openDirectory } from '../../services/import/files/directory.ts'
import { runImport } from '../../services/import/run-import.ts'
import { createHttpClient } from '../../services/import/send/http-client.ts'
import { createRetry } from '../../services/import/send/retry.ts'
import { openState } from '../../services/import/state.ts'
import { createTally } from '../../services/import/tally.ts'

let dir: string
let service: TestService
let url: string
let tenant = ''
let tenants = 0

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'afterlog-import-'))
  service = await startTestService({ AFTERLOG_RETENTION: 'default=14d,brief=1d' }, [createIngest, createQuery])
  ;({ url } = service)
})
afterAll(async () => {
  await service[Symbol.asyncDispose]()
  await rm(dir, { recursive: true })
})
// A tenant of its own is an empty store of its own.
beforeEach(() => void (tenant = `t${++tenants}`))

async function importPath(
  path: string,
  {
    state = join(dir, `${tenant}.json`),
    batchBytes = 64 * 1024,
    signal = new AbortController().signal,
    tally = createTally(),
  } = {},
) {
  const kind = path.includes('.tar') ? await archiveKind(path) : undefined
  const { source, root } =
    typeof kind === 'string' ? { source: await openArchive(path, kind), root: '' } : await openDirectory(path)
  const client = createHttpClient({ url, tenant, signal })
  const retry = createRetry({ patienceMs: 1000, onWait: () => {}, signal })
  const common = { node: '', cluster: '', compress: false, batchBytes, onPlan: () => {}, onBytes: () => {} }
  const result = await runImport({
    ...common,
    source,
    root,
    inOrder: kind === undefined,
    client,
    retry,
    tally,
    state: await openState(state),
  })
  return { tally, result }
}

async function get(path: string, accept = 'application/json'): Promise<Buffer> {
  const response = await fetch(`${url}${path}`, { headers: { 'x-scope-orgid': tenant, accept } })
  expect(response.status, path).toBe(200)
  return Buffer.from(await response.arrayBuffer())
}
const json = async <T>(path: string): Promise<T> => JSON.parse((await get(path)).toString()) as T
const textOf = (podUid: string, container: string) => get(`/v1/pods/${podUid}/logs?container=${container}`, 'text/plain')
const linesOf = async (query: string) =>
  (
    await json<{ lines: { message: string; offset: number | null; time: string; unit: string; node: string }[] }>(
      `/v1/logs?${query}`,
    )
  ).lines

async function expectCorpus({ containers }: Corpus): Promise<void> {
  for (const { podUid, container, bytes, sha256 } of containers) {
    const text = await textOf(podUid, container)
    expect({ podUid, container, bytes: text.length, sha256: createHash('sha256').update(text).digest('hex') }).toEqual({
      podUid,
      container,
      bytes,
      sha256,
    })
  }
}

describe('a disk of every oddity', () => {
  let disk: string
  let corpus: Corpus
  beforeAll(() => {
    disk = join(dir, 'disk')
    const untilMs = Date.now() - 60_000
    const size =
      scale === 1 ? { lines: 1000, pods: 4, rotateBytes: 30_000 } : { lines: 3000 * scale, pods: 8, rotateBytes: 50_000 }
    corpus = generateCorpus({ ...size, dir: disk, seed: 41 + seed, untilMs })
  })

  test('every container gives back every byte, in order, and importing twice adds nothing', async () => {
    const first = await importPath(disk)
    expect(first.tally).toMatchObject({
      accepted: corpus.records,
      lines: corpus.records,
      files: corpus.files,
      repeated: 0,
      problems: [],
    })
    expect(first.tally.refused).toEqual(new Map())
    expect(first.result).toMatchObject({ node: 'node-7', stopped: undefined, plan: { notRead: [] } })
    await expectCorpus(corpus)

    const second = await importPath(disk)
    expect(second.tally).toMatchObject({ accepted: 0, fromEarlierRun: corpus.records })

    // On another machine, without the state: everything is sent again and changes nothing.
    const third = await importPath(disk, { state: join(dir, 'elsewhere.json') })
    expect(third.tally.accepted).toBe(corpus.records)
    expect(third.tally.repeated).toBeGreaterThan(corpus.records * 0.99)
    await expectCorpus(corpus)
  })

  test.each(['disk.tar.gz', 'disk.tar'])('%s is as good as the directory', async (name) => {
    const archive = join(dir, name)
    expect(spawnSync('tar', [name.endsWith('gz') ? '-czf' : '-cf', archive, '-C', disk, '.']).status).toBe(0)
    const { tally, result } = await importPath(archive)
    expect(tally).toMatchObject({ accepted: corpus.records, problems: [] })
    expect(result.node).toBe('node-7')
    await expectCorpus(corpus)
  })

  test('an import that was interrupted goes on where it stopped', async () => {
    const interrupted = new AbortController()
    const path = join(dir, `${tenant}.json`)
    let accepted = 0
    // Interrupted by the count itself: a poll may come only after all is sent.
    const tally = Object.defineProperty(createTally(), 'accepted', {
      get: () => accepted,
      set: (count: number) => {
        accepted = count
        if (count > 200) interrupted.abort()
      },
    })
    const first = await importPath(disk, { signal: interrupted.signal, batchBytes: 16 * 1024, tally })
    expect(first.result.stopped).toBe('interrupted')
    const second = await importPath(disk, { state: path, batchBytes: 16 * 1024 })
    expect(second.tally.fromEarlierRun).toBeGreaterThan(0)
    expect(second.tally.accepted).toBeLessThan(corpus.records)
    expect(second.tally.fromEarlierRun + second.tally.accepted).toBe(corpus.records)
    await expectCorpus(corpus)
  })

  test('a state is not believed by a store that holds nothing', async () => {
    await importPath(disk, { state: join(dir, 'shared.json') })
    tenant = `${tenant}-wiped`
    const { tally } = await importPath(disk, { state: join(dir, 'shared.json') })
    expect(tally).toMatchObject({ accepted: corpus.records, fromEarlierRun: 0 })
    await expectCorpus(corpus)
  })
})

const uid = '5b0c6f2e-8c1a-4d4c-9a52-0f5f4c1b7e10'
const id = 'a3f1'.repeat(16)
const at = (secondsAgo: number, nanos = '000000001') =>
  `${new Date(Date.now() - secondsAgo * 1000).toISOString().slice(0, 19)}.${nanos}Z`

async function put(path: string, content: string | Buffer): Promise<string> {
  const full = join(dir, tenant, path)
  await mkdir(dirname(full), { recursive: true })
  await writeFile(full, content)
  return full
}
const post = async (records: object[]) => {
  const headers = { 'content-type': 'application/json', 'x-scope-orgid': tenant }
  const answer = await fetch(`${url}/v1/batches`, { method: 'POST', headers, body: JSON.stringify({ records }) })
  expect(await answer.json()).toMatchObject({ accepted: records.length })
}

test('lines that an agent stored without offset are skipped, as often as it stored them and no oftener', async () => {
  const time = at(60)
  const line = { time, namespace: 'shop', pod: 'cart', podUid: uid, container: 'app', restart: 0, stream: 'stdout' }
  await post([
    { ...line, message: 'twice' },
    { ...line, message: 'twice' },
    { ...line, message: 'joined line' },
  ])
  await put(
    `var/log/pods/shop_cart_${uid}/app/0.log`,
    [
      `${time} stdout F twice`,
      `${time} stdout F twice`,
      `${time} stdout F twice`,
      `${time} stdout P joined `,
      `${time} stdout F line`,
      `${time} stderr F twice`,
      '',
    ].join('\n'),
  )
  const { tally } = await importPath(join(dir, tenant))
  expect(tally).toMatchObject({ fromAgent: 3, accepted: 2 })
  expect((await textOf(uid, 'app')).toString().trimEnd().split('\n').toSorted()).toEqual([
    'joined line',
    'twice',
    'twice',
    'twice',
    'twice',
  ])
  const again = await importPath(join(dir, tenant), { state: join(dir, `${tenant}-other.json`) })
  expect(again.tally.fromAgent).toBe(3)
  expect(await linesOf('limit=100')).toHaveLength(5)
})

test('a live file is imported again after it has grown, been rotated and compressed: only what is new is added', async () => {
  const path = await put(`var/log/pods/shop_cart_${uid}/app/0.log`, `${at(60)} stdout F one\n`)
  await importPath(join(dir, tenant))
  await appendFile(path, `${at(50)} stdout F two\n${at(49)} stdout F cut by the cr`)
  const { tally } = await importPath(join(dir, tenant))
  expect(tally).toMatchObject({ accepted: 2, fromEarlierRun: 1 })
  expect(spawnSync('gzip', ['-S', '.20261123-101500.gz', path]).status).toBe(0)
  expect((await importPath(join(dir, tenant))).tally).toMatchObject({ accepted: 0, fromEarlierRun: 3 })
  expect((await textOf(uid, 'app')).toString()).toBe('one\ntwo\ncut by the cr\n')
})

test('lines that are refused are in the tally by reason, among the dead letters once, and are sent again when they may be stored', async () => {
  const old = at(3 * 86_400)
  await put(
    `var/log/pods/brief_web_${uid}/app/0.log`,
    `${old} stdout F old\n${at(10)} stdout F new\nnonsense\n${at(9)} stdout F end\n`,
  )
  for (const _ of [1, 2]) {
    const { tally } = await importPath(join(dir, tenant))
    expect(tally).toMatchObject({ accepted: 2, fromEarlierRun: 0 })
    expect([...tally.refused]).toMatchObject([
      ['too-old', { count: 1, example: expect.stringContaining('AFTERLOG_RETENTION') as string }],
      ['bad-cri', { count: 1 }],
    ])
    expect((await json<{ deadLetters: unknown[] }>('/v1/dead-letters')).deadLetters).toHaveLength(2)
  }
  expect((await textOf(uid, 'app')).toString()).toBe('new\nend\n')
})

test('a link under containers is followed, a file there without its pod is imported by its name', async () => {
  await put(`var/log/pods/shop_cart_${uid}/app/0.log`, `${at(60)} stdout F by the pod's path\n`)
  await mkdir(join(dir, tenant, 'var/log/containers'))
  await symlink(`/var/log/pods/shop_cart_${uid}/app/0.log`, join(dir, tenant, `var/log/containers/cart_shop_app-${id}.log`))
  await put(
    `var/log/containers/web_shop_app-${id.replaceAll('a', 'b')}.log`,
    `${JSON.stringify({ log: 'said by docker\n', stream: 'stdout', time: at(50) })}\n`,
  )
  const { tally } = await importPath(join(dir, tenant, 'var/log'))
  expect(tally.accepted).toBe(2)
  const lines = await json<{ lines: Record<string, unknown>[] }>('/v1/logs?order=asc')
  expect(lines.lines).toMatchObject([
    { pod: 'cart', podUid: uid, restart: 0, containerId: id },
    { pod: 'web', restart: null, containerId: id.replaceAll('a', 'b'), message: 'said by docker' },
  ])
})

test("the node's own logs are stored under their unit, with the times that their lines say", async () => {
  const time = at(60)
  await put('etc/hostname', 'node-9\n')
  const klog = `I${time.slice(5, 7)}${time.slice(8, 10)} ${time.slice(11, 19)}.123456    1 kubelet.go:1] started`
  await put('var/log/kubelet.log', `${klog}\n  continued\n`)
  await put('var/log/containerd.log', `time="${time}" level=info msg=ready\n`)
  await put('var/log/journal/0f/system.journal', 'binary')
  const { tally, result } = await importPath(join(dir, tenant))
  expect(tally).toMatchObject({ accepted: 3, undated: 1 })
  expect(result.plan.notRead).toMatchObject([{ count: 1, example: 'var/log/journal/0f/system.journal' }])
  const lines = await linesOf('unit=kubelet.service&order=asc')
  expect(lines.map(({ message, time: stored, node }) => [message, stored, node])).toEqual([
    [klog, `${time.slice(0, 19)}.123456000Z`, 'node-9'],
    ['  continued', `${time.slice(0, 19)}.123456000Z`, 'node-9'],
  ])
  expect(await linesOf('unit=containerd.service')).toMatchObject([{ time }])
  expect((await importPath(join(dir, tenant))).tally).toMatchObject({ accepted: 0, fromEarlierRun: 3 })
})

test('files that break are told of and cost nothing else', async () => {
  const path = await put(`var/log/pods/shop_cart_${uid}/app/1.log`, `${at(60)} stdout F whole\n\0\0\0\0`)
  expect(spawnSync('gzip', ['-k', '-c', path], { encoding: 'buffer' }).status).toBe(0)
  await put(`var/log/pods/shop_cart_${uid}/app/0.log.20261123-101500.gz`, Buffer.from('not gzip at all'))
  const { tally } = await importPath(join(dir, tenant))
  expect(tally.accepted).toBe(1)
  expect(tally.problems.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('breaks off'),
    expect.stringContaining('4 zero bytes'),
  ])
})
