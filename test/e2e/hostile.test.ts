// A hostile set against a service in a process of its own: every bad request is refused with 4xx and told which field
// was wrong, none is 5xx, none leaves the service worse: it still serves, keeps its memory, logs no error, and holds
// the rows it held.
import { readFile, rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migratedDataDir } from '#test/support/migrated-data-dir.ts'
import { listsHave, request } from '#test/support/service.ts'
import { spawnService, type ServiceProcess } from '#test/support/service-process.ts'
import { badPosts } from './hostile/posts.ts'
import { oddPosts } from './hostile/odd-posts.ts'
import { goodRecord, tenant } from './hostile/records.ts'
import { rejectedRecords } from './hostile/rejected.ts'
import { oddQueries } from './hostile/odd-queries.ts'
import { badQueries, routes } from './hostile/queries.ts'
import { send, sendBytes, type Answer, type Cursors, type HostileRequest } from './hostile/request.ts'
import { strangers } from './hostile/strangers.ts'
import { wireRequests } from './hostile/wire.ts'

let dataDir: string
let service: ServiceProcess
let url: string
let cursors: Cursors
let before: { rows: unknown; residentMB: number }

beforeAll(async () => {
  dataDir = migratedDataDir('afterlog-hostile-')
  service = spawnService({ dataDir, env: { AFTERLOG_FLUSH_INTERVAL_MS: '5' } })
  url = await service.serving
  const time = new Date(Date.now() - 60_000).toISOString()
  const good = ['good', 'other'].map((name) => ({
    time,
    namespace: 'shop',
    pod: name,
    podUid: `uid-${name}`,
    node: `node-${name}`,
    container: 'app',
    message: 'a good line',
  }))
  await postRecords([...good, 1, 2])
  await listsHave(url)
  const next = async (path: string) => String((await request(`${url}${path}`)).body['next'])
  cursors = {
    lines: await next('/v1/logs?order=asc&limit=1'),
    pods: await next('/v1/pods?limit=1'),
    letters: await next('/v1/dead-letters?limit=1'),
  }
  before = { rows: await rows(), residentMB: await resident() }
})
afterAll(async () => {
  await service?.[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

const postRecords = (records: readonly unknown[]) =>
  request(`${url}/v1/batches`, {
    method: 'POST',
    body: JSON.stringify({ records }),
    headers: { 'content-type': 'application/json' },
  })

/** What the tenant that nothing is stored for can see. */
async function rows(): Promise<unknown> {
  const get = async (path: string) => (await request(`${url}${path}`)).body
  const { lines } = (await get('/v1/logs?limit=10000')) as { lines: unknown[] }
  return { lines, pods: (await get('/v1/pods'))['pods'], letters: await get('/v1/dead-letters?limit=10000') }
}

async function resident(): Promise<number> {
  const status = await readFile(`/proc/${service.pid}/status`, 'utf8')
  return Math.round(Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) / 1024)
}

const ask = (row: HostileRequest): Promise<Answer> =>
  send(url, { ...row, path: typeof row.path === 'string' ? row.path : row.path(cursors) })

function expectProblem({ status, headers, text }: Answer, expected: number, names: string): void {
  expect([status, text.slice(0, 500)]).toEqual([expected, expect.any(String)])
  expect(headers['content-type']).toContain('application/problem+json')
  const problem = JSON.parse(text) as Record<string, string>
  expect(problem).toMatchObject({ status: expected, detail: expect.stringMatching(/./), title: expect.stringMatching(/./) })
  expect(`${problem['parameter']} ${problem['detail']}`).toContain(names)
  expect(text.length).toBeLessThan(20_000)
}

describe('a bad request is refused, and told which field was wrong', () => {
  test.each([...badQueries, ...strangers, ...badPosts])('$name', async ({ status = 400, names, ...row }) => {
    expectProblem(await ask(row), status, names)
  })

  test('the set covers every route of /openapi.json', async () => {
    const { paths } = (await request(`${url}/openapi.json`)).body as { paths: Record<string, unknown> }
    const tried = [...badQueries, ...strangers, ...badPosts].map(({ path }) =>
      typeof path === 'string' ? path.split('?')[0]! : '',
    )
    // Bodies of agents' protocols are tried in test/integration/agent-protocols.test.ts, for each of them.
    const ofAgents = ['/v1/fluent', '/v1/syslog']
    for (const path of Object.keys(paths).filter((one) => one.startsWith('/v1/') && !ofAgents.includes(one))) {
      const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
      expect(tried.filter((one) => pattern.test(one)).length, path).toBeGreaterThan(5)
    }
  })
})

const allPaths = [
  ...routes.map(({ path }) => path),
  '/v1/batches',
  '/v1/lifecycle',
  '/healthz',
  '/readyz',
  '/metrics',
  '/openapi.json',
]

describe('methods and paths', () => {
  const takesPost = (path: string): boolean => ['/v1/batches', '/v1/lifecycle'].includes(path)
  const takesChanges = (path: string): boolean => path === '/v1/retention'
  const wrong = allPaths.flatMap((path) =>
    [...(takesChanges(path) ? [] : ['PUT', 'DELETE']), 'PATCH', 'OPTIONS', takesPost(path) ? 'GET' : 'POST']
      // OTLP is posted to the path of the lines.
      .filter((method) => !(method === 'POST' && path === '/v1/logs'))
      .map((method) => ({ method, path })),
  )
  test.each(wrong)('$method $path is 405 and told what it takes', async ({ method, path }) => {
    const answer = await ask({
      name: '',
      method,
      path,
      ...(method === 'POST' ? { headers: { 'content-type': 'application/json' }, body: '{}' } : {}),
    })
    expectProblem(answer, 405, takesPost(path) ? 'POST' : 'GET')
    expect(answer.headers.allow).toContain(takesPost(path) ? 'POST' : 'GET')
  })

  const nowhere = [
    '/v1',
    '/v1/',
    '/v1/nope',
    '/v2/logs',
    '/V1/logs',
    '//v1/logs',
    '/v1//logs',
    '/v1/logs//',
    '/v1/../etc/passwd',
    '/v1/logs/..',
    '/docs/../package.json',
    '/docs/static/..%2f..%2f..%2fpackage.json',
    '/.env',
    '/v1/logs;x=1',
    '/v1/logs%00',
    '/v1/logs%2Ftail',
  ]
  test.each(nowhere)('%s is 404', async (path) => expectProblem(await ask({ name: '', path }), 404, 'path'))

  test('a trailing slash is the same path', async () => {
    expect((await ask({ name: '', path: '/v1/logs/?limit=1' })).status).toBe(200)
  })

  test.each(allPaths.filter((path) => !takesPost(path) && !path.includes('context')))(
    'HEAD %s is answered without a body and leaves nothing open',
    async (path) => {
      expect(await ask({ name: '', method: 'HEAD', path })).toMatchObject({ status: 200, text: '' })
      expect(await open()).toBe(1)
    },
  )

  test.each(['/v1/logs', '/v1/pods', '/v1/dead-letters'])('%s takes no Range and ignores a body', async (path) => {
    const headers = { range: 'bytes=0-5,3-9999999999', 'if-none-match': '*', 'if-modified-since': 'never', cookie: '__proto__=1' }
    expect((await ask({ name: '', path, headers })).status).toBe(200)
    expect(
      (await ask({ name: '', path, headers: { 'content-type': 'application/json', 'content-length': 5 }, body: '{"a":' })).status,
    ).toBeLessThan(500)
  })
})

/** Requests being answered, the asking one among them. */
async function open(): Promise<number> {
  return Number(/^afterlog_http_requests_open (\d+)/m.exec((await ask({ name: '', path: '/metrics' })).text)![1])
}

describe('strange requests find nothing or are refused', () => {
  test.each(oddQueries)('$name', async (row) => {
    const { status, text } = await ask(row)
    expect([200, 400], text.slice(0, 300)).toContain(status)
    const body = JSON.parse(text) as Record<string, unknown>
    if (status === 400) expect(body['detail']).toMatch(/./)
    else if (!row.name.startsWith('before') && !row.name.startsWith('the last'))
      expect([body['lines'] ?? body['pods'] ?? body['values'] ?? body['deadLetters']]).toEqual([[]])
  })

  test.each(oddPosts)('$name', async (row) => {
    const { status, text } = await ask(row)
    expect([200, 400, 413], text.slice(0, 300)).toContain(status)
  })

  test.each(['/v1/logs', '/v1/pods'])('what was stored of them can be read in %s', async (path) => {
    await listsHave(url)
    expect((await ask({ name: '', path: `${path}?limit=1000`, headers: { ...tenant } })).status).toBe(200)
  })
})

describe('a bad record is rejected alone, with a sentence that names the field', () => {
  test.each(rejectedRecords)('$name', async ({ path, body, names }) => {
    const { status, text } = await ask({
      name: '',
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', ...tenant },
      body,
    })
    expect([status, JSON.parse(text)], text.slice(0, 300)).toMatchObject([
      200,
      { accepted: 0, rejected: 1, rejects: [{ index: 0, reason: expect.stringMatching(names) }] },
    ])
    expect(text.length).toBeLessThan(2000)
  })

  test('100,000 of them in one batch are counted, some of them shown, and all of them kept', async () => {
    const answer = await ask({
      name: '',
      method: 'POST',
      path: '/v1/batches',
      headers: { 'content-type': 'application/json', 'x-scope-orgid': 'many' },
      body: `{"records":[${'1,'.repeat(99_999)}1]}`,
    })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.text)).toMatchObject({ accepted: 0, rejected: 100_000 })
    expect(answer.text.length).toBeLessThan(2_000_000)
  })
})

