// What makes two lines one, and the order of lines of one time, over HTTP and on the real engine (decision 0019).
import { randomBytes } from 'node:crypto'
import { PassThrough, Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { escapeJson } from '#ingest/formats/json-escape.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import { collisionOf } from '#test/support/city-collision.ts'
import { answersOf, messagesOf, once, post, record, type Poster, type TestRecord } from '#test/support/lines.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'
import { createReturningReader, openEvents, type SseMessage } from '#test/support/sse.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(async () => service[Symbol.asyncDispose]())

let tenants = 0
/** A tenant of its own for each test. */
const poster = (): Poster => ({ url: service.url, tenant: `t${tenants++}` })
const merge = () => service.store.command({ sql: raw('OPTIMIZE TABLE logs FINAL') })
const texts = (messages: string): string[] => messages.split('')
const records = (messages: string): TestRecord[] => texts(messages).map((message) => record(message))

describe('lines of one time without offset keep the order in which they arrived', () => {
  const trace = [
    'java.lang.IllegalStateException: pool exhausted',
    'at com.example.Pool.get(Pool.java:41)',
    'at com.example.Orders.commit(Orders.java:88)',
    'at com.example.Main.main(Main.java:7)',
    'Caused by: java.net.SocketTimeoutException',
    '... 3 more',
  ]

  test('over posts, in lists, pages, streams and the log of the pod, before and after merges', async () => {
    const at = poster()
    const podUid = `uid-${at.tenant}`
    for (const message of trace) await post(at, [record(message, { podUid })])
    for (const merged of [false, true]) {
      if (merged) await merge()
      expect(await answersOf(at)).toEqual(once(trace))
      const { body } = await request(`${service.url}/v1/pods/${podUid}/logs`, { headers: { 'x-scope-orgid': at.tenant } })
      expect((body['lines'] as { message: string }[]).map(({ message }) => message)).toEqual(trace)
    }
  })

  test('in one post as in several', async () => {
    const at = poster()
    for (const messages of ['ca', 'b', 'edfg']) await post(at, records(messages))
    expect(await messagesOf(at)).toEqual(texts('cabedfg'))
  })

  test('whatever their pods, restarts and files, with lines that have an offset behind them', async () => {
    const at = poster()
    await post(at, [record('with offset', { offset: 0, restart: 0, file: '0' })])
    for (const [message, restart, file] of [
      ['a', 3, 'z'],
      ['b', 1, 'y'],
      ['c', 2, ''],
      ['d', 1, 'x'],
    ] as const)
      await post(at, [record(message, { podUid: `uid-${message}-${at.tenant}`, restart, file })])
    const ordered = [...texts('abcd'), 'with offset']
    for (const merged of [false, true]) {
      if (merged) await merge()
      expect(await answersOf(at)).toEqual(once(ordered))
    }
  })

  test.each(['asc', 'desc'])('a page in order %s visits each once while lines come again', async (order) => {
    const at = poster()
    await post(at, records('ABCDEF'))
    const pages: string[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const url: string = `${service.url}/v1/logs?order=${order}&limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`
      const { body } = await request(url, { headers: { 'x-scope-orgid': at.tenant } })
      pages.push(...(body['lines'] as { message: string }[]).map(({ message }) => message))
      cursor = body['next'] as string | null
      // Those behind and those in front, alone and in another order, and by another agent.
      await post(at, [record('E')])
      await post(at, records('FA'))
      await post(at, [record('B', { agent: 'of another version' })])
      if (pages.length === 3) await merge()
    }
    expect(pages).toEqual(order === 'asc' ? texts('ABCDEF') : texts('FEDCBA'))
    await merge()
    expect(await messagesOf(at)).toEqual(texts('ABCDEF'))
  })
})

describe('a tail', () => {
  const lineOf = ({ event, data, id }: SseMessage) =>
    event === 'line' ? [{ message: (JSON.parse(data!) as { message: string }).message, id: id! }] : []

  test('says each line once and in order, also after it came back and lines that came again were merged', async () => {
    const at = poster()
    await post(at, records('xy'))
    let id: string | undefined
    const said: string[] = []
    const read = async (count: number): Promise<void> => {
      const headers = { 'x-scope-orgid': at.tenant, ...(id === undefined ? {} : { 'last-event-id': id }) }
      const { messages, leave } = await openEvents(`${service.url}/v1/logs/tail`, headers)
      await messages.next()
      if (id === undefined) await post(at, records('dcb'))
      for (const stop = said.length + count; said.length < stop;) {
        const { value } = await messages.next()
        for (const line of lineOf(value as SseMessage)) {
          said.push(line.message)
          id = line.id
        }
      }
      leave()
    }
    await read(3)
    for (let round = 0; round < 3; round++) {
      await post(at, records('cxb'))
      await post(at, [record('d', { offset: 7 })])
      await post(at, [record('d', { offset: 7 })])
      await merge()
      await post(at, [record('y'), record(`new ${round}`), record('b')])
      if (round === 1) await merge()
      await read(round === 0 ? 2 : 1)
    }
    expect(said).toEqual(['d', 'c', 'b', 'd', 'new 0', 'new 1', 'new 2'])
  })

  test('says the lines of bodies that take seconds and overlap, each once, also where it began meanwhile', async () => {
    const at = poster()
    const slow = ['first', 'second'].map(() => slowPost(at))
    slow[0]!.write('a1')
    await sleep(300)
    const reader = createReturningReader({
      open: (id) =>
        openEvents(`${service.url}/v1/logs/tail`, {
          'x-scope-orgid': at.tenant,
          ...(id === undefined ? {} : { 'last-event-id': id }),
        }),
      textOf: (message) => lineOf(message)[0]?.message,
      each: 2,
    })
    await reader.start()
    slow[1]!.write('b1')
    await post(at, records('xyz'))
    const said = await reader.texts(3)
    slow[0]!.write('a2')
    await sleep(1000)
    slow[1]!.write('b2')
    await Promise.all(slow.map(({ end }) => end()))
    await post(at, [record('w')])
    said.push(...(await reader.texts(5)))
    await reader.start()
    await post(at, [record('last')])
    said.push(...(await reader.texts(1)))
    reader.leave()
    expect(said.toSorted()).toEqual(['a1', 'a2', 'b1', 'b2', 'last', 'w', 'x', 'y', 'z'])
  })
})

/** A post whose body comes record by record. */
function slowPost({ url, tenant }: Poster) {
  const body = new PassThrough()
  const answer = fetch(`${url}/v1/batches`, {
    method: 'POST',
    body: Readable.toWeb(body) as ReadableStream,
    duplex: 'half',
    headers: { 'content-type': 'application/x-ndjson', 'x-scope-orgid': tenant },
  })
  return {
    write: (message: string) => void body.write(`${JSON.stringify(record(message))}\n`),
    async end(): Promise<void> {
      body.end()
      expect((await answer).status).toBe(200)
    },
  }
}

describe('two lines that differ in anything that was sent are two', () => {
  test.each<[string, Partial<TestRecord>]>([
    ['labels', { labels: { app: 'other' } }],
    ['no labels', { labels: {} }],
    ['the key of a label', { labels: { 'app-': 'cart' } }],
    ['attributes', { attributes: { code: 500 } }],
    ['an attribute in place of a label', { labels: {}, attributes: { app: 'cart' } }],
    ['trace id', { traceId: '4bf92f3577b34da6' }],
    ['span id', { spanId: '4bf92f3577b34da6' }],
    ['severity', { severity: 'error' }],
    ['namespace', { namespace: 'other' }],
    ['pod', { pod: 'other' }],
    ['container id, of one restart', { containerId: 'containerd://other' }],
    ['no container id', { containerId: null }],
    ['node', { node: 'other' }],
    ['no node', { node: null }],
    ['file', { file: '131907' }],
    ['no file', { file: null }],
    ['a container id in place of a file', { file: null, containerId: '131906' }],
  ])('%s', async (_, more) => {
    const at = poster()
    const place = { containerId: 'containerd://id', node: 'node-7', file: '131906' }
    const line = record('the same', { labels: { app: 'cart' }, ...place })
    for (let round = 0; round < 2; round++) for (const one of [line, { ...line, ...more }]) await post(at, [one])
    expect(await messagesOf(at)).toEqual(['the same', 'the same'])
    await merge()
    expect(await messagesOf(at)).toEqual(['the same', 'the same'])
  })

  test('who sent them is no difference', async () => {
    const at = poster()
    for (const agent of ['agent/1.0', 'agent/1.1']) await post(at, [record('the same', { agent })])
    expect(await messagesOf(at)).toEqual(['the same'])
  })

  test('the container id, the node and the file of a line with an offset are learned later', async () => {
    const at = poster()
    const place = { containerId: 'containerd://id', node: 'node-7', file: '131906' }
    for (const more of [{}, place]) await post(at, [record('the same', { offset: 7, ...more })])
    expect(await messagesOf(at)).toEqual(['the same'])
  })

  test('the order of labels is no difference', async () => {
    const at = poster()
    for (const labels of [{ a: '1', b: '2' }, { b: '2', a: '1' }]) await post(at, [record('the same', { labels })]) // prettier-ignore
    expect(await messagesOf(at)).toEqual(['the same'])
  })

  test('10,000 texts that the public hash of before could not tell from another line replace none', async () => {
    const at = poster()
    const originals = Array.from({ length: 10_000 }, (_, i) => `line ${String(i).padStart(11, '0')}`)
    const forged = originals.map((text) => collisionOf(Buffer.from(text), randomBytes(8)))
    const pairs = originals
      .map((text, i) => `('${Buffer.from(text).toString('hex')}', '${forged[i]!.toString('hex')}')`)
      .slice(0, 500)
    const equal = await service.store.rows<{ n: string }>({
      sql: raw(
        `SELECT toString(countIf(cityHash64(unhex(pair.1)) = cityHash64(unhex(pair.2)))) AS n
          FROM (SELECT arrayJoin([${pairs.join(', ')}]) AS pair)`,
      ),
    })
    expect(equal).toEqual([{ n: '500' }])
    await post(at, originals.map((message) => record(message))) // prettier-ignore
    const base = JSON.stringify(record('@'))
    const [before, after] = base.split('@').map((part) => Buffer.from(part))
    const lines = forged.map((text) => Buffer.concat([before!, escapeJson(text), after!, Buffer.from('\n')]))
    const answer = await request(`${service.url}/v1/batches`, {
      method: 'POST',
      body: Buffer.concat(lines),
      headers: { 'content-type': 'application/x-ndjson', 'x-scope-orgid': at.tenant },
    })
    expect(answer.body).toMatchObject({ accepted: 10_000 })
    for (const merged of [false, true]) {
      if (merged) await merge()
      const text = await fetch(`${service.url}/v1/logs?order=asc`, {
        headers: { accept: 'application/x-ndjson', 'x-scope-orgid': at.tenant },
      })
      const messages = (await text.text()).trimEnd().split('\n')
      expect(messages).toHaveLength(20_000)
      const first = messages.slice(0, 10_000).map((line) => (JSON.parse(line) as { message: string }).message)
      expect(first).toEqual(originals)
    }
  })
})

describe('the id of a batch', () => {
  const postAs = (at: Poster, key: string, lines: readonly TestRecord[]) => post(at, lines, { 'idempotency-key': key })

  test('tells a retry from an honest repetition', async () => {
    const at = poster()
    for (const key of ['1', '1', '"2"', '1', '"2"']) await postAs(at, key, records('tt'))
    await post(at, records('tt'))
    await post(at, records('tt'))
    expect(await messagesOf(at)).toEqual(texts('tttttt'))
    await merge()
    expect(await messagesOf(at)).toEqual(texts('tttttt'))
  })

  test('is nothing to a line with an offset, which is named by its place', async () => {
    const at = poster()
    for (const key of ['1', '2']) await postAs(at, key, [record('the same', { offset: 5 })])
    expect(await messagesOf(at)).toEqual(['the same'])
  })

  test('keeps the dead letters of equal posts apart', async () => {
    const at = poster()
    for (const key of ['1', '2', '1']) await postAs(at, key, [record('late', { time: '1999-01-01T00:00:00Z' })])
    const { body } = await request(`${at.url}/v1/dead-letters`, { headers: { 'x-scope-orgid': at.tenant } })
    expect(body['deadLetters']).toHaveLength(2)
  })

  test.each(['é', 'x'.repeat(254)])('that is no header text, as %s, is a 400 that says what is right', async (key) => {
    const answer = await postAs(poster(), key, records('a'))
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ parameter: 'idempotency-key' })
    expect(String(answer.body['detail'])).toContain('1 to 253 printable ASCII characters')
  })
})
