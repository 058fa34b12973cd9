// Watches the answers under way: counts their memory, and cuts off clients that do not read. A client that has taken
// no byte for a while, although bytes wait for it, is cut off; while others wait for memory, sooner.
import type { FastifyReply } from 'fastify'
import { Counter, Gauge, type Registry } from 'prom-client'
import { onAnswerOver } from './answer-over.ts'
import { createAnswerBudget } from './answer-memory.ts'
import type { HttpServer } from './types.ts'

export interface AnswerLimits {
  /** Of all answers together. */
  bytesMax?: number
  /** ms in which a client must take a byte where bytes wait for it. */
  stallMsMax?: number
}

const MiB = 1024 * 1024
/** The same while others wait for memory. */
const shortStallMsMax = 5000
const looksMs = 1000

/** Node's socket says nowhere else how many of its bytes the kernel has not taken. */
interface Handle {
  bytesWritten: number
  writeQueueSize: number
}

interface Answer {
  reply: FastifyReply
  /** Bytes that the kernel had taken for the client when that changed last. */
  taken: number
  takenMs: number
}

/** Call it behind the hook that makes `request.work`. */
export function watchAnswers(
  app: HttpServer,
  registry: Registry,
  { bytesMax = 256 * MiB, stallMsMax = 60_000 }: AnswerLimits = {},
): void {
  const budget = createAnswerBudget(bytesMax)
  const answers = new Set<Answer>()
  const registers = [registry]
  const held: Gauge = new Gauge({
    name: 'afterlog_http_answer_bytes',
    help: 'Memory of answers that are being read or wait for their clients, as it is counted',
    registers,
    collect: () => held.set(budget.heldBytes),
  })
  const cuts = new Counter({
    name: 'afterlog_http_readers_cut_total',
    help: 'Answers that were broken off because their client did not read',
    labelNames: ['route'],
    registers,
  })
  const look = (): void => {
    const nowMs = performance.now()
    const mostMs = budget.isShort ? Math.min(shortStallMsMax, stallMsMax) : stallMsMax
    for (const answer of answers) {
      if (!isStalled(answer, nowMs, mostMs)) continue
      const { request } = answer.reply
      request.work.failure = 'slow-reader'
      cuts.inc({ route: request.routeOptions.url ?? 'none' })
      request.log.warn(`a client that took no byte for ${Math.round(mostMs / 1000)} s was cut off`)
      request.raw.socket.resetAndDestroy()
    }
  }
  const timer = setInterval(look, Math.min(looksMs, stallMsMax / 4)).unref()
  app.addHook('onClose', async () => clearInterval(timer))
  // Each answer on a connection listens for its end, and a client may send many requests at once.
  app.server.on('connection', (socket) => socket.setMaxListeners(0))
  app.addHook('onRequest', async (request, reply) => {
    const memory = budget.open()
    const answer: Answer = { reply, taken: 0, takenMs: performance.now() }
    request.work.memory = memory
    answers.add(answer)
    onAnswerOver(reply, () => {
      answers.delete(answer)
      memory.close()
    })
  })
  app.addHook('onSend', async (request, _, payload) => {
    // The text itself, and its bytes on their way to the socket.
    if (typeof payload === 'string') request.work.memory?.hold(2 * payload.length)
    return payload
  })
}

function isStalled(answer: Answer, nowMs: number, mostMs: number): boolean {
  const { socket } = answer.reply.request.raw
  // oxlint-disable-next-line no-underscore-dangle -- Node has no public field for it
  const { _handle: handle } = socket as typeof socket & { _handle?: Handle | null }
  if (handle === undefined || handle === null) return false
  const taken = handle.bytesWritten - handle.writeQueueSize
  if (taken !== answer.taken || handle.writeQueueSize === 0) {
    answer.taken = taken
    answer.takenMs = nowMs
  }
  return nowMs - answer.takenMs >= mostMs
}
