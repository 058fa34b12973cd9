// One connection of the Forward protocol, from its handshake to its end. It reads on while there is room, acknowledges
// chunks once all of their records are durable, the rejects as dead letters, and ends where its bytes make no sense.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Socket as TcpSocket } from 'node:net'
import { AfterlogError } from '#shared/errors.ts'
import { decompress } from '../../sources/body.ts'
import type { SocketOptions } from '../socket.ts'
import { Deliveries } from './deliveries.ts'
import { ackOf, type ForwardEvent, parseEvent, withEntries } from './event.ts'
import { BrokenStream, type Frame, Frames } from './frames.ts'
import { Handshake, pingBytesMax } from './handshake.ts'
import type { Place } from './room.ts'

export interface ConnectionOptions extends SocketOptions {
  place: Place
  /** Aborted at a stop: nothing more is read then. */
  signal: AbortSignal
}

/** ms without a byte inside of an event, or of the handshake, after which a connection ends. */
const silentMsMax = 60_000
/** ms between looks for room. */
const lookMs = 20
/** Bytes of answers that a sender may leave unread before nothing more is read of it. */
const unreadBytesMax = 64 * 1024
/** What a connection may have under way, as a part of the bytes in flight. */
const partOfInflight = 8

const eventLimit = ({ bodyBytesMax }: SocketOptions) => ({ bytes: bodyBytesMax, name: 'AFTERLOG_BODY_BYTES_MAX' })

/** Never rejects. Resolves once what was read is stored, and the connection has ended. */
export async function serveConnection(socket: TcpSocket, options: ConnectionOptions): Promise<void> {
  const { log, place, signal } = options
  const peer = `${socket.remoteAddress}:${socket.remotePort}`
  const connection = new Connection(socket, options, peer)
  const stop = (): void => void connection.idle().then(() => socket.destroy())
  signal.addEventListener('abort', stop)
  // It may fail behind its last byte too, where an answer is written.
  socket.on('error', () => socket.destroy())
  try {
    await connection.read()
  } catch (error) {
    // A failure of the network says nothing that the sender does not know.
    const isOurs = error instanceof BrokenStream || error instanceof AfterlogError
    if (isOurs) log.warn({ peer }, `a Forward connection is closed: ${error.message}`)
    else log.debug({ peer, err: error }, 'a Forward connection failed')
  } finally {
    place.leave()
    await connection.idle()
    socket.end()
    socket.destroySoon()
    signal.removeEventListener('abort', stop)
  }
}

class Connection {
  private readonly socket: TcpSocket
  private readonly options: ConnectionOptions
  private readonly peer: string
  private readonly frames: Frames
  private readonly handshake: Handshake | undefined
  private deliveries: Deliveries | undefined
  private isReading = true
  private warnedOfSignals = false

  constructor(socket: TcpSocket, options: ConnectionOptions, peer: string) {
    this.socket = socket
    this.options = options
    this.peer = peer
    const { forwardSharedKey } = options
    this.handshake = forwardSharedKey === undefined ? undefined : new Handshake(forwardSharedKey)
    this.frames = new Frames(
      this.handshake === undefined ? eventLimit(options) : { bytes: pingBytesMax, name: 'of a PING' },
    )
    if (this.handshake === undefined) this.deliveries = this.createDeliveries('default')
    else socket.write(this.handshake.helo)
    socket.setKeepAlive(true, silentMsMax)
    socket.setTimeout(silentMsMax, () => this.onSilence())
  }

  /** Resolves once what was read is stored. */
  async idle(): Promise<void> {
    await this.deliveries?.idle()
  }

  /** Reads to the end. Rejects with BrokenStream or AfterlogError, or as the network fails. */
  async read(): Promise<void> {
    const { signal } = this.options
    for await (const piece of this.socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (signal.aborted) return
      await this.takeAll(piece)
      while (!this.mayRead()) await sleep(lookMs)
      this.isReading = true
      if (this.socket.destroyed) return
    }
    if (this.frames.bytes > 0)
      throw new BrokenStream(`it ended inside of an event, of which ${this.frames.bytes} bytes came`)
  }

