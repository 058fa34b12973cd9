// Collects syslog messages into batches, each of which is stored as one body. Nobody acknowledges them: a batch is
// tried again until it is stored.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ownCopy } from '../buffer/own-copy.ts'
import { patiently } from '../delivery/patiently.ts'
import type { Origin } from '../normalise/origin.ts'
import { RowWriter } from '../store/row-writer.ts'
import type { SyslogMetrics, SyslogTransport } from '../metrics.ts'
import type { SocketOptions } from './socket.ts'

/** A batch is stored when it has so many bytes, or its first message is so old. */
const batchBytes = 512 * 1024
const batchMsMax = 200
/** Batches of one sender that are stored beside each other. */
const batchesMax = 4
const pollMs = 25
/** Beside the bytes in flight, messages whose end has to come may take a fourth of these. */
const partialShare = 4
/** ms for which a stop goes on to try. */
const stopMsMax = 2000

export interface SyslogBatchesOptions extends Pick<
  SocketOptions,
  'deliver' | 'inflight' | 'cluster' | 'clock' | 'log'
> {
  metrics: SyslogMetrics
}

/** What all senders have in common. */
export class SyslogBatches {
  readonly options: SyslogBatchesOptions
  private readonly instance = randomUUID()
  private number = 0
  private partialBytes = 0
  private readonly under = new Set<Promise<void>>()
  private stopMs = Infinity

  constructor(options: SyslogBatchesOptions) {
    this.options = options
  }

  /** Resolves when the batch is stored, or given up at a stop. Never rejects. */
  store(body: Buffer, count: number, transport: SyslogTransport, peer: string, release: () => void): Promise<void> {
    const storing = this.tryStore(body, count, transport, peer)
      .finally(release)
      .finally(() => this.under.delete(storing))
    this.under.add(storing)
    return storing
  }

  /** Messages have no acknowledgement, and equal ones of different batches are different lines: a batch has an id. */
  private async tryStore(body: Buffer, count: number, transport: SyslogTransport, peer: string): Promise<void> {
    const { deliver, cluster, clock, log, metrics } = this.options
    const origin: Origin = {
      tenant: 'default',
      cluster,
      node: '',
      agent: '',
      receivedMs: clock(),
      batchId: `${this.instance}-${this.number++}`,
      peer,
      source: `syslog:${transport}`,
      format: 'syslog',
    }
    try {
      await patiently(
        () => deliver(ownCopy(body), origin, { format: 'syslog', form: 'json' }),
        () => performance.now() < this.stopMs,
      )
    } catch (error) {
      metrics.dropped(transport, 'not-stored', count)
      log.error({ err: error, messages: count, peer }, 'syslog messages could not be stored, and are lost')
    }
  }

  /** Resolves when there is room for more, and the sender has not too many batches `under` way. */
  async room(under: ReadonlySet<unknown>): Promise<void> {
    while (under.size >= batchesMax || this.options.inflight.isFull) await sleep(pollMs)
  }

  /** Counts the memory of messages whose end has to come. Returns false where all connections have too much of it. */
  holdPartial(moreBytes: number): boolean {
    this.partialBytes += moreBytes
    return this.partialBytes <= this.options.inflight.max / partialShare || moreBytes <= 0
  }

  /** Resolves when nothing is under way. */
  async close(): Promise<void> {
    this.stopMs = performance.now() + stopMsMax
    while (this.under.size > 0) await Promise.all(this.under)
  }
}

/** The batches of one sender. */
export class SyslogSender {
  private to: RowWriter | undefined
  private count = 0
  private timer: NodeJS.Timeout | undefined
  readonly under = new Set<Promise<void>>()
  private readonly batches: SyslogBatches
  private readonly transport: SyslogTransport
  private readonly peer: string
  private heldBytes = 0
  private release: () => void = () => undefined

  constructor(batches: SyslogBatches, transport: SyslogTransport, peer: string) {
    this.batches = batches
    this.transport = transport
    this.peer = peer
  }

  /** Adds a message. The bytes are copied. */
  add(bytes: Buffer, start: number, stop: number): void {
    const { batches } = this
    this.to ??= new RowWriter(firstBytes)
    this.to.integer(stop - start)
    this.to.byte(0x20)
    this.to.copy(bytes, start, stop)
    this.count++
    this.hold(batches, 2 * this.to.bytes.length)
    if (this.to.length >= batchBytes) this.flush()
    else this.timer ??= setTimeout(() => this.flush(), batchMsMax)
  }

  /** The rows of messages take about as many bytes as the messages. */
  private hold({ options: { inflight } }: SyslogBatches, bytes: number): void {
    if (bytes === this.heldBytes) return
    this.release()
    this.heldBytes = bytes
    this.release = inflight.hold(bytes)
  }

  /** Stores what was added. */
  flush(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.to === undefined) return
    const { to, count, batches, transport, peer, release } = this
    this.to = undefined
    this.count = this.heldBytes = 0
    this.release = () => undefined
    batches.options.metrics.received(transport, count)
    const storing = batches.store(to.take(), count, transport, peer, release).finally(() => this.under.delete(storing))
    this.under.add(storing)
  }
}

const firstBytes = 8 * 1024
