// What the socket of syslog does while messages cannot be stored, with a delivery that a test controls.
import dgram from 'node:dgram'
import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterEach, expect, test, vi } from 'vitest'
import { InflightBytes } from '#ingest/buffer/inflight.ts'
import type { DeliverBody } from '#ingest/routes/deliver-body.ts'
import { openSyslog } from '#ingest/sockets/syslog.ts'
import type { Socket } from '#ingest/sockets/socket.ts'
import { AfterlogError } from '#shared/errors.ts'
import { freePort } from '#test/support/kafka/free-port.ts'

let opened: Socket | undefined
afterEach(async () => {
  await opened?.close()
  opened = undefined
})

async function open(deliver: DeliverBody, inflight = new InflightBytes(1024 * 1024)) {
  const [port, registry] = [await freePort(), new Registry()]
  const log = pino({ level: 'silent' })
  const options = {
    deliver,
    inflight,
    registry,
    log,
    forwardSharedKey: undefined,
    bodyBytesMax: 1024 * 1024,
    cluster: 'c',
    clock: Date.now,
  }
  opened = await openSyslog({ host: '127.0.0.1', port }, options)
  const socket = net.connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return { socket, port, metrics: () => registry.metrics() }
}
const away = (): AfterlogError => new AfterlogError('store-unavailable', 'the store is away')

test('a batch is tried again until it is stored, as the same batch', async () => {
  const tries: string[][] = []
  const { socket } = await open(async (body, { batchId = '', peer = '' }) => {
    tries.push([body.toString(), batchId, peer])
    body.fill(0)
    if (tries.length < 3) throw away()
    return { accepted: 2, rejects: [] }
  })
  socket.write('<13>a\n<13>b\n')
  await vi.waitFor(() => expect(tries).toHaveLength(3), 5000)
  expect(tries[0]).toEqual(['5 <13>a5 <13>b', expect.stringMatching(/-0$/), '127.0.0.1'])
  expect(tries[1]).toEqual(tries[0])
  expect(tries[2]).toEqual(tries[0])
})

test('a sender is not read while there is no room, and loses nothing; datagrams are dropped and counted', async () => {
  const inflight = new InflightBytes(4 * 1024 * 1024)
  let [isAway, bytes] = [true, 0]
  const { socket, port, metrics } = await open(async (body) => {
    if (isAway) throw away()
    bytes += body.length
    return { accepted: 1, rejects: [] }
  }, inflight)
  const line = `<13>${'x'.repeat(994)}\n`
  const lines = 20_000
  let isWritten = false
  socket.write(line.repeat(lines), () => (isWritten = true))
  await vi.waitFor(() => expect(inflight.isFull).toBe(true), 5000)
  await sleep(300)
  expect(isWritten).toBe(false)
  expect(inflight.bytes).toBeLessThan(6 * 1024 * 1024)
  const udp = dgram.createSocket('udp4')
  for (let i = 0; i < 10; i++) udp.send('<13>datagram', port, '127.0.0.1')
  await vi.waitFor(async () => expect(await metrics()).toContain('{transport="udp",reason="no-room"} 10'), 5000)
  udp.close()
  isAway = false
  const framed = lines * (line.length - 1 + '998 '.length)
  await vi.waitFor(() => expect(bytes).toBe(framed), 20_000)
  await vi.waitFor(() => expect(inflight.bytes).toBe(0), 5000)
}, 30_000)

test('a stop gives up what cannot be stored, and counts it', async () => {
  const { socket, metrics } = await open(async () => {
    throw away()
  })
  socket.write('<13>a\n<13>b\n<13>c\n')
  await vi.waitFor(async () => expect(await metrics()).toContain('received_total{transport="tcp"} 3'), 5000)
  await opened!.close()
  opened = undefined
  expect(await metrics()).toContain('{transport="tcp",reason="not-stored"} 3')
}, 10_000)
