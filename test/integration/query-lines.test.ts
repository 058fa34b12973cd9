// /v1/logs on the real engine, with resent rows that are never merged.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scale, seed } from '#test/support/campaign.ts'
import { openQueryFixture, t0, type QueryFixture, type TestLine } from './query-fixture.ts'

let fixture: QueryFixture
beforeAll(async () => {
  fixture = await openQueryFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

interface Page {
  lines: Record<string, unknown>[]
  next: string | null
  stats: Record<string, number>
}
const get = async (url: string, headers: Record<string, string> = {}) => fixture.app.inject({ url, headers })
const page = async (url: string, tenant = 'default'): Promise<Page> => {
  const answer = await get(url, { 'x-scope-orgid': tenant })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<Page>()
}

/** Follows `next` to the end. */
async function walk(url: string, tenant = 'default'): Promise<string[]> {
  const seen: string[] = []
  for (let next: string | null = ''; next !== null;) {
    const answer: Page = await page(`${url}${next === '' ? '' : `&cursor=${next}`}`, tenant)
    seen.push(...answer.lines.map(({ message }) => String(message)))
    if (answer.next !== null) expect(answer.lines.length).toBeGreaterThan(0)
    next = answer.next
  }
  return seen
}

describe('a line in JSON', () => {
  test('has every field, with null for unknown numbers and empty strings and maps for what is missing', async () => {
    await fixture.insert([{ tenant: 'shape', ts: t0 + 123_456_789n, pod_uid: '', restart: -1, offset: -1, message: 'a' }])
    await fixture.insert([
      {
        tenant: 'shape',
        ts: t0 + 1n,
        labels: { app: 'cart' },
        attributes: { a: 'b' },
        offset: 18_231,
        restart: 2,
        container_id: 'containerd://x',
      },
    ])
    const { lines, next, stats } = await page('/v1/logs', 'shape')
    expect(next).toBeNull()
    expect(lines[0]).toEqual({
      time: '2026-11-23T10:00:00.123456789Z',
      cluster: 'c',
      namespace: 'shop',
      pod: 'cart',
      podUid: null,
      container: 'app',
      restart: null,
      node: 'n1',
      stream: 'stdout',
      severity: 'info',
      message: 'a',
      offset: null,
      containerId: '',
      unit: '',
      partial: false,
      traceId: '',
      spanId: '',
      labels: {},
      attributes: {},
    })
    expect(lines[1]).toMatchObject({
      time: '2026-11-23T10:00:00.000000001Z',
      offset: 18_231,
      restart: 2,
      labels: { app: 'cart' },
      attributes: { a: 'b' },
    })
    expect(Object.keys(stats)).toEqual(['rowsRead', 'bytesRead', 'elapsedMs'])
    for (const figure of Object.values(stats)) expect(figure).toBeGreaterThan(0)
  })

  test('shows U+FFFD where bytes are not UTF-8, and text/plain returns the bytes', async () => {
    const bytes = Buffer.from([0x61, 0xff, 0xfe, 0x00, 0x62])
    const columns = ['tenant', 'ts', 'message', 'received', 'class']
    const row = Buffer.concat([
      Buffer.from('["bytes","2026-11-23 10:00:00.000000000","a'),
      bytes.subarray(1, 3),
      Buffer.from('\\u0000b",0,"default"]\n'),
    ])
    await fixture.test.store.insert({ table: 'logs', columns, rows: row, format: 'JSONCompactEachRow' })
    expect((await page('/v1/logs', 'bytes')).lines[0]!.message).toBe('a\uFFFD\uFFFD\u0000b')
    const text = await get('/v1/logs?prefix=false', { accept: 'text/plain', 'x-scope-orgid': 'bytes' })
    expect(text.headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(text.rawPayload).toEqual(Buffer.concat([bytes, Buffer.from('\n')]))
  })
})

describe('paging', () => {
  test('visits every line once in order, whatever was resent, among equal times, in both directions', async () => {
    let run = 0
    const line = fc.record({
      dt: fc.constantFrom(0n, 0n, 0n, 1n, 5n, 3_600_000_000_000n, 7_200_000_000_001n, 400_000_000_000_000n),
      restart: fc.integer({ min: -1, max: 2 }),
      file: fc.constantFrom('', '9', '10'),
      offset: fc.integer({ min: -1, max: 3 }),
      ordinal: fc.integer({ min: 0, max: 2 }),
      text: fc.constantFrom('a', 'b'),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 25 }),
        fc.array(fc.nat(), { maxLength: 3 }),
        fc.integer({ min: 2, max: 12 }),
        async (shapes, resends, limit) => {
          const tenant = `walk-${run++}`
          await fixture.clear()
          const lines = shapes.map((shape, i): TestLine => ({
            tenant,
            ts: t0 + shape.dt,
            restart: shape.restart,
            file: shape.file,
            offset: shape.offset,
            ordinal: shape.ordinal,
            message: `${shape.text}${i}`,
          }))
          await fixture.insert(lines)
          // Sent again in part: another retention class, hence another partition, and another file name, which makes
          // a line without offset another one.
          for (const resend of resends) {
            const again = lines.filter((_, i) => (i * 7 + resend) % 3 === 0)
            if (again.length > 0)
              await fixture.insert(
                again.map((one) => ({
                  ...one,
                  file: Number(one.offset) < 0 ? one.file : 'again',
                  class: resend % 2 === 0 ? 'default' : 'other',
                })),
              )
          }
          const whole = (await page('/v1/logs?order=asc&limit=10000', tenant)).lines.map(({ message }) => message)
          expect(new Set(whole)).toEqual(new Set(lines.map(({ message }) => message)))
          expect(whole).toHaveLength(lines.length)
          expect(await walk(`/v1/logs?order=asc&limit=${limit}`, tenant)).toEqual(whole)
          expect(await walk(`/v1/logs?limit=${limit}`, tenant)).toEqual(whole.toReversed())
          const streamed = await get('/v1/logs?order=asc&prefix=false', { accept: 'text/plain', 'x-scope-orgid': tenant })
          expect(streamed.body.trimEnd().split('\n')).toEqual(whole)
        },
      ),
      { seed, numRuns: scale === 1 ? 4 : 80 },
    )
  })

  test('keeps lines of one nanosecond in the order of restart, file, offset or ordinal', async () => {
    const keys = [
      [0, '1', 5],
      [0, '1', 40],
      [0, '2', 3],
      [1, '0', 1],
    ] as const
    await fixture.insert(
      keys.toReversed().map(([restart, file, offset]) => ({
        tenant: 'ties',
        ts: t0,
        restart,
        file,
        offset,
        message: `${restart}/${file}/${offset}`,
      })),
    )
    expect(await walk('/v1/logs?order=asc&limit=1', 'ties')).toEqual(['0/1/5', '0/1/40', '0/2/3', '1/0/1'])
  })

  test('pages through thousands of lines of one nanosecond, of which some were sent again', async () => {
    const lines = Array.from({ length: 12_000 }, (_, i) => ({ tenant: 'burst', ts: t0, offset: i * 10, message: String(i) }))
    await fixture.insert(lines)
    await fixture.insert(lines.slice(100, 300))
    const messages = lines.map(({ message }) => message)
    expect(await walk('/v1/logs?order=asc&limit=2999', 'burst')).toEqual(messages)
    expect(await walk('/v1/logs?limit=2999', 'burst')).toEqual(messages.toReversed())
  })

  test('does not meet lines that arrive behind it, and its relative bounds stand still', async () => {
    await fixture.insert([1n, 2n, 3n, 4n].map((dt) => ({ tenant: 'live', ts: t0 + dt, message: String(dt) })))
    const first = await page('/v1/logs?limit=2&from=-1h&to=now', 'live')
    expect(first.lines.map(({ message }) => message)).toEqual(['4', '3'])
    await fixture.insert([{ tenant: 'live', ts: t0 + 5n, message: '5' }])
    fixture.clock.now += 1_800_000
    const second = await page(`/v1/logs?limit=2&from=-1h&to=now&cursor=${first.next}`, 'live')
    fixture.clock.now -= 1_800_000
    expect(second.lines.map(({ message }) => message)).toEqual(['2', '1'])
    expect(second.next).toBeNull()
  })

  test('refuses garbage, and cursors of other filters, another order or another tenant', async () => {
    await fixture.insert([1n, 2n].map((dt) => ({ tenant: 'cursor', ts: t0 + dt })))
    const { next } = await page('/v1/logs?limit=1', 'cursor')
    const refused = [
      await get('/v1/logs?cursor=garbage'),
      await get('/v1/logs?cursor='),
      await get(`/v1/logs?cursor=${next}`),
      await get(`/v1/logs?order=asc&cursor=${next}`, { 'x-scope-orgid': 'cursor' }),
      await get(`/v1/logs?pod=x&cursor=${next}`, { 'x-scope-orgid': 'cursor' }),
    ]
    for (const answer of refused) expect([answer.statusCode, answer.json().parameter]).toEqual([400, 'cursor'])
  })
})

describe('filters', () => {
  test('are ORed within one parameter and ANDed between them; from is inclusive, to exclusive; search text narrows further', async () => {
    await fixture.insert([
      { tenant: 'f', ts: t0, pod: 'a', message: 'one' },
      { tenant: 'f', ts: t0 + 10n, pod: 'b', message: 'two', severity: 'warn' },
      { tenant: 'f', ts: t0 + 20n, pod: 'c', message: 'three', stream: 'stderr', restart: 3 },
      { tenant: 'f', ts: t0 + 30n, pod: '', pod_uid: '', container: '', restart: -1, unit: 'kubelet.service', message: 'four' },
    ])
    const messages = async (query: string) => walk(`/v1/logs?order=asc&${query}`, 'f')
    expect(await messages('pod=a&pod=b')).toEqual(['one', 'two'])
    expect(await messages('pod=a&pod=b&severity=WARNING')).toEqual(['two'])
    expect(await messages('restart=3')).toEqual(['three'])
    expect(await messages('restart=')).toEqual(['four'])
    expect(await messages('pod=')).toEqual(['four'])
    expect(await messages('stream=stderr')).toEqual(['three'])
    expect(await messages('unit=kubelet.service')).toEqual(['four'])
    expect(await messages('from=1795428000000000010&to=1795428000000000030')).toEqual(['two', 'three'])
    expect(await messages('q=three')).toEqual(['three'])
    expect(await messages('q=nowhere')).toEqual([])
  })

  test('never show one tenant the lines of another', async () => {
    await fixture.insert([{ tenant: 'red', ts: t0, message: 'secret' }])
    expect((await page('/v1/logs?limit=10000', 'blue')).lines).toEqual([])
  })
})

describe('bad requests are 400 and name the parameter', () => {
  test.each([
    ['/v1/logs?nonsense=1', 'nonsense'],
    ['/v1/logs?limit=0', 'limit'],
    ['/v1/logs?limit=10001', 'limit'],
    ['/v1/logs?limit=-1', 'limit'],
    ['/v1/logs?limit=1e3', 'limit'],
    ['/v1/logs?limit=abc', 'limit'],
    ['/v1/logs?limit=', 'limit'],
    ['/v1/logs?limit=1&limit=2', 'limit'],
    ['/v1/logs?order=up', 'order'],
    ['/v1/logs?from=yesterday', 'from'],
    ['/v1/logs?to=', 'to'],
    ['/v1/logs?from=2000&to=1000', 'to'],
    ['/v1/logs?from=now&to=now', 'to'],
    ['/v1/logs?restart=x', 'restart'],
    ['/v1/logs?severity=loud', 'severity'],
    ['/v1/logs?stream=tty', 'stream'],
    ['/v1/logs?q=a&q=b', 'q'],
    ['/v1/logs/histogram?step=5', 'step'],
    ['/v1/logs/histogram?step=0s', 'step'],
    ['/v1/logs/histogram?step=1ms&from=-1h&to=now', 'step'],
    ['/v1/logs/context?podUid=x&container=app', 'time'],
    ['/v1/fields/no%20field/values', 'field'],
    ['/v1/pods/uid-cart/logs?gaps=maybe', 'gaps'],
    ['/v1/pods/uid-cart/logs?life=x', 'life'],
    ['/v1/pods/uid-cart/logs?tail=-1', 'tail'],
    ['/v1/pods/uid-cart/logs?pod=x', 'pod'],
    ['/v1/dead-letters?pod=x', 'pod'],
    ['/v1/dead-letters?replayed=maybe', 'replayed'],
  ])('%s', async (url, parameter) => {
    const answer = await get(url)
    expect([answer.statusCode, answer.json().parameter]).toEqual([400, parameter])
    expect(answer.headers['content-type']).toContain('application/problem+json')
  })

  test('a type that is not offered is 406', async () => {
    expect((await get('/v1/logs', { accept: 'image/png' })).statusCode).toBe(406)
    expect((await get('/v1/logs', { accept: '*/*' })).headers['content-type']).toContain('application/json')
    expect((await get('/v1/logs', { accept: 'application/x-ndjson' })).headers['content-type']).toContain('application/x-ndjson')
  })
})
