// POST /upload: the journal of a node, as systemd-journal-upload sends it: one body for all entries that there are, and
// another one when there are more. It counts entries as sent when a body is answered with 2xx, and saves the cursor of
// the last one then (--save-state). After any other answer, and after a broken connection, it exits, and begins again
// behind the saved cursor. So a body, which may take hours, is stored in pieces while it comes, and answered when all
// of it is stored. What comes again has the same numbers, and adds nothing. An upload that has to wait is not refused,
// but not read on: before version 255 nothing starts the uploader again.
// https://www.freedesktop.org/software/systemd/man/latest/systemd-journal-upload.service.html
import type { FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import { setTimeout as sleep } from 'node:timers/promises'
import { negotiatedType } from '#shared/http/accept.ts'
import { AfterlogError } from '#shared/errors.ts'
import { takeYourTime } from '#shared/http/client-error.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { ownCopy } from '../buffer/own-copy.ts'
import { patiently } from '../delivery/patiently.ts'
import { JournalStream, type JournalEntries } from '../formats/journal-stream.ts'
import type { Origin } from '../normalise/origin.ts'
import { rejectsMax, type RejectSummary } from '../normalise/reject.ts'
import { decompressed } from '../sources/decompressed.ts'
import { answer, rawBodies, senderOf, type BatchPostOptions } from './batch-post.ts'
import { acceptedSchema } from './schemas.ts'
import { journalExample } from './body-examples.ts'

/** A piece is stored when it has so many bytes, or has waited for so long. */
const pieceBytes = 2 * 1024 * 1024
const pieceMsMax = 1000
/** Pieces of one upload that are stored beside each other. */
const piecesMax = 4
/** ms without a byte, or without room for one, after which an upload ends. */
const silentMsMax = 600_000
const busyMsMax = 600_000
const pollMs = 25
/** A compressed upload becomes at most so many times as large. Entries become some twenty times as large. */
const ratioMax = 500
const ratioBytesMin = 16 * 1024 * 1024

type UploadOptions = Omit<BatchPostOptions, 'checkReplay' | 'bodyBytesMax'> & {
  /** ms for which a piece is tried again while the store is away. */
  patienceMs?: number
}

export function journaldRoute(options: UploadOptions): RoutePlugin {
  return (app, _, done) => {
    rawBodies(app)
    const schema: FastifySchema = {
      operationId: 'storeJournal',
      example: journalExample,
      summary: 'Store entries of the journal',
      description:
        'The export format of journald, as systemd-journal-upload sends it and `journalctl -o export` prints it, with ' +
        'any Content-Type and of any length; Content-Encoding zstd or gzip. Answers once every entry is durable.',
      takes: { 'application/vnd.fdo.journal': 'Entries in the export format.' },
      tags: ['ingest'],
      response: { 200: acceptedSchema },
      forms: { 'text/plain': 'The same JSON, for systemd-journal-upload, which accepts no other type.' },
    }
    app.post('/upload', { schema }, async (request, reply) => {
      const type = negotiatedType(request, ['application/json', 'text/plain'])
      const accepted = await upload(request, reply, options)
      return reply
        .type(`${type}; charset=utf-8`)
        .serializer((payload) => payload as string)
        .send(JSON.stringify(accepted))
    })
    done()
  }
}

async function upload(request: FastifyRequest, reply: FastifyReply, options: UploadOptions) {
  // It would use a connection again that was closed meanwhile, and exit, since it cannot repeat what it has read.
  void reply.headers({ connection: 'close', 'accept-encoding': 'zstd' })
  const { raw } = request
  takeYourTime(raw.socket)
  raw.socket.on('timeout', () => raw.destroy())
  const pieces = new Pieces(senderOf(request, 'journald', options.cluster), options, () => raw.socket.destroyed)
  try {
    const encoding = (request.headers['content-encoding'] ?? '').trim().toLowerCase()
    const chunks = raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
    let bytes = 0
    for await (const chunk of decompressed(chunks, encoding)) {
      raw.socket.setTimeout(0)
      bytes += chunk.length
      if (bytes > ratioBytesMin && bytes > ratioMax * raw.socket.bytesRead)
        throw new AfterlogError('too-large', `the body becomes more than ${ratioMax} times as large as it is`)
      await pieces.add(chunk)
      raw.socket.setTimeout(silentMsMax)
    }
    raw.socket.setTimeout(0)
    return await pieces.end()
  } finally {
    await pieces.settled()
  }
}

/** The pieces of one upload. */
class Pieces {
  private readonly stream = new JournalStream(0)
  private readonly under = new Set<Promise<void>>()
  private readonly reservation
  private timer: NodeJS.Timeout | undefined
  private records = 0
  private failure: unknown
  private accepted = 0
  private readonly rejects: RejectSummary[] = []
  private readonly sender: Omit<Origin, 'receivedMs'>
  private readonly options: UploadOptions
  private readonly isGone: () => boolean

  constructor(sender: Omit<Origin, 'receivedMs'>, options: UploadOptions, isGone: () => boolean) {
    this.sender = sender
    this.options = options
    this.isGone = isGone
    this.reservation = options.inflight.reserve(0)
  }

  /** Resolves when more may be read. */
  async add(chunk: Buffer): Promise<void> {
    const { stream, options } = this
    stream.push(chunk)
    this.reservation.become(stream.bytes)
    if (stream.wholeBytes >= pieceBytes || options.inflight.isFull) this.deliver()
    else if (stream.wholeBytes > 0) this.timer ??= setTimeout(() => this.deliver(), pieceMsMax)
    while (this.under.size >= piecesMax) await Promise.race(this.under)
    if (this.failure !== undefined) throw this.failure
    await this.room()
  }

  private async room(): Promise<void> {
    const { inflight } = this.options
    for (let waitedMs = 0; inflight.isFull; waitedMs += pollMs) {
      // Where all that is in flight is the begin of an entry, nothing else makes room.
      if (this.under.size === 0 && inflight.bytes <= this.stream.bytes) return
      if (waitedMs > busyMsMax)
        throw new AfterlogError('busy', 'there was no room for more entries for ten minutes; send them again later', {
          retryAfterS: 10,
        })
      await sleep(pollMs)
    }
  }

  async end() {
    this.stream.end()
    this.deliver()
    await Promise.all(this.under)
    if (this.failure !== undefined) throw this.failure
    return answer({ accepted: this.accepted, rejects: this.rejects })
  }

  /** Resolves when nothing of the upload is under way. */
  async settled(): Promise<void> {
    clearTimeout(this.timer)
    await Promise.all(this.under)
    this.reservation.release()
  }

  private deliver(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.stream.wholeBytes === 0 || this.failure !== undefined) return
    const entries = this.stream.take()
    const first = this.records
    this.records += entries.count
    this.reservation.become(this.stream.bytes)
    const storing = this.store(entries, first).catch((error: unknown) => (this.failure ??= error))
    const under: Promise<void> = storing.then(() => void this.under.delete(under))
    this.under.add(under)
  }

  /** One that is too many stands for all that follow. */
  private addReject(reject: RejectSummary): void {
    const last = this.rejects[rejectsMax]
    if (last === undefined) this.rejects.push(reject)
    else last.records = (last.records ?? 1) + (reject.records ?? 1)
  }

  /** @param first Entries of the upload before these. */
  private async store({ body }: JournalEntries, first: number): Promise<void> {
    const { deliver, inflight, clock, patienceMs = 600_000 } = this.options
    const reservation = inflight.reserve(0)
    const origin = { ...this.sender, receivedMs: clock(), firstRecord: first }
    const as = { format: 'journald', form: 'json' } as const
    const untilMs = performance.now() + patienceMs
    try {
      const delivered = await patiently(
        () => {
          reservation.become(2 * body.length)
          return deliver(ownCopy(body), origin, as, reservation.become)
        },
        () => !this.isGone() && performance.now() < untilMs,
      )
      this.accepted += delivered.accepted
      for (const reject of delivered.rejects) this.addReject({ ...reject, index: reject.index + first })
    } finally {
      reservation.release()
    }
  }
}
