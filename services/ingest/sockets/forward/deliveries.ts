// The events of one connection on their way to the store, in their order. Events whose senders wait for no answer go
// together in one body; a chunk is a body of its own, whose id tells a chunk that comes again from another one with the
// same lines. What has been read is tried until it is stored.
import { setTimeout as sleep } from 'node:timers/promises'
import { AfterlogError } from '#shared/errors.ts'
import type { Reservation } from '../../buffer/inflight.ts'
import { spread } from '../../delivery/until-done.ts'
import type { SocketOptions } from '../socket.ts'
import type { Chunk } from './event.ts'

export interface PendingEvent {
  bytes: Buffer
  chunk: Chunk | undefined
  receivedMs: number
  reservation: Reservation
}

export interface DeliveriesOptions extends Pick<SocketOptions, 'deliver' | 'cluster' | 'log'> {
  tenant: string
  /** Called with each chunk that is stored. */
  onStored(chunk: Chunk): void
  /** Called where an event cannot be stored at all. */
  onFailure(error: unknown): void
  /** Whether the sender is gone, and sends its chunks again elsewhere. */
  isGone(): boolean
  /** Ends the waits between tries. */
  signal: AbortSignal
}

/** Bytes of events that go together, and with which a body is decoded beside the event loop. */
const groupBytesMax = 2 * 1024 * 1024
const largeBytes = 128 * 1024
/** Bodies under way at once: of events together, which grow while they wait, and of chunks. */
const groupsMax = 4
const chunksMax = 4096

export class Deliveries {
  private readonly options: DeliveriesOptions
  private queue: PendingEvent[] = []
  private underWay = 0
  private largeUnderWay = 0
  private readonly idleWaiters: (() => void)[] = []
  /** Bytes of events that are not stored. */
  bytes = 0

  constructor(options: DeliveriesOptions) {
    this.options = options
  }

  /** Takes an event; `start` delivers it. */
  add(event: PendingEvent): void {
    this.queue.push(event)
    this.bytes += event.bytes.length
  }

  /** Delivers as many events as may be under way. */
  start(): void {
    let taken = 0
    for (;;) {
      const group = this.nextGroup(taken)
      if (group.length === 0) break
      taken += group.length
      void this.run(group)
    }
    if (taken > 0) this.queue = this.queue.slice(taken)
  }

  /** Resolves once nothing is under way. */
  idle(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    if (this.underWay === 0 && this.queue.length === 0) resolve()
    else this.idleWaiters.push(resolve)
    return promise
  }

  private nextGroup(from: number): PendingEvent[] {
    const first = this.queue[from]
    if (first === undefined || this.underWay >= (first.chunk === undefined ? groupsMax : chunksMax)) return []
    const group = [first]
    let bytes = first.bytes.length
    while (first.chunk === undefined) {
      const next = this.queue[from + group.length]
      if (next === undefined || next.chunk !== undefined || bytes + next.bytes.length > groupBytesMax) break
      group.push(next)
      bytes += next.bytes.length
    }
    // A small body would be decoded before a large one in front of it.
    return bytes <= largeBytes && this.largeUnderWay > 0 ? [] : group
  }

  /** Never rejects. */
  private async run(group: readonly PendingEvent[]): Promise<void> {
    const { onStored, onFailure } = this.options
    const bytes = group.reduce((sum, event) => sum + event.bytes.length, 0)
    const isLarge = bytes > largeBytes
    this.underWay++
    if (isLarge) this.largeUnderWay++
    try {
      await this.deliver(group, bytes)
      for (const { chunk } of group) if (chunk !== undefined) onStored(chunk)
    } catch (error) {
      onFailure(error)
    } finally {
      for (const { reservation } of group) reservation.release()
      this.bytes -= bytes
      this.underWay--
      if (isLarge) this.largeUnderWay--
      this.start()
      if (this.underWay === 0 && this.queue.length === 0) for (const wake of this.idleWaiters.splice(0)) wake()
    }
  }

  /** Tries until the events are stored. Rejects where they cannot be, where nobody waits any more, and at a stop. */
  private async deliver(group: readonly PendingEvent[], bytes: number): Promise<void> {
    const { deliver, tenant, cluster, log, isGone, signal } = this.options
    const [{ chunk, receivedMs, reservation }] = group as [PendingEvent]
    const origin = {
      tenant,
      cluster,
      node: '',
      agent: '',
      receivedMs,
      source: 'forward',
      format: 'fluent-msgpack',
      ...(chunk === undefined ? {} : { batchId: chunk.id }),
    } as const
    for (let attempt = 0; ; attempt++) {
      try {
        const body = Buffer.concat(group.map((event) => event.bytes))
        const as = { format: 'fluent-msgpack', form: 'json' } as const
        await deliver(body, origin, as, (decoded) => reservation.become(bytes + decoded))
        return
      } catch (error) {
        if (!(error instanceof AfterlogError && error.retryable)) throw error
        if (signal.aborted || (chunk !== undefined && isGone())) throw error
        const waitMs = Math.round(spread(250, 5000, attempt))
        log.warn(
          { err: error, tenant, attempt, waitMs, bytes },
          'events of a Forward connection cannot be stored; trying again',
        )
        await sleep(waitMs, undefined, { signal })
      }
    }
  }
}