  private mayRead(): boolean {
    const { place, inflight, signal } = this.options
    if (this.socket.destroyed || signal.aborted) return true
    const isFull = (this.deliveries?.bytes ?? 0) > inflight.max / partOfInflight
    return !isFull && this.socket.writableLength <= unreadBytesMax && place.isOpen()
  }

  /** Takes the events that end in the piece. Those in front of bytes that end the connection are delivered too. */
  private async takeAll(piece: Buffer): Promise<void> {
    try {
      for (const frame of this.frames.push(piece)) await this.take(frame)
      this.options.place.begun(this.frames.bytes)
    } finally {
      this.deliveries?.start()
      this.isReading = false
    }
  }

  private async take(frame: Frame): Promise<void> {
    const { deliveries } = this
    if (deliveries === undefined) return this.admit(frame.bytes)
    const event = parseEvent(frame)
    if (event === undefined) return
    if (!event.hasLines) return this.passOver(event)
    const { inflight, clock } = this.options
    const reservation = inflight.admit()
    // The event, and the rows of it, which take about as many bytes.
    reservation.become(frame.bytes.length * 2)
    try {
      const bytes = await this.plain(frame.bytes, event, reservation)
      deliveries.add({ bytes, chunk: event.chunk, receivedMs: clock(), reservation })
    } catch (error) {
      reservation.release()
      throw error
    }
  }

  private admit(ping: Buffer): void {
    const { pong, refused, tenant } = this.handshake!.admit(ping)
    if (refused !== undefined) {
      this.socket.end(pong)
      throw new BrokenStream(refused)
    }
    this.socket.write(pong)
    this.frames.limit = eventLimit(this.options)
    this.deliveries = this.createDeliveries(tenant)
  }

  /** The event without compression. One that cannot be decompressed is taken as it is, and becomes a dead letter. */
  private async plain(
    frame: Buffer,
    event: ForwardEvent,
    reservation: ReturnType<ConnectionOptions['inflight']['admit']>,
  ) {
    const { compression, entries } = event
    if (compression === undefined || entries === undefined) return frame
    const { bodyBytesMax, log } = this.options
    try {
      if (compression !== 'gzip' && compression !== 'zstd')
        throw new AfterlogError(
          'invalid-body',
          `its compression ${JSON.stringify(compression.slice(0, 99))} is not read`,
        )
      return withEntries(event, await decompress(entries, compression, bodyBytesMax, reservation))
    } catch (error) {
      if (!(error instanceof AfterlogError && error.code === 'invalid-body')) throw error
      log.warn({ peer: this.peer }, `an event of a Forward connection becomes a dead letter: ${error.message}`)
      return frame
    }
  }

  /** Acknowledges what has no lines, so that its sender does not send it for ever. */
  private passOver({ chunk }: ForwardEvent): void {
    if (!this.warnedOfSignals)
      this.options.log.warn(
        { peer: this.peer },
        'a Forward connection sends metrics or traces, which are not kept; match logs only',
      )
    this.warnedOfSignals = true
    if (chunk !== undefined) this.write(ackOf(chunk))
  }

  private createDeliveries(tenant: string): Deliveries {
    const { socket, peer } = this
    const { deliver, cluster, log, signal } = this.options
    return new Deliveries({
      deliver,
      cluster,
      log,
      tenant,
      signal,
      onStored: (chunk) => this.write(ackOf(chunk)),
      onFailure: (error) => {
        if (!signal.aborted)
          log.error({ peer, err: error }, 'an event of a Forward connection cannot be stored, so it is closed')
        socket.destroy()
      },
      isGone: () => socket.destroyed,
    })
  }

  private write(answer: Buffer): void {
    if (!this.socket.destroyed && this.socket.writable) this.socket.write(answer)
  }

  private onSilence(): void {
    const { socket } = this
    const isUnread = socket.writableLength > 0
    const isWithin = this.isReading && (this.frames.bytes > 0 || this.deliveries === undefined)
    if (isWithin || isUnread) {
      const what = isUnread ? 'it reads no answers' : 'no byte came inside of an event'
      socket.destroy(new BrokenStream(`${what} for ${silentMsMax / 1000} s`))
    } else socket.setTimeout(silentMsMax)
  }
}
