// Events of core/v1 under /k8s: one, a list or a watch. Kubernetes itself deletes them after an hour.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { notFound } from '#shared/kubernetes-status.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { decodeContinue, encodeContinue } from '../api/continue-token.ts'
import { eventFields, eventTexts, type EventFilter, type EventPosition, type EventTextRow } from './event-statements.ts'
import { watchEvents } from './watch-event-objects.ts'
import type { WatchRun } from '../api/watch-looks.ts'
import { eventItem, eventResource } from './event-object.ts'
import { single } from '../api/api-object.ts'
import { matchesLabels } from '#shared/stored-pods/label-selector.ts'
import { sendList, type ListStep } from '../api/list-reply.ts'
import { readList, readShape } from '../api/list-request.ts'
import type { KubernetesRouteOptions } from '../api/route-options.ts'
import { sendWatch } from '../api/watch-reply.ts'
import { requestReading } from '#query/http/request-reading.ts'

/** How many Events one step of a list reads. */
const stepMax = 500

export const eventRoutes =
  (options: KubernetesRouteOptions): RoutePlugin =>
  (app, _, done) => {
    const list = (request: FastifyRequest, reply: FastifyReply) => listEvents(options, request, reply)
    app.get('/api/v1/events', list)
    app.get('/api/v1/namespaces/:namespace/events', list)
    app.get('/api/v1/namespaces/:namespace/events/:name', async (request, reply) => {
      const { namespace, name } = request.params as { namespace: string; name: string }
      const shape = readShape(request)
      const { store, limits, clock } = options
      const filter: EventFilter = { tenant: request.tenant, namespace, name, fields: [] }
      const [row] = await requestReading({ store, limits }, reply).rows<EventTextRow>(eventTexts(filter, undefined, 1))
      if (row === undefined) throw notFound('events', name)
      return reply.send(single(eventResource, eventItem(row, clock()), shape))
    })
    done()
  }

async function listEvents(
  options: KubernetesRouteOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { tenant } = request
  const { namespace } = request.params as { namespace?: string }
  const requested = readList(request, eventFields)
  const { shape, labels, fields, limit, selectors, continue: given } = requested
  const filter: EventFilter = { tenant, namespace, fields }
  if (requested.watch) {
    const watch = (run: WatchRun) => watchEvents({ ...run, filter, labels })
    return sendWatch(options, reply, { tenant, requested, resource: eventResource, watch })
  }
  const { store, limits, clock } = options
  const nowMs = clock()
  const reading = requestReading({ store, limits }, reply)
  const of = [tenant, 'events', namespace ?? '', ...selectors]
  const token = (row: EventPosition) => () => encodeContinue([row.namespace, row.name, row.uid], of)
  const key = decodeContinue(given, 3, of)
  const atOnce = limit === 0 ? stepMax : Math.min(stepMax, limit + 1)
  const steps = async function* (): AsyncGenerator<ListStep> {
    let after = key === undefined ? undefined : { namespace: key[0]!, name: key[1]!, uid: key[2]! }
    for (let more = true; more;) {
      const rows = await reading.rows<EventTextRow>(eventTexts(filter, after, atOnce))
      more = rows.length === atOnce
      after = rows.at(-1)
      yield {
        items: rows
          .map((row) => ({ item: eventItem(row, nowMs), token: token(row) }))
          .filter(({ item: { object } }) => matchesLabels(labels, object.metadata.labels ?? {})),
        next: more ? token(after!) : undefined,
      }
    }
  }
  return sendList(reply, { resource: eventResource, shape, limit, resourceVersion: String(nowMs), steps: steps() })
}
