// Makes requests observable: an id in the answer, metrics, and for the API one wide line in the log with the cost of
// the answer. The line has the pattern of the route, never the URL: search text and pod names belong to the user.
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { durationBuckets } from '#shared/process-metrics.ts'
import { onAnswerOver } from './answer-over.ts'
import { isApiPath } from './api-paths.ts'
import { createRequestWork } from './request-work.ts'
import type { HttpServer } from './types.ts'

const requestIdHeader = 'x-request-id'

/** Returns the id that a proxy gave to the request, or a new one. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers[requestIdHeader]
  return typeof given === 'string' && /^[\x21-\x7e]{1,128}$/.test(given) ? given : randomUUID()
}

/** Of a request that became a websocket. */
const switched = 101
/** nginx's status for a request whose client left before the answer. */
const clientLeft = 499

/** Call it before other hooks are added, so that requests that those refuse are observed too. */
export function observeRequests(app: HttpServer, registry: Registry): void {
  const registers = [registry]
  const duration = new Histogram({
    name: 'afterlog_http_request_duration_seconds',
    help: 'Time to answer, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: durationBuckets,
    registers,
  })
  const failures = new Counter({
    name: 'afterlog_http_requests_failed_total',
    help: 'Requests that were answered with an error or broken off by one, by its code',
    labelNames: ['route', 'code'],
    registers,
  })
  const open = new Gauge({ name: 'afterlog_http_requests_open', help: 'Requests being answered', registers })
  app.decorateRequest('work')
  app.addHook('onRequest', async (request, reply) => {
    const work = createRequestWork()
    request.work = work
    void reply.header(requestIdHeader, request.id)
    open.inc()
    // The hook onResponse would not do: fastify does not call it when the client leaves.
    onAnswerOver(reply, () => {
      open.dec()
      const route = request.routeOptions.url ?? 'none'
      const status = request.work.upgraded === true ? switched : reply.raw.headersSent ? reply.statusCode : clientLeft
      const { method, tenant } = request
      const { failure, statements, rowsRead, bytesRead, memoryBytes } = work
      duration.observe({ method, route, status }, reply.elapsedTime / 1000)
      if (failure !== undefined) failures.inc({ route, code: failure })
      if (!isApiPath(route)) return
      request.log.info(
        {
          tenant,
          method,
          route,
          status,
          ms: Math.round(reply.elapsedTime),
          statements,
          rowsRead,
          bytesRead,
          ...(memoryBytes === undefined ? {} : { memoryBytes }),
          cutShort: work.upgraded !== true && !reply.raw.writableFinished,
          ...(failure === undefined ? {} : { code: failure }),
        },
        'answered',
      )
    })
  })
}
