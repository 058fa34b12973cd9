// Loki's tail over a real websocket: what was there, then what arrives, through the pipeline of the query.
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { searchText, type Parameters, type StreamJson } from '#test/support/loki-client.ts'
import { openQueryFixture, t0, type QueryFixture, type TestLine } from './query-fixture.ts'

let fixture: QueryFixture
let base: string
beforeAll(async () => {
  fixture = await openQueryFixture()
  base = await fixture.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => fixture[Symbol.asyncDispose]())

const second = 1_000_000_000n
const at = (n: number): bigint => t0 + 3500n * second + BigInt(n) * second
const line = (n: number, message: string, more: Partial<TestLine> = {}): TestLine => ({ ts: at(n), message, ...more })

interface Message {
  streams: StreamJson[]
  encodingFlags?: string[]
}

const addressOf = (parameters: Parameters): string => `${base.replace('http', 'ws')}/loki/api/v1/tail?${searchText(parameters)}`

async function open(parameters: Parameters, headers: Record<string, string> = {}) {
  const socket = new WebSocket(addressOf(parameters), { headers })
  const messages: Message[] = []
  const waiting: (() => void)[] = []
  socket.on('message', (data: Buffer) => {
    messages.push(JSON.parse(data.toString()) as Message)
    for (const look of waiting.splice(0)) look()
  })
  await once(socket, 'open')
  return {
    socket,
    messages,
    /** The texts of the first lines of all streams, in the order in which they came. */
    async texts(count: number): Promise<string[]> {
      for (;;) {
        const lines = messages.flatMap(({ streams }) => streams.flatMap(({ values }) => values.map(([, text]) => text)))
        if (lines.length >= count) return lines
        await new Promise<void>((resolve) => waiting.push(resolve))
      }
    },
    async leave() {
      socket.close()
      await once(socket, 'close')
    },
  }
}

test.each([
  ['tenant', { 'x-scope-orgid': 'a b' }],
  ['query', {}],
])('a handshake that is refused for its %s ends the connection', async (_, headers) => {
  const socket = connect(Number(new URL(base).port), '127.0.0.1')
  const asked = { host: 'x', connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', ...headers }
  const lines = Object.entries({ ...asked, 'sec-websocket-key': Buffer.alloc(16).toString('base64') })
  socket.write(
    `GET /loki/api/v1/tail?query=%7B HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
  )
  // Without this, the test never ends.
  expect(Buffer.concat(await Array.fromAsync(socket as AsyncIterable<Buffer>)).toString()).toMatch(/^HTTP\/1.1 400 /)
})

/** The answer to a request that opens no websocket. */
async function refusal(parameters: Parameters, headers: Record<string, string> = {}) {
  const socket = new WebSocket(addressOf(parameters), { headers })
  socket.on('error', () => undefined)
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, NodeJS.ReadableStream & { statusCode: number }]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode, text }
}

describe('a tail', () => {
  test('has the newest lines of before, oldest first, and then each line that arrives, once', async () => {
    const before = { received: fixture.clock.now - 1000 }
    await fixture.insert([1, 2, 3].map((n) => line(n, `before ${n}`, before)))
    const tail = await open({ query: '{pod="cart"}', limit: '2' })
    expect(await tail.texts(2)).toEqual(['before 2', 'before 3'])
    await fixture.insert([line(4, 'a'), line(5, 'other', { pod: 'else' })])
    await fixture.insert([line(4, 'a'), line(6, 'b')])
    expect(await tail.texts(4)).toEqual(['before 2', 'before 3', 'a', 'b'])
    expect(tail.messages[0]!.streams[0]!.stream).toMatchObject({ namespace: 'shop', pod: 'cart', container: 'app' })
    expect(tail.messages[0]!.streams[0]!.values[0]![0]).toBe(String(at(2)))
    await tail.leave()
  })

  test('has lines of several pods in the order of their times, in what was there and in what arrives', async () => {
    const both = ['x-0', 'x-1', 'x-0', 'x-1', 'x-1']
    const lines = (from: number): TestLine[] => both.map((pod, i) => line(from + i, `${from + i} of ${pod}`, { pod }))
    await fixture.insert(lines(20).map((one) => ({ ...one, received: fixture.clock.now - 1000 })))
    const tail = await open({ query: '{pod=~"x-.*"}' })
    const before = lines(20).map(({ message }) => message)
    expect(await tail.texts(5)).toEqual(before)
    expect(tail.messages[0]!.streams.map(({ values }) => values.length)).toEqual([1, 1, 1, 2])
    await fixture.insert(lines(30))
    expect(await tail.texts(10)).toEqual([...before, ...lines(30).map(({ message }) => message)])
    await tail.leave()
  })

  test('goes through the pipeline of its query, and tells labels of lines apart where it is asked to', async () => {
    const query = '{pod="pipe"} |= "GET" | logfmt | status >= 500 | line_format "{{.path}}"'
    const tail = await open({ query, start: String(at(100)) }, { 'x-loki-response-encoding-flags': 'categorize-labels' })
    const pod = { pod: 'pipe' }
    await fixture.insert([
      line(101, 'method=GET status=200 path=/a', pod),
      line(102, 'method=GET status=503 path=/b', pod),
      line(103, 'method=PUT status=503 path=/c', pod),
    ])
    expect(await tail.texts(1)).toEqual(['/b'])
    expect(tail.messages[0]).toMatchObject({
      encodingFlags: ['categorize-labels'],
      streams: [{ stream: { pod: 'pipe' }, values: [[String(at(102)), '/b', { parsed: { status: '503' } }]] }],
    })
    await tail.leave()
  })

  test('has each line once whose insert was under way when it began', async () => {
    const pod = { pod: 'underway', received: fixture.clock.now - 300 }
    await fixture.insert([line(151, 'cut', pod), line(152, 'before', pod)])
    const tail = await open({ query: '{pod="underway"}', start: String(at(150)), limit: '1' })
    expect(await tail.texts(1)).toEqual(['before'])
    await fixture.insert([line(153, 'under way', pod)])
    await fixture.insert([line(152, 'before', pod), line(154, 'after', { pod: 'underway' })])
    // What becomes visible late is told when it is seen.
    const [past, ...followed] = await tail.texts(3)
    expect(past).toBe('before')
    expect(followed.toSorted()).toEqual(['after', 'under way'])
    await tail.leave()
  })

  test('with a delay has late lines in the order of their times', async () => {
    const tail = await open({ query: '{pod="late"}', start: String(at(200)), delay_for: '1' })
    await fixture.insert([line(202, 'second', { pod: 'late' })])
    await fixture.insert([line(201, 'first', { pod: 'late' })])
    expect(await tail.texts(2)).toEqual(['first', 'second'])
    await tail.leave()
  })

  test('sends many large lines in messages of bounded size, all of them', async () => {
    const tail = await open({ query: '{pod="large"}', start: String(at(250)) })
    const texts = Array.from({ length: 40 }, (_, i) => `${i} ${'x'.repeat(100_000)}`)
    await fixture.insert(texts.map((text, i) => line(251 + i, text, { pod: 'large' })))
    expect((await tail.texts(40)).map((text) => text.split(' ')[0])).toEqual(texts.map((_, i) => String(i)))
    expect(tail.messages.length).toBeGreaterThan(2)
    await tail.leave()
  })

  test('is of one tenant', async () => {
    const tail = await open({ query: '{pod="theirs"}', start: String(at(300)) }, { 'x-scope-orgid': 'other' })
    await fixture.insert([line(301, 'mine', { pod: 'theirs' }), line(302, 'theirs', { pod: 'theirs', tenant: 'other' })])
    expect(await tail.texts(1)).toEqual(['theirs'])
    await tail.leave()
  })

  test('takes no message of its client for more than it is', async () => {
    const tail = await open({ query: '{pod="talk"}', start: String(at(400)) })
    tail.socket.send('{"query": "{}"}')
    await fixture.insert([line(401, 'on', { pod: 'talk' })])
    expect(await tail.texts(1)).toEqual(['on'])
    tail.socket.send('x'.repeat(10_000))
    const [code] = (await once(tail.socket, 'close')) as [number]
    expect(code).toBe(1009)
  })
})

describe('no websocket is opened', () => {
  test.each([
    [{}, /^query is missing/],
    [{ query: '{' }, /^parse error at line 1/],
    [{ query: 'rate({a="b"}[1m])' }, /only lines can be followed/],
    [{ query: '{a="b"}', delay_for: '6' }, /^delay_for must be at most 5/],
    [{ query: '{a="b"}', limit: 'x' }, /^could not parse limit/],
  ])('for %o', async (parameters, message) => {
    const { status, text } = await refusal(parameters)
    expect(status).toBe(400)
    expect(text).toMatch(message)
  })

  test('for a page of another site', async () => {
    expect(await refusal({ query: '{pod="cart"}' }, { origin: 'https://evil.example' })).toEqual({
      status: 403,
      text: 'a page of another site may not read these lines, unless AFTERLOG_CORS_ORIGINS names its origin\n',
    })
    const own = await open({ query: '{pod="cart"}', start: String(at(0)) }, { origin: base })
    await own.leave()
  })

  test('for a request that asks for none', async () => {
    const response = await fetch(addressOf({ query: '{pod="cart"}' }).replace('ws', 'http'))
    expect([response.status, await response.text()]).toEqual([400, 'lines are followed over a websocket: send an upgrade\n'])
  })
})

test('a service that stops ends its tails, so that clients connect again', async () => {
  const tail = await open({ query: '{pod="cart"}', start: String(at(0)) })
  fixture.stop()
  const [code] = (await once(tail.socket, 'close')) as [number]
  expect(code).toBe(1006)
})
