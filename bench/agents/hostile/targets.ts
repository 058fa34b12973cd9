// Where hostile bodies go: each protocol on its own way, with what it answers.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectForward } from '#test/support/agents/forward.ts'
import { kcatProduce } from '#test/support/kafka/kcat.ts'
import type { TestClient } from '#test/support/kafka/produce.ts'
import type { Variant } from './cases.ts'
import type { Format } from './formats.ts'

export interface Answer {
  /** A status, `ack`, `sent` where the protocol has no answers, `closed` or `hang`. */
  label: string
  isAccepted: boolean
  /** What it says. */
  text: string
}

export interface Target {
  name: string
  format: Format
  /** Whether a connection that ends without an answer is a fault. */
  isHttp: boolean
  /** Whether it may be told how its body is compressed. */
  hasEncoding: boolean
  /** Whether only batches of codecs of Kafka go there. */
  isOfCodecs?: true
  /** The tenant of what is sent, where the protocol cannot name one. */
  tenant?: string
  send(variant: Variant, tenant: string): Promise<Answer>
}

const patienceMs = 30_000
const closed: Answer = { label: 'closed', isAccepted: false, text: '' }
const cut: Answer = { label: 'cut', isAccepted: false, text: '' }
const hang: Answer = { label: 'hang', isAccepted: false, text: '' }
const withPatience = (answer: Promise<Answer>): Promise<Answer> => Promise.race([answer, sleep(patienceMs, hang, { ref: false })])

interface HttpOptions {
  url: string
  path: string
  type: string
  format: Format
  name: string
  /** Of every body that names none. */
  encoding?: string
}

export function httpTarget({ url, path, type, format, name }: HttpOptions): Target {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 })
  const send: Target['send'] = ({ body, encoding, isCut = false }, tenant) => {
    const headers = {
      'content-type': type,
      'content-length': isCut ? 2 * body.length : body.length,
      'x-scope-orgid': tenant,
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    }
    const { promise, resolve } = Promise.withResolvers<Answer>()
    const request = http.request(`${url}${path}`, { method: 'POST', agent, headers }, (answer) => {
      let text = ''
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
      answer.on('error', () => resolve(closed))
      answer.on('end', () => resolve({ label: String(answer.statusCode), isAccepted: answer.statusCode! < 300, text }))
    })
    // The answer may come before all of a body was read, and the connection end behind it.
    request.on('error', () => setTimeout(() => resolve(closed), 500))
    if (!isCut) request.end(body)
    else
      request.write(body, () => {
        request.destroy()
        resolve(cut)
      })
    return withPatience(promise)
  }
  return { name, format, isHttp: true, hasEncoding: true, send }
}

export function grpcTarget(port: number, format: Format): Target {
  const path = '/opentelemetry.proto.collector.logs.v1.LogsService/Export'
  const send: Target['send'] = ({ body, encoding, isCut = false }, tenant) => {
    const { promise, resolve } = Promise.withResolvers<Answer>()
    const session = http2.connect(`http://127.0.0.1:${port}`)
    session.on('error', () => resolve(closed))
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      'x-scope-orgid': tenant,
      ...(encoding === undefined ? {} : { 'grpc-encoding': encoding }),
    })
    const statusOf = (headers: http2.IncomingHttpHeaders): void => {
      const status = headers['grpc-status']
      if (status === undefined) return
      const text = decodeURIComponent(String(headers['grpc-message'] ?? ''))
      resolve({ label: `grpc ${String(status)}`, isAccepted: status === '0', text })
    }
    stream.on('response', statusOf)
    stream.on('trailers', statusOf)
    stream.on('error', () => resolve(closed))
    stream.on('close', () => setTimeout(() => resolve(closed), 100))
    stream.resume()
    const prefix = Buffer.alloc(5)
    prefix[0] = encoding === undefined ? 0 : 1
    prefix.writeUInt32BE(body.length, 1)
    if (!isCut) stream.end(Buffer.concat([prefix, body]))
    else
      stream.write(Buffer.concat([prefix, body.subarray(1)]), () => {
        session.destroy()
        resolve(cut)
      })
    return withPatience(promise).finally(() => session.destroy())
  }
  return { name: 'OTLP gRPC', format, isHttp: true, hasEncoding: true, send }
}

