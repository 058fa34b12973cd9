// /loki/api/v1/tail: lines as they arrive, over a websocket. The newest lines since `start` come first, then what
// arrives. A client that reads slowly is waited for; lines that it does not take in time are counted for it.
// https://grafana.com/docs/loki/latest/reference/loki-http-api/#stream-logs
import websocket from '@fastify/websocket'
import type { FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import { AfterlogError } from '#shared/errors.ts'
import { logFailure, toAfterlogError, toProblem } from '#shared/http/problem.ts'
import type { Line } from '#shared/lines/row-decoder.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { nowNs } from '#query/http/query-context.ts'
import type { Dropped } from '#query/tail/line-buffer.ts'
import { createHeldBack } from './held-back.ts'
import { followLog, type LogTail } from './follow-log.ts'
import { describe, sentence, type LokiApp } from './form-routes.ts'
import { readCategorize } from './query-parameter.ts'
import { readForm } from './request-form.ts'
import { openLogQuery } from './logql/read-log-query.ts'
import type { StreamResult } from './logql/result.ts'
import { streamRuns } from './logql/stream-entry.ts'
import { categorizeLabels, streamsJson } from './result-json.ts'
import type { LokiRouteOptions } from './route-options.ts'
import { readTailRequest } from './tail-request.ts'
import { mayRead } from './web-origin.ts'

const tailPath = '/loki/api/v1/tail'
/** Clients send nothing but control frames. */
const messageBytesMax = 4096
const pingMs = 15_000
const linesOfMessage = 500
const bytesOfMessage = 1024 * 1024
const heldLinesMax = 10_000
/** RFC 6455, section 7.4.1. */
const internalError = 1011

export function tailRoute(app: LokiApp, options: LokiRouteOptions): void {
  void app.register(websocket, { options: { maxPayload: messageBytesMax } })
  void app.register((sockets, _, done) => {
    const schema = {
      operationId: 'tailStreams',
      summary: 'Lines as they arrive (websocket)',
      tags: ['loki'],
      querystring: describe(['query', 'start', 'limit', 'delay_for']),
      response: { 101: z.null().describe('The connection is a websocket, whose messages have the lines.') },
      failures: ['forbidden'] as const,
      failureForm: sentence,
    }
    sockets.route({
      method: 'GET',
      url: tailPath,
      schema,
      handler: () => {
        throw new AfterlogError('invalid-parameter', 'lines are followed over a websocket: send an upgrade', {
          parameter: 'Upgrade',
        })
      },
      // What is wrong with a request is said by a status, before it becomes a websocket.
      preHandler: async (request, reply) => {
        if (!request.ws) return
        if (!mayRead(request.headers, options.origins))
          throw new AfterlogError(
            'forbidden',
            'a page of another site may not read these lines, unless AFTERLOG_CORS_ORIGINS names its origin',
            {
              parameter: 'Origin',
            },
          )
        readTailRequest(readForm(request.query, undefined), nowNs(options.clock))
        options.polling.join('tails', reply)
      },
      wsHandler: (socket: WebSocket, request: FastifyRequest) => serve(socket, request, options),
    })
    done()
  })
}

async function serve(socket: WebSocket, request: FastifyRequest, options: LokiRouteOptions): Promise<void> {
  const gone = new AbortController()
  socket.once('close', () => gone.abort())
  const signal = AbortSignal.any([gone.signal, options.stopping])
  const pings = setInterval(() => socket.ping(), pingMs)
  request.work.streams = true
  request.work.upgraded = true
  try {
    await send(socket, request, { ...options, signal })
  } catch (error) {
    if (!signal.aborted) fail(socket, request, error)
  } finally {
    clearInterval(pings)
  }
  // Without a closing frame, so that clients connect again.
  if (options.stopping.aborted) socket.terminate()
}

async function send(
  socket: WebSocket,
  request: FastifyRequest,
  options: LokiRouteOptions & { signal: AbortSignal },
): Promise<void> {
  const { store, limits, clock, signal } = options
  const { tenant, work } = request
  const categorize = readCategorize(request)
  const begunMs = clock()
  const asked = readTailRequest(readForm(request.query, undefined), nowNs(clock))
  const { text, expr, startNs, limit, delayMs } = asked
  const reading = createReading({ store, limits, signal, work })
  const query = await openLogQuery({ reading, tenant, expr, categorize, nowNs: nowNs(clock) })
  const tail: LogTail = { ...options, reading, query, tenant, text, startNs, limit, begunMs }
  let droppedBefore: Dropped | undefined
  const sendStreams = async (streams: readonly StreamResult[]): Promise<void> => {
    if (streams.length === 0 && droppedBefore === undefined) return
    const message = tailJson(streams, categorize, droppedBefore)
    droppedBefore = undefined
    await sent(socket, message)
  }
  const held = createHeldBack<{ tsNs: bigint; line: Line }>({ delayMs, linesMax: heldLinesMax })
  for await (const { lines, dropped } of followLog(tail, sendStreams)) {
    if (dropped !== undefined) {
      droppedBefore = dropped
      await sendStreams([])
    }
    held.add(
      lines.map((line) => ({ tsNs: line.ts, line })),
      performance.now(),
    )
    const due = held.due(performance.now()).map(({ line }) => line)
    for (const some of messagesOf(due)) {
      if (signal.aborted) return
      await sendStreams(streamRuns(await query.entries(some)))
    }
  }
}

/** Lines in parts of bounded size. */
function* messagesOf(lines: readonly Line[]): Generator<Line[]> {
  let some: Line[] = []
  let bytes = 0
  for (const line of lines) {
    some.push(line)
    bytes += line.message.length
    if (some.length < linesOfMessage && bytes < bytesOfMessage) continue
    yield some
    some = []
    bytes = 0
  }
  if (some.length > 0) yield some
}

/** An entry of Loki's is one line; one of ours is all that were dropped at once. */
const tailJson = (streams: readonly StreamResult[], categorize: boolean, dropped: Dropped | undefined): string =>
  JSON.stringify({
    streams: streamsJson(streams, { categorize }),
    ...(dropped === undefined
      ? {}
      : { dropped_entries: [{ timestamp: String(dropped.to), labels: { dropped: String(dropped.count) } }] }),
    ...(categorize ? { encodingFlags: [categorizeLabels] } : {}),
  })

/** Resolves once the connection has taken the message. */
const sent = (socket: WebSocket, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.send(text, (error) => (error === undefined || error === null ? resolve() : reject(error)))
  })

/** The reason of a closing frame has at most 123 bytes. */
const reasonCharsMax = 40

function fail(socket: WebSocket, request: FastifyRequest, thrown: unknown): void {
  const error = toAfterlogError(thrown)
  request.work.failure = error.code
  logFailure(request, error)
  socket.close(internalError, toProblem(error).detail.slice(0, reasonCharsMax))
}
