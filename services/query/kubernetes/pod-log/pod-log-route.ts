// GET /k8s/api/v1/namespaces/NAMESPACE/pods/NAME/log: the lines of one life of a container, byte for byte.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { setTimeout as wait } from 'node:timers/promises'
import { notFound, badRequest } from '#shared/kubernetes-status.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { endOfLife } from './read-life-end.ts'
import { logLife } from './log-life.ts'
import { followedLines, logLines } from './read-log-lines.ts'
import { podItems } from '../pod-objects/read-pod-items.ts'
import { findPod, type RequestedPod } from '../pod-objects/read-pod-names.ts'
import { resolvePod } from '#projector/resolve-pod.ts'
import type { Line } from '#shared/lines/row-decoder.ts'
import { createLogWriter, type LogWriter } from './log-writer.ts'
import { clientGone } from '#shared/http/answer-over.ts'
import { streamBody } from '#query/http/stream-body.ts'
import { nowNs } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { readLogRequest, type LogRequest } from './log-request.ts'
import type { KubernetesRouteOptions } from '../api/route-options.ts'
import { warnOfOthers } from '../pod-objects/name-warning.ts'

export const podLogRoute =
  ({
    store,
    limits,
    clock,
    polling,
    sentMemory,
    feed,
    stopping,
    pollIntervalMs = 500,
  }: KubernetesRouteOptions): RoutePlugin =>
  (app, _, done) => {
    app.get('/api/v1/namespaces/:namespace/pods/:name/log', async (request: FastifyRequest, reply) => {
      const { tenant } = request
      const { namespace, name } = request.params as { namespace: string; name: string }
      const requested = readLogRequest(request, nowNs(clock))
      if (requested.follow) polling.join('tails', reply)
      const signal = AbortSignal.any([clientGone(reply), stopping])
      const reading = requestReading({ store, limits }, reply, signal)
      const pod = await findPod(reading, { tenant, namespace, name })
      warnOfOthers(reply, pod)
      const nowMs = clock()
      const [[item], identity] = await Promise.all([
        podItems({ reading, tenant, depth: 'object', nowMs }, [pod]),
        resolvePod(reading, tenant, pod.uid),
      ])
      if (identity === undefined || identity.onlyEvents)
        throw badRequest(`pod ${JSON.stringify(name)} has no log: only Events name it, no line and no container`)
      if (item === undefined) throw notFound('pods', name)
      const life = logLife(item.object, identity, {
        container: requested.container.name,
        life: lifeOf(pod, requested),
        previous: requested.previous,
      })
      const { tailLines, since } = requested
      const filter: LineFilter = {
        tenant,
        fields: requested.stream === '' ? {} : { stream: [requested.stream] },
        scope: life.scope,
      }
      const { first, last } = identity.extent ?? { first: 0n, last: -1n }
      const from = tailLines === undefined && since !== undefined && since > first ? since : first
      const options = { reading, pod: identity, filter: { ...filter, from, to: last + 1n }, tailLines }
      const endedAt = () => endOfLife(reading, { tenant, uid: pod.uid, ...life })
      const lines = requested.follow
        ? followedLines({ ...options, nowMs, pollIntervalMs, polling, sentMemory, feed, endedAt, signal })
        : logLines(options)
      return sendLog(reply, { lines, writer: createLogWriter(requested), follow: requested.follow, signal })
    })
    done()
  }

/** The life that the request names: behind the @ of the pod's name, behind that of the container, or by `previous`. */
function lifeOf({ life }: RequestedPod, { container, previous }: LogRequest): number | undefined {
  if (life !== undefined && previous)
    throw badRequest("previous and a life behind the @ of the pod's name exclude each other: leave one of them out")
  if (life !== undefined && container.life !== undefined)
    throw badRequest(
      "a life behind the @ of the pod's name and one behind that of container exclude each other: leave one of them out",
    )
  return container.life ?? (previous ? -1 : life)
}

interface LogReply {
  lines: AsyncGenerator<Line[]>
  writer: LogWriter
  /** Whether to begin the answer before there is a line. */
  follow: boolean
  signal: AbortSignal
}

/** Sends lines as they come. What fails before the answer begins is a Status. */
async function sendLog(reply: FastifyReply, { lines, writer, follow, signal }: LogReply): Promise<FastifyReply> {
  const next = lines.next()
  next.catch(() => undefined)
  await (follow ? Promise.race([next, wait(headersAfterMs)]) : next)
  const body = async function* (): AsyncGenerator<Buffer> {
    if (follow) reply.raw.flushHeaders()
    try {
      for (let part = await next; part.done !== true; part = await lines.next()) {
        const bytes = writer.write(part.value)
        // The generators that the lines came through wait now, and keep the array.
        part.value.length = 0
        reply.request.work.memory?.hold(bytes.length)
        if (bytes.length > 0) yield bytes
        if (writer.full) return
      }
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      await lines.return(undefined)
    }
  }
  return reply.type('text/plain').send(streamBody(reply, body()))
}

/** A client that follows a silent container gets the headers after so many ms. */
const headersAfterMs = 300