export function forwardTarget(address: { port: number; sharedKey: string }, format: Format): Target {
  const send: Target['send'] = async ({ body, isWalkable, pieces = 1 }, tenant) => {
    const sender = await connectForward(address, tenant)
    const events = format.name === 'message' ? pieces : 1
    const answered = async (): Promise<Answer> => {
      sender.socket.write(body)
      if (!isWalkable) sender.socket.end()
      let acks = 0
      while (acks < events && (await sender.answer().catch(() => undefined)) !== undefined) acks++
      return acks === events ? { label: 'ack', isAccepted: true, text: '' } : { ...closed, isAccepted: isWalkable && acks > 0 }
    }
    return withPatience(answered()).finally(() => sender.socket.destroy())
  }
  return { name: `Forward ${format.name}`, format, isHttp: false, hasEncoding: false, send }
}

const sent: Answer = { label: 'sent', isAccepted: true, text: '' }

export function syslogTcpTarget(port: number, format: Format): Target {
  const send: Target['send'] = ({ body }) => {
    const sending = async (): Promise<Answer> => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => socket.destroy())
      const gone = once(socket, 'close')
      socket.end(body)
      socket.resume()
      await gone
      return sent
    }
    return withPatience(sending())
  }
  return { name: `${format.name} TCP`, format, isHttp: false, hasEncoding: false, tenant: 'default', send }
}

const datagramBytesMax = 65_000

/** Each counted message as a datagram, cut to what one may have. */
export function syslogUdpTarget(port: number, format: Format): Target {
  const udp = createSocket('udp4')
  udp.unref()
  const send: Target['send'] = async ({ body }) => {
    for (let pos = 0; pos < body.length;) {
      const blank = body.indexOf(0x20, pos)
      const length = blank < 0 ? Number.NaN : Number(body.toString('latin1', pos, blank))
      const [start, stop] = length > 0 ? [blank + 1, blank + 1 + length] : [pos, body.length]
      await new Promise((resolve) =>
        udp.send(body.subarray(start, Math.min(stop, start + datagramBytesMax)), port, '127.0.0.1', resolve),
      )
      await sleep(1)
      pos = stop
    }
    return sent
  }
  return { name: 'syslog UDP', format, isHttp: false, hasEncoding: false, tenant: 'default', send }
}

/** Messages that a producer compresses, by the codec that a variant names. */
export function kcatTarget(brokers: string, topic: string, format: Format): Target {
  const send: Target['send'] = async ({ body, encoding = 'none' }, tenant) => {
    const headers = { 'x-scope-orgid': tenant }
    const properties = { 'message.max.bytes': String(1e9) }
    const compression = codecs.find((codec) => codec === encoding) ?? 'none'
    try {
      await kcatProduce({ brokers, topic, value: body, headers, compression, properties })
      return sent
    } catch (error) {
      return { label: 'no broker takes it', isAccepted: false, text: (error as Error).message }
    }
  }
  return { name: `Kafka ${topic}`, format, isHttp: false, hasEncoding: false, isOfCodecs: true, send }
}

export const codecs = ['gzip', 'snappy', 'lz4', 'zstd'] as const

export function kafkaTarget(client: TestClient, topic: string, format: Format, key?: string): Target {
  const send: Target['send'] = async ({ body }, tenant) => {
    await client.produce(topic, [{ value: body, headers: { 'x-scope-orgid': tenant }, ...(key === undefined ? {} : { key }) }])
    return sent
  }
  return { name: `Kafka ${topic}`, format, isHttp: false, hasEncoding: false, send }
}
