// Syslog on its socket, over TCP and UDP, by RFC 5424, RFC 3164, RFC 5426 and RFC 6587, and as rsyslog sends it.
import dgram from 'node:dgram'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { counted } from '#test/support/agents/syslog.ts'
import { freePort } from '#test/support/kafka/free-port.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
let port: number
beforeAll(async () => {
  port = await freePort()
  service = await startTestService({ AFTERLOG_RETENTION: 'default=3650d', AFTERLOG_LISTEN_SYSLOG: `127.0.0.1:${port}` })
})
afterAll(async () => service[Symbol.asyncDispose]())

interface StoredLine extends Record<string, unknown> {
  message: string
  attributes: Record<string, string>
}

async function linesOf(filter: string): Promise<StoredLine[]> {
  const { body } = await request(`${service.url}/v1/logs?order=asc&limit=10000&${filter}`)
  return body['lines'] as StoredLine[]
}
/** Resolves once there are so many lines. */
async function lines(count: number, filter: string): Promise<StoredLine[]> {
  for (;;) {
    const stored = await linesOf(filter)
    if (stored.length >= count) return stored
    await sleep(50)
  }
}

async function connect(): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.on('error', () => undefined)
  return socket
}
async function send(...chunks: (string | Buffer)[]): Promise<void> {
  const socket = await connect()
  for (const chunk of chunks) {
    socket.write(chunk)
    if (chunks.length > 1) await sleep(20)
  }
  socket.end()
  await once(socket, 'close')
}
const now = new Date(Date.now() - 60_000).toISOString().slice(0, 19)

describe('RFC 5424', () => {
  test('a message has its time to the ns, host, unit, ids, structured data and severity', async () => {
    const data = '[exampleSDID@32473 iut="3" eventSource="App\\"l"][kubernetes@0 namespace_name="shop"]'
    await send(counted([`<165>1 ${now}.123456789Z h1 evntslog 77 ID47 ${data} \ufefftext\nof two lines`]))
    const [line] = await lines(1, 'node=h1')
    expect(line).toEqual(
      expect.objectContaining({
        time: `${now}.123456789Z`,
        node: 'h1',
        unit: 'evntslog',
        severity: 'info',
        namespace: 'shop',
        message: 'text\nof two lines',
      }),
    )
    expect(line!.attributes).toEqual({
      'syslog.procid': '77',
      'syslog.msgid': 'ID47',
      'syslog.facility': 'local4',
      'syslog.severity': 'notice',
      'exampleSDID@32473.iut': '3',
      'exampleSDID@32473.eventSource': 'App"l',
    })
  })

  test('severities are those of a line; what an agent says by default gives way to the text', async () => {
    await send([0, 1, 2, 3, 4, 5, 6, 7].map((level) => `<${8 + level}>1 ${now}.0${level}Z h2 a - - - text\n`).join(''))
    await send(`<14>1 ${now}.08Z h2 a - - - E1130 10:00:00.500000     811 x.go:1] failed\n`)
    const severities = (await lines(9, 'node=h2')).map(({ severity }) => severity)
    expect(severities).toEqual(['fatal', 'fatal', 'fatal', 'error', 'warn', 'info', 'info', 'debug', 'error'])
  })
})

test.each(['octet-counted', 'forward', 'traditional'])('what rsyslog sends in its %s form is three lines', async (form) => {
  const sent = await readFile(`test/fixtures/syslog/rsyslog/${form}.body`)
  await send(Buffer.from(sent.toString().replaceAll(' vm ', ` ${form.slice(0, 2)} `)))
  const stored = await lines(3, `node=${form.slice(0, 2)}`)
  expect(stored.map(({ unit, severity, message }) => [unit, severity, message])).toEqual([
    ['kubelet', 'info', 'one line'],
    ['kubelet', 'error', 'E1130 10:00:00.500000     811 x.go:1] two'],
    ['kubelet', 'info', 'last'],
  ])
})