describe('broken HTTP', () => {
  test.each(wireRequests)('$name', async ({ bytes, status }) => {
    const text = await sendBytes(url, bytes, /^HTTP\/1\.1 100/)
    const [, told] = /^HTTP\/1\.1 (\d{3})/.exec(text) ?? [undefined, '0']
    expect(status, text.slice(0, 500)).toContain(Number(told))
    if (Number(told) >= 400 && Number(told) !== 417) {
      expect(text.toLowerCase()).toContain('content-type: application/problem+json')
      expect(text).toMatch(/"detail":"[^"]+"/)
    }
  })

  test('bodies that never come take no connection from others', async () => {
    const slow = Array.from({ length: 50 }, () =>
      sendBytes(
        url,
        'POST /v1/batches HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{',
        /never/,
      ),
    )
    const fine = await postRecords([{ ...goodRecord, stream: 'stdin' }].slice(1))
    expect(fine.status).toBe(200)
    expect((await request(`${url}/readyz`)).status).toBe(200)
    void slow
  })
})

describe('after all of it', () => {
  test('the service serves, holds the rows that it held, keeps its memory, and has logged no error', async () => {
    expect((await request(`${url}/readyz`)).body).toEqual({ status: 'ready', reasons: [] })
    expect(await rows()).toEqual(before.rows)
    expect((await postRecords([{ ...goodRecord, pod: 'last', podUid: 'uid-last', message: 'still here' }])).body).toMatchObject({
      accepted: 1,
      rejected: 0,
    })
    expect((await request(`${url}/v1/logs?pod=last&q=still`)).body['lines']).toMatchObject([{ message: 'still here' }])
    const residentMB = await resident()
    process.stdout.write(`resident memory: ${before.residentMB} MB before, ${residentMB} MB after\n`)
    expect(residentMB).toBeLessThan(before.residentMB + 600)
    const failed = new Set(
      service.logs.filter(({ level }) => level === 'error' || level === 'fatal').map(({ requestId }) => requestId),
    )
    const told = service.logs
      .filter(({ requestId }) => failed.has(requestId))
      .map(({ msg, method, route }) => [msg, method, route].join(' '))
    expect(told, told.join('\n')).toEqual([])
    expect(service.stderr()).toBe('')
  })
})
