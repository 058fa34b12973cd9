// Who may change the retention rules and close dead letters, through the services as they are put together.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { migratedDataDir } from '#test/support/migrated-data-dir.ts'
import { record } from '#test/support/lines.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'
import { root, spawnService } from '#test/support/service-process.ts'
import { skipOrFail } from '#test/support/skip-or-fail.ts'

const token = 'the-token-of-this-test'
const json = { 'content-type': 'application/json' }
const bearer = (text: string) => ({ authorization: `Bearer ${text}` })
const rules = JSON.stringify({ rules: { default: '15d' } })
const put = (url: string, headers: Record<string, string>, body = rules) =>
  request(`${url}/v1/retention`, { method: 'PUT', headers: { ...json, ...headers }, body })
const remove = (url: string, headers: Record<string, string>) => request(`${url}/v1/retention`, { method: 'DELETE', headers })

describe('with a token', () => {
  let service: TestService
  beforeAll(async () => {
    service = await startTestService({ AFTERLOG_ADMIN_TOKEN: token, AFTERLOG_RETENTION: 'default=1d' })
  })
  afterAll(() => service[Symbol.asyncDispose]())

  test('a change of retention without it is 401, whatever its body, and changes nothing', async () => {
    for (const answer of [
      await put(service.url, {}),
      await put(service.url, bearer('another'), 'no JSON'),
      await remove(service.url, bearer(`${token}x`)),
    ]) {
      expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized', parameter: 'Authorization' } })
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="afterlog"')
      expect(JSON.stringify(answer.body)).not.toMatch(new RegExp(`${token}|another`))
    }
    expect((await request(`${service.url}/v1/retention`)).body).toMatchObject({ source: 'environment' })
  })

  test('with it retention is changed, and returned', async () => {
    expect(await put(service.url, bearer(token))).toMatchObject({ status: 200, body: { source: 'put' } })
    expect(await remove(service.url, bearer(token))).toMatchObject({ status: 200, body: { source: 'environment' } })
  })

  test.each(['/v1/batches', '/v1/lifecycle'])('%s takes lines without it, and replays with it alone', async (path) => {
    const body = JSON.stringify(path === '/v1/batches' ? { records: [] } : { kind: 'List', apiVersion: 'v1', items: [] })
    const post = (headers: Record<string, string>) => request(service.url + path, { method: 'POST', headers, body })
    expect((await post(json)).status).toBe(200)
    expect(await post({ ...json, 'x-afterlog-replay': '7' })).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
    expect((await post({ ...json, ...bearer(token), 'x-afterlog-replay': '7' })).status).toBe(200)
  })

  test('the replay command takes it from its environment, and says what is missing without', async () => {
    const old = record('late', { time: new Date(Date.now() - 3 * 86_400_000).toISOString() })
    const said = await request(`${service.url}/v1/batches`, {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ records: [old] }),
    })
    expect(said.body).toMatchObject({ rejected: 1 })
    await put(service.url, bearer(token))
    const replay = async (env: Record<string, string>): Promise<{ code: number; text: string }> => {
      const argv = ['services/replay/main.ts', '--url', service.url, '--timeout', '5']
      const child = spawn(process.execPath, argv, { cwd: root, env: { PATH: process.env['PATH'], ...env } })
      let text = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
      const [code] = (await once(child, 'close')) as [number]
      return { code, text }
    }
    const refused = await replay({})
    expect(refused).toMatchObject({ code: 2, text: expect.stringContaining('401: this needs a token') })
    expect(refused.text).toContain('AFTERLOG_ADMIN_TOKEN')
    const wrong = await replay({ AFTERLOG_ADMIN_TOKEN: 'wrong-one' })
    expect(wrong).toMatchObject({ code: 2, text: expect.stringContaining('the token is not that of the service') })
    expect(wrong.text).not.toContain('wrong-one')
    await expect
      .poll(() => replay({ AFTERLOG_ADMIN_TOKEN: token }), { timeout: 30_000, interval: 1000 })
      .toMatchObject({ code: 0, text: expect.stringContaining('1  stored now') })
  })
})

const elsewhere = Object.values(networkInterfaces())
  .flat()
  .find((each) => each?.family === 'IPv4' && !each.internal)?.address

describe('without a token, beyond this machine', () => {
  let service: TestService
  beforeAll(async () => {
    service = await startTestService({ AFTERLOG_HTTP_HOST: '0.0.0.0' })
  })
  afterAll(() => service[Symbol.asyncDispose]())

  const title = 'a client that comes from another address is refused, and still reads'
  if (elsewhere === undefined) skipOrFail(title, 'this machine has no address but that of loopback')
  else
    test(title, async () => {
      const url = `http://${elsewhere}:${new URL(service.url).port}`
      const replay = () =>
        request(`${url}/v1/batches`, { method: 'POST', headers: { ...json, 'x-afterlog-replay': '7' }, body: '{}' })
      for (const answer of [await put(url, bearer(token)), await remove(url, {}), await replay()])
        expect(answer).toMatchObject({
          status: 403,
          body: { code: 'forbidden', detail: expect.stringContaining('AFTERLOG_ADMIN_TOKEN') },
        })
      expect((await request(`${url}/v1/retention`)).status).toBe(200)
    })

  test('a client on this machine changes it', async () => {
    const url = `http://127.0.0.1:${new URL(service.url).port}`
    expect((await put(url, {})).status).toBe(200)
    expect((await remove(url, {})).status).toBe(200)
  })
})

test.each([
  [{}, 'Until AFTERLOG_ADMIN_TOKEN is set, only clients on this machine can change how long lines are kept'],
  [{ AFTERLOG_ADMIN_TOKEN: token }, 'there is no authentication'],
])('beyond this machine the start warns once, and no line of the log has the token: %j', async (env, sentence) => {
  const dataDir = migratedDataDir('afterlog-warned-')
  try {
    await using service = spawnService({ dataDir, env: { AFTERLOG_HTTP_HOST: '0.0.0.0', AFTERLOG_LOG_LEVEL: 'trace', ...env } })
    const url = `http://127.0.0.1:${new URL(await service.serving).port}`
    await put(url, bearer(`${token}-and-more`))
    expect((await put(url, bearer(token))).status).toBe(200)
    await service.logged(({ msg, status }) => msg === 'answered' && status === 200)
    const warnings = service.logs.filter(({ level }) => level === 'warn').map(({ msg }) => msg)
    expect(warnings).toEqual([expect.stringContaining(sentence)])
    expect(JSON.stringify(service.logs) + service.stderr()).not.toContain(token)
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})