test('what rsyslog sends of a container with mmkubernetes has its pod, labels, node, time and offset', async () => {
  await send(await readFile('test/fixtures/syslog/rsyslog/mmkubernetes.body'))
  const [line, part] = await lines(2, 'pod=cart-7d9f')
  const names = {
    namespace: 'shop',
    pod: 'cart-7d9f',
    podUid: '5b0c6a3e-3f0c-4d25-9f3a-6f2f8f4a1c11',
    container: 'app',
    containerId: 'a'.repeat(64),
    node: 'node-7',
    labels: { app: 'cart', 'app_kubernetes_io/part-of': 'shop' },
    stream: 'stderr',
  }
  expect(line).toMatchObject({ ...names, message: 'boom one', time: '2026-11-30T13:00:00.123456789Z', offset: 0 })
  expect(part).toMatchObject({ ...names, message: 'par', partial: true, offset: 49 })
})

test('a JSON payload has the fields of mmkubernetes, and a JSON line is a record by itself', async () => {
  const kubernetes = { namespace_name: 'shop', pod_name: 'web-0', pod_id: 'uid-1', container_name: 'app', labels: { app: 'web' } }
  await send(`<14>1 ${now}Z h4 app - - - @cee:${JSON.stringify({ msg: 'in a pod', kubernetes, level: 'warn' })}\n`)
  await send(`${JSON.stringify({ message: 'json line', time: `${now}.5Z`, hostname: 'h5', programname: 'sshd' })}\n`)
  expect(await lines(1, 'pod=web-0')).toMatchObject([
    { namespace: 'shop', podUid: 'uid-1', container: 'app', labels: { app: 'web' }, severity: 'warn', message: 'in a pod' },
  ])
  expect(await lines(1, 'node=h5')).toMatchObject([{ unit: 'sshd', message: 'json line', time: `${now}.500000000Z` }])
})

test('a message that names no host is of the address that sent it, and bare text is a line', async () => {
  await send('bare text 1\n')
  const [line] = await lines(1, 'node=127.0.0.1')
  expect(line).toMatchObject({ message: 'bare text 1', unit: '', severity: '' })
})

test('equal messages are as many lines as came, in one batch and over batches and connections', async () => {
  const message = `<13>1 ${now}Z h6 a - - - same\n`
  await send(message, message + message)
  const socket = await connect()
  socket.write(message)
  await lines(4, 'node=h6')
  socket.write(message)
  await lines(5, 'node=h6')
  socket.end()
  expect(await linesOf('node=h6')).toHaveLength(5)
})

test('lines that end in CR and LF have neither, over TCP and UDP', async () => {
  await send(`<13>1 ${now}Z crlf a - - - one\r\n<13>1 ${now}Z crlf a - - - two\r\n`)
  const udp = dgram.createSocket('udp4')
  udp.send(`<13>1 ${now}Z crlf a - - - three\r\n`, port, '127.0.0.1', () => udp.close())
  expect((await lines(3, 'node=crlf')).map(({ message }) => message).toSorted()).toEqual(['one', 'three', 'two'])
})

test('messages over HTTP, one per line, are answered when they are stored; what is no syslog is refused', async () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    fetch(`${service.url}/v1/syslog`, { method: 'POST', body, headers: { 'x-afterlog-node': 'n14', ...headers } })
  const rsyslog = await readFile('test/fixtures/syslog/rsyslog/forward.body', 'utf8')
  const answer = await post(
    `${rsyslog.replaceAll(' vm ', ' h14 ')}{"message":"json","programname":"x"}\r\n\n<13>1 - - - - - - nil`,
  )
  expect(await answer.json()).toEqual({ accepted: 5, rejected: 0, rejects: [] })
  expect((await linesOf('node=h14')).map(({ message }) => message).at(-1)).toBe('last')
  expect((await linesOf('node=n14')).map(({ message }) => message)).toEqual(['json', 'nil'])
  expect((await post('<html></html>')).status).toBe(400)
  expect((await post('99 <13>short')).status).toBe(400)
})

test('a datagram is one message', async () => {
  const udp = dgram.createSocket('udp4')
  for (let i = 0; i < 100; i++)
    udp.send(`<13>1 ${now}.${String(i).padStart(3, '0')}Z h7 a - - - datagram ${i}\n`, port, '127.0.0.1')
  expect((await lines(100, 'node=h7')).map(({ message }) => message)).toEqual(
    Array.from({ length: 100 }, (_, i) => `datagram ${i}`),
  )
  udp.close()
})

