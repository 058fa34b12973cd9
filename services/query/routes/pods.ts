// GET /v1/pods: who lived, how they ended and how much they said. parse → keys of the page → details → outcomes → render.
import type { RoutePlugin } from '#shared/http/server.ts'
import { digest } from '#query/cursor.ts'
import type { PodFilter } from '#query/plan/pods.ts'
import { decodePodCursor, encodePodCursor } from '#query/pod-cursor.ts'
import { createPodReader } from '#query/read/pods.ts'
import { createReading } from '#query/read/reading.ts'
import { clientGone } from './line-reply.ts'
import { readTimes } from './line-request.ts'
import { nowNs, type QueryRouteOptions } from './query-context.ts'
import { podsAnswer, podsQuery, type PodsQuery } from './schemas/pods.ts'

const podsPerPage = 100

export const podsRoute =
  ({ store, limits, clock }: QueryRouteOptions): RoutePlugin =>
  (app, _, done) => {
    const schema = { summary: 'Pods, alive and dead, newest first', querystring: podsQuery, response: { 200: podsAnswer } }
    app.get('/v1/pods', { schema }, async (request, reply) => {
      const { query, tenant } = request
      const filters = filterDigest(query, tenant)
      const asked = readTimes(query, nowNs(clock))
      const at = query.cursor === undefined ? undefined : decodePodCursor(query.cursor, filters)
      const { from, to } = at ?? asked
      const { cluster, namespace, name, node, owner, outcome } = query
      const filter: PodFilter = { tenant, cluster, namespace, name, node, owner, outcome, from, to }
      const reader = createPodReader({ reading: createReading({ store, limits, signal: clientGone(reply) }) })
      const { pods, next } = await reader.page(filter, at?.position, query.limit ?? podsPerPage)
      return reply.send({ pods, next: next === null ? null : encodePodCursor({ position: next, from, to }, filters) })
    })
    done()
  }

// Everything that decides which pods come, except how many at once.
function filterDigest({ cluster, namespace, name, node, owner, outcome, from, to }: PodsQuery, tenant: string): string {
  const lists = [cluster, namespace, name, node, owner, outcome].map((values) => values?.toSorted() ?? null)
  return digest([tenant, 'pods', lists, from ?? '', to ?? ''])
}
