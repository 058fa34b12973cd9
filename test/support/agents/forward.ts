// A sender of the Forward protocol, apart from the receiver's code: it reads and writes msgpack with a library.
// https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1
import { decodeMultiStream, encode } from '@msgpack/msgpack'
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { entry, eventTime, printedAs } from './fluent.ts'
import { tagOf, type AgentLine, type AgentProtocol, type Printed } from './protocol.ts'

export interface ForwardAddress {
  port: number
  sharedKey?: string
}

/** A connection behind its handshake. */
export interface ForwardSender {
  socket: Socket
  send(...values: (Buffer | readonly unknown[] | null)[]): void
  /** The next answer; undefined where the connection ends instead. */
  answer(): Promise<unknown>
  /** Resolves once the receiver has ended the connection. */
  ended(): Promise<void>
}

const name = 'sender.example'
const sha512 = (...parts: (string | Uint8Array)[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha512')).digest('hex')

/** @param user '' for none. Rejects where the receiver refuses the sender, with its reason. */
export async function connectForward({ port, sharedKey }: ForwardAddress, user = ''): Promise<ForwardSender> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.on('error', () => socket.destroy())
  const answers = decodeMultiStream(socket)[Symbol.asyncIterator]()
  const answer = async (): Promise<unknown> => {
    const next = await answers.next()
    return next.done === true ? undefined : next.value
  }
  const sender: ForwardSender = {
    socket,
    send: (...values) => {
      for (const value of values) socket.write(Buffer.isBuffer(value) ? value : encode(value))
    },
    answer,
    ended: async () => {
      while ((await answer()) !== undefined);
    },
  }
  if (sharedKey === undefined) return sender
  const [helo, { nonce, auth }] = (await answer()) as [string, { nonce: string; auth: string }]
  const salt = Buffer.from('salt\xff\x00 of any bytes', 'latin1')
  const proof = (of: string): string => sha512(salt, of, nonce, sharedKey)
  sender.send(['PING', name, salt, proof(name), user, user === '' ? '' : sha512(auth, user, 'password')])
  const [pong, isAdmitted, reason, receiver, digest] = (await answer()) as [string, boolean, string, string, string]
  if (helo !== 'HELO' || pong !== 'PONG') throw new Error('the receiver does not keep to the handshake')
  if (!isAdmitted) throw new Error(reason)
  if (digest !== proof(receiver)) throw new Error('the receiver does not have the shared key')
  return sender
}

/** Sends each time as a chunk of a connection of its own, and waits for the answer. The user is the tenant. */
export function forwardProtocol(address: Required<ForwardAddress>): AgentProtocol {
  const body: AgentProtocol['body'] = (lines) => {
    const entries = Buffer.concat([Buffer.from([0xdc, lines.length >> 8, lines.length & 0xff]), ...lines.map(entry)])
    return Buffer.concat([Buffer.from([0x93]), encode(''), entries, encode({ chunk: randomUUID(), size: lines.length })])
  }
  const event = (tag: string, line: AgentLine, record: Readonly<Record<string, unknown>>): Buffer =>
    Buffer.from(encode([tag, [[eventTime(line.time), record]], { chunk: randomUUID() }]))
  const printed = Object.fromEntries(
    Object.entries(printedAs((line, record) => event('', line, record))).map(([place, each]): [string, Printed] => [
      place,
      each.by === 'agent' ? { by: 'agent', body: (line, fields) => event(tagOf(line), line, fields) } : each,
    ]),
  )
  const sendBytes: AgentProtocol['sendBytes'] = async ({ tenant }, bytes) => {
    const sender = await connectForward(address, tenant)
    sender.send(bytes)
    const answer = await sender.answer()
    sender.socket.destroy()
    return { status: answer === undefined ? 500 : 200, body: JSON.stringify(answer) }
  }
  const env = { AFTERLOG_LISTEN_FORWARD: `127.0.0.1:${address.port}`, AFTERLOG_FORWARD_SHARED_KEY: address.sharedKey }
  return { name: 'Forward', env, body, printed, sendBytes, send: (at, lines) => sendBytes(at, body(lines)), lacks: ['answers'] }
}