test('10,000 messages are few inserts, in order', async () => {
  const inserts = async (): Promise<number> => {
    const text = await (await fetch(`${service.url}/metrics`)).text()
    return Number(/afterlog_store_insert_duration_seconds_count\{table="logs"\} (\d+)/.exec(text)?.[1])
  }
  const before = await inserts()
  await send(Array.from({ length: 10_000 }, (_, i) => `<13>1 ${now}Z h8 a - - - line ${i}\n`).join(''))
  const stored = await lines(10_000, 'node=h8')
  expect(stored.map(({ message }) => message)).toEqual(Array.from({ length: 10_000 }, (_, i) => `line ${i}`))
  expect((await inserts()) - before).toBeLessThan(20)
})

describe('hostile:', () => {
  test('a message of a megabyte is cut with a mark, and its neighbours are whole', async () => {
    await send(counted([`<13>1 ${now}Z h9 a - - - ${'x'.repeat(1_000_000)}`, `<13>1 ${now}Z h9 a - - - next`]))
    const [long, next] = await lines(2, 'node=h9')
    expect(long!.message.length).toBeLessThan(263_000)
    expect(long!.message).toMatch(/\[cut by Afterlog: the first \d+ of 1000\d\d\d bytes, SHA-256 [0-9a-f]{16}\]$/)
    expect(next!.message).toBe('next')
  })

  test('bytes that are not UTF-8, nesting and a million labels are lines', async () => {
    const head = `<13>1 ${now}Z h10 a - - -`
    await send(
      Buffer.concat([Buffer.from(`${head} a`), Buffer.from([0xff, 0xfe, 0x62]), Buffer.from('\n')]),
      `${head} @cee:${'['.repeat(100_000)}\n`,
      `${head} @cee:{"a":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}}\n`,
      `${head} @cee:{"log":"labels","kubernetes":{"labels":{${Array.from({ length: 15_000 }, (_, i) => `"l${i}":"v"`).join(',')}}}}\n`,
      `${head} \0nul\0\n`,
    )
    expect(await lines(5, 'node=h10')).toHaveLength(5)
  })

  test('a broken count, a connection that ends within a message and a flood of connections end nothing else', async () => {
    const sockets = await Promise.all(Array.from({ length: 200 }, () => connect()))
    for (const socket of sockets) socket.write('1000 <13>begin')
    const broken = await connect()
    broken.write('12x <13>1 - h11 - - - - x')
    await once(broken, 'close')
    for (const socket of sockets) socket.destroy()
    await send(`<13>1 ${now}Z h11 a - - - still here\n`)
    expect(await lines(1, 'node=h11')).toMatchObject([{ message: 'still here' }])
    const metrics = await (await fetch(`${service.url}/metrics`)).text()
    expect(metrics).toContain('afterlog_syslog_messages_dropped_total{transport="tcp",reason="broken"} 1')
    expect(metrics).toContain('afterlog_syslog_messages_dropped_total{transport="tcp",reason="cut-short"} 200')
  })

  test('times of 1970 and 2262 are dead letters', async () => {
    await send(
      '<13>1 1970-01-01T00:00:00Z h12 a - - - old\n<13>1 2262-04-11T00:00:00Z h12 a - - - new\n<13>1 never h12 a - - - no\n',
    )
    for (;;) {
      const { body } = await request(`${service.url}/v1/dead-letters`)
      const letters = body['deadLetters'] as { code: string }[]
      if (letters.length < 3) await sleep(50)
      else return expect(letters.map(({ code }) => code).toSorted()).toEqual(['bad-time', 'in-the-future', 'too-old'])
    }
  })
})

test('a stop stores what was sent, and ends connections', async () => {
  const socket = await connect()
  socket.write(Array.from({ length: 1000 }, (_, i) => `<13>1 ${now}Z h13 a - - - line ${i}\n`).join(''))
  await sleep(50)
  service = await service.restarted()
  expect(await linesOf('node=h13')).toHaveLength(1000)
})
