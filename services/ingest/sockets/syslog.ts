// Syslog over TCP (RFC 6587) and UDP (RFC 5426), on one address. TCP has no acknowledgements: a sender is slowed down by
// not being read while there is no room. UDP knows no such thing: a datagram for which there is no room is dropped and
// counted, here or by the kernel.
import dgram from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import { SyslogFramer, textEnd } from '../formats/syslog-frames.ts'
import { createSyslogMetrics } from '../metrics.ts'
import type { OpenSocket } from './socket.ts'
import { SyslogBatches, SyslogSender } from './syslog-batches.ts'

const connectionsMax = 1024
/** ms within a message without a byte, after which a connection ends. */
const silentMsMax = 60_000
/** ms that a stop waits for what is under way on connections. */
const lastBytesMsMax = 1000
/** Senders of datagrams whose messages wait to be stored. */
const peersMax = 10_000
const receiveBufferBytes = 8 * 1024 * 1024

export const openSyslog: OpenSocket = async ({ host, port }, { registry, ...options }) => {
  const udp = dgram.createSocket({ type: host.includes(':') ? 'udp6' : 'udp4' })
  const tcp = net.createServer({ keepAlive: true })
  const metrics = createSyslogMetrics({ registry, kernelDrops: () => droppedByKernel(udp) })
  const batches = new SyslogBatches({ ...options, metrics })
  const readers = new Set<Promise<void>>()
  const sockets = new Set<net.Socket>()
  tcp.maxConnections = connectionsMax
  tcp.on('drop', () => options.log.warn(`a syslog connection was refused: ${connectionsMax} are open`))
  tcp.on('connection', (socket) => {
    sockets.add(socket)
    const reading = readConnection(socket, batches).finally(() => {
      sockets.delete(socket)
      readers.delete(reading)
    })
    readers.add(reading)
  })
  tcp.listen(port, host)
  await once(tcp, 'listening')
  const senders = readDatagrams(udp, batches)
  udp.bind((tcp.address() as net.AddressInfo).port, host)
  try {
    await once(udp, 'listening')
  } catch (error) {
    tcp.close()
    throw error
  }
  try {
    udp.setRecvBufferSize(receiveBufferBytes)
  } catch (error) {
    options.log.debug({ err: error }, 'the receive buffer of syslog over UDP could not be made larger')
  }
  return {
    close: async () => {
      const closed = [once(tcp, 'close'), once(udp, 'close')]
      tcp.close()
      udp.close()
      for (const sender of senders.values()) sender.flush()
      // A sender that sees the end of the connection sends no more; what is under way is read.
      for (const socket of sockets) socket.end()
      const cut = setTimeout(() => sockets.forEach((socket) => socket.destroy()), lastBytesMsMax)
      await Promise.all([...closed, ...readers])
      clearTimeout(cut)
      await batches.close()
    },
  }
}

/** Reads a connection to its end. Never rejects. */
async function readConnection(socket: net.Socket, batches: SyslogBatches): Promise<void> {
  const { log, metrics } = batches.options
  const peer = plainAddress(socket.remoteAddress)
  const sender = new SyslogSender(batches, 'tcp', peer)
  const framer = new SyslogFramer((bytes, start, stop) => sender.add(bytes, start, stop))
  socket.on('timeout', () => socket.destroy())
  let partialBytes = 0
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      socket.setTimeout(0)
      if (!framer.push(chunk)) {
        log.warn({ peer }, 'a syslog connection ends: its bytes are no syslog, and say not where a message begins')
        metrics.dropped('tcp', 'broken', 1)
        break
      }
      const more = framer.bytes - partialBytes
      partialBytes += more
      if (!batches.holdPartial(more)) {
        log.warn({ peer }, 'a syslog connection ends: too many connections are within a long message')
        metrics.dropped('tcp', 'no-room', 1)
        break
      }
      if (batches.options.inflight.isFull) sender.flush()
      await batches.room(sender.under)
      if (framer.isWithin) socket.setTimeout(silentMsMax)
    }
  } catch (error) {
    log.debug({ err: error, peer }, 'a syslog connection failed')
  } finally {
    if (framer.end()) metrics.dropped('tcp', 'cut-short', 1)
    batches.holdPartial(-partialBytes)
    sender.flush()
    socket.destroy()
  }
}

/** Returns the senders of which messages wait. */
function readDatagrams(udp: dgram.Socket, batches: SyslogBatches): ReadonlyMap<string, SyslogSender> {
  const { inflight, log, metrics } = batches.options
  const senders = new Map<string, SyslogSender>()
  udp.on('error', (error) => log.warn({ err: error }, 'syslog over UDP failed'))
  udp.on('message', (bytes, { address }) => {
    if (inflight.isFull) return metrics.dropped('udp', 'no-room', 1)
    const peer = plainAddress(address)
    let sender = senders.get(peer)
    if (sender === undefined) {
      if (senders.size >= peersMax) forget(senders)
      sender = new SyslogSender(batches, 'udp', peer)
      senders.set(peer, sender)
    }
    // A datagram is one message, without a frame.
    const stop = textEnd(bytes, 0, bytes.length, false)
    if (stop > 0) sender.add(bytes, 0, stop)
  })
  return senders
}

function forget(senders: Map<string, SyslogSender>): void {
  for (const sender of senders.values()) sender.flush()
  senders.clear()
}

const plainAddress = (address = ''): string => address.replace(/^::ffff:/, '')

/** Datagrams for which the receive buffer of the socket had no room. Linux tells it, in the last column. */
function droppedByKernel(udp: dgram.Socket): number {
  try {
    const { port, family } = udp.address()
    const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
    const rows = readFileSync(family === 'IPv6' ? '/proc/net/udp6' : '/proc/net/udp', 'latin1').split('\n')
    const drops = rows.map((row) => row.trim().split(/\s+/)).filter((row) => row[1]?.endsWith(local))
    return drops.reduce((sum, row) => sum + Number(row.at(-1)), 0)
  } catch {
    return 0
  }
}
