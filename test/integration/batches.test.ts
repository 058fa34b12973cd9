import { once } from 'node:events'
import { connect } from 'node:net'
import zlib from 'node:zlib'
import { compressSync } from 'snappy'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService({
    AFTERLOG_BODY_BYTES_MAX: '100000',
    AFTERLOG_INFLIGHT_BYTES_MAX: '2000000',
    AFTERLOG_CLUSTER: 'test-eu',
  })
})
afterAll(async () => service[Symbol.asyncDispose]())

const json = { 'content-type': 'application/json' }
const ndjson = { 'content-type': 'application/x-ndjson' }
const time = new Date().toISOString()
const record = (pod: string, message: string, more: object = {}) => ({
  time,
  namespace: 'shop',
  pod,
  podUid: `uid-${pod}`,
  container: 'app',
  message,
  ...more,
})
const post = (body: string | Buffer, headers: Record<string, string> = json) =>
  request(`${service.url}/v1/batches`, { method: 'POST', body: Buffer.from(body), headers })
async function messages(pod: string): Promise<string[]> {
  const { body } = await request(`${service.url}/v1/logs?pod=${pod}&order=asc`)
  return (body.lines as { message: string }[]).map((line) => line.message)
}

describe('POST /v1/batches', () => {
  test('answers once the lines can be read, with what was rejected and why', async () => {
    const records = [record('first', 'one'), record('first', 'bad', { stream: 'stdin' }), record('first', 'two')]
    const { status, body } = await post(JSON.stringify({ records }))
    expect(status).toBe(200)
    expect(body).toEqual({
      accepted: 2,
      rejected: 1,
      rejects: [{ index: 1, reason: 'stream must be stdout or stderr', code: 'bad-field' }],
    })
    expect(await messages('first')).toEqual(['one', 'two'])
    const { body: letters } = await request(`${service.url}/v1/dead-letters`)
    expect(letters.deadLetters).toMatchObject([
      { origin: 'http:/v1/batches#1', reason: expect.stringContaining('stream must be'), payload: JSON.stringify(records[1]) },
    ])
  })

  test('NDJSON takes cluster and node from its headers', async () => {
    const headers = { ...ndjson, 'x-afterlog-cluster': 'c9', 'x-afterlog-node': 'node-9' }
    await post(`${JSON.stringify(record('headers', 'a'))}\n${JSON.stringify(record('headers', 'b', { node: 'own' }))}\n`, headers)
    const { body } = await request(`${service.url}/v1/logs?pod=headers&order=asc`)
    expect(body.lines).toMatchObject([
      { cluster: 'c9', node: 'node-9', message: 'a' },
      { cluster: 'c9', node: 'own', message: 'b' },
    ])
  })

  test('a JSON body may be an array, one record alone, or one record per line, behind a byte order mark too', async () => {
    const [a, b] = [JSON.stringify(record('forms', 'a')), JSON.stringify(record('forms', 'b'))]
    for (const [index, body] of [`[${a},${b}]`, a, `${a}\n${b}\n`, `{"records":[${a},${b}]}`].entries())
      for (const front of ['', '\ufeff', '\0\ufeff'])
        expect(await post(front + body)).toMatchObject({ status: 200, body: { accepted: index === 1 ? 1 : 2, rejected: 0 } })
    expect((await post(`\ufeff${a}\n${b}\n`, ndjson)).body).toMatchObject({ accepted: 2, rejected: 0 })
    expect(await messages('forms')).toEqual(['a', 'b'])
    expect(await post(a.replace('{', '{"records":[],'))).toMatchObject({ status: 400, body: { parameter: 'time' } })
    expect(await post('17')).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('send {"records": […]}, an array of records') },
    })
  })

  const framed = (bytes: Buffer): Buffer => {
    const block = compressSync(bytes)
    const header = Buffer.alloc(8)
    header.writeUIntLE(block.length + 4, 1, 3)
    header.writeUInt32LE(maskedCrc(bytes), 4)
    return Buffer.concat([Buffer.from([0xff, 6, 0, 0]), Buffer.from('sNaPpY'), header, block])
  }
  test.each([
    ['gzip', 'gzip', zlib.gzipSync],
    ['zstd', 'zstd', zlib.zstdCompressSync],
    ['deflate', 'deflate', zlib.deflateSync],
    ['bare deflate', 'deflate', zlib.deflateRawSync],
    ['snappy', 'snappy', compressSync],
    ['framed snappy', 'snappy', framed],
  ] as const)('%s is read, refused where broken, and capped once decompressed', async (name, encoding, compress) => {
    const headers = { ...json, 'content-encoding': encoding }
    const pod = name.replace(' ', '-')
    const body = Buffer.from(JSON.stringify({ records: [record(pod, 'squeezed')] }))
    expect((await post(compress(body), headers)).body).toMatchObject({ accepted: 1 })
    expect(await messages(pod)).toEqual(['squeezed'])
    const cut = compress(body).subarray(0, -5)
    expect((await post(cut, headers)).status).toBe(400)
    expect((await post(Buffer.from('not compressed at all'), headers)).status).toBe(400)
    const bomb = compress(Buffer.from(`{"records":[]${' '.repeat(200_000)}}`))
    expect(await post(bomb, headers)).toMatchObject({
      status: 413,
      body: { code: 'too-large', detail: expect.stringContaining('AFTERLOG_BODY_BYTES_MAX') },
    })
  })

  test.each([
    ['no type', { 'content-type': '' }, 415],
    ['a type that is not read', { 'content-type': 'text/csv' }, 415],
    ['an encoding that is not read', { ...json, 'content-encoding': 'br' }, 415],
    ['two encodings', { ...json, 'content-encoding': 'gzip, gzip' }, 415],
    ['a tenant with blanks', { ...json, 'x-scope-orgid': 'a b' }, 400],
    ['a node name of 300 characters', { ...json, 'x-afterlog-node': 'n'.repeat(300) }, 400],
  ])('%s is refused with the header named', async (_, headers, status) => {
    const answer = await post(Buffer.from('{"records":[]}'), headers)
    expect(answer.status).toBe(status)
    expect(answer.body.parameter).toMatch(/content-type|content-encoding|X-Scope-OrgID|x-afterlog-node/)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
  })

  test('a body over the cap is 413, declared or not', async () => {
    expect((await post('x'.repeat(100_001))).status).toBe(413)
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(Buffer.alloc(50_000, 0x20)) })
    const answer = await fetch(`${service.url}/v1/batches`, {
      method: 'POST',
      body: endless,
      headers: json,
      duplex: 'half',
    })
    expect(answer.status).toBe(413)
  })

  test('over the bytes in flight it answers 429 with Retry-After, and takes more once they are gone', async () => {
    // Bodies that never end keep their bytes in flight.
    const { hostname, port } = new URL(service.url)
    const held = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const socket = connect(Number(port), hostname)
        await once(socket, 'connect')
        socket.write(
          `POST /v1/batches HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99000\r\n\r\n${' '.repeat(95_000)}`,
        )
        return socket
      }),
    )
    const inflight = async (): Promise<number> =>
      Number(/^afterlog_ingest_inflight_bytes (\d+)/m.exec(await (await fetch(`${service.url}/metrics`)).text())![1])
    await expect.poll(inflight, { timeout: 10_000 }).toBeGreaterThan(1_800_000)
    const answer = await post(JSON.stringify({ records: [record('busy', 'x'.repeat(90_000))] }))
    expect(answer).toMatchObject({ status: 429, body: { code: 'busy' } })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    await sendsAllBeforeItReads(hostname, Number(port))
    for (const socket of held) socket.destroy()
    await expect.poll(inflight, { timeout: 10_000 }).toBe(0)
    expect((await post(JSON.stringify({ records: [record('busy', 'later')] }))).status).toBe(200)
  })

  test('bytes that are not UTF-8 are returned as they were in text/plain, as U+FFFD in JSON', async () => {
    const [head, tail] = JSON.stringify({ records: [record('bytes', '@')] }).split('@') as [string, string]
    await post(Buffer.concat([Buffer.from(head), Buffer.from([0x61, 0xff, 0xfe]), Buffer.from('\\u0000b'), Buffer.from(tail)]))
    expect(await messages('bytes')).toEqual(['a\ufffd\ufffd\0b'])
    const plain = await fetch(`${service.url}/v1/logs?pod=bytes`, { headers: { accept: 'text/plain' } })
    expect(Buffer.from(await plain.arrayBuffer())).toEqual(Buffer.from([0x61, 0xff, 0xfe, 0x00, 0x62, 0x0a]))
  })

  test('another tenant sees nothing', async () => {
    await post(JSON.stringify({ records: [record('secret', 'mine')] }), { ...json, 'x-scope-orgid': 'acme' })
    expect(await messages('secret')).toEqual([])
    const { body } = await request(`${service.url}/v1/logs?pod=secret`, { headers: { 'x-scope-orgid': 'acme' } })
    expect(body.lines).toHaveLength(1)
  })
})

/** A refused body is read to its end, so that its sender gets the answer, and may post again on the connection. */
async function sendsAllBeforeItReads(hostname: string, port: number): Promise<void> {
  const socket = connect(port, hostname)
  const head = 'HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length:'
  let answers = ''
  const answered = (async () => {
    for await (const chunk of socket) {
      answers += String(chunk)
      if (/ 429 .* 200 /s.test(answers)) return
    }
  })()
  socket.write(`POST /v1/batches ${head} 90000\r\n\r\n${' '.repeat(80_000)}`)
  await expect.poll(() => answers, { timeout: 10_000 }).toContain(' 429 ')
  socket.write(' '.repeat(10_000))
  socket.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n')
  await answered
  expect(answers).toMatch(/ 429 .* 200 /s)
  socket.destroy()
}

function maskedCrc(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  crc = ~crc >>> 0
  return ((((crc >>> 15) | (crc << 17)) >>> 0) + 0xa282ead8) >>> 0
}
