// GET /v1/pods: pods with their outcomes, lives and numbers of lines. parse → read a page of records → render.
import { withHints } from '#query/http/hint.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { podJson } from '#shared/pod-model/record.ts'
import { digest } from '#query/http/cursor.ts'
import { decodePodCursor, encodePodCursor } from './pod-cursor.ts'
import { readPodHints } from './read-hints.ts'
import { readPodPage } from './read-page.ts'
import { podFilterDigest, readPodFilter, readPodTimes } from './pod-request.ts'
import { asOfTime, nowNs, type QueryRouteOptions } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { podsAnswer, podsQuery } from './pods-schema.ts'

const podsPerPage = 100

export const podsRoute =
  ({ store, limits, clock, projection }: QueryRouteOptions): RoutePlugin =>
  (app, _, done) => {
    const schema = {
      operationId: 'listPods',
      example: { query: { namespace: 'shop', sort: 'died', limit: '10' } },
      tags: ['pods'],
      summary: 'Pods, alive and dead, newest first',
      querystring: podsQuery,
      response: { 200: podsAnswer },
    }
    app.get('/v1/pods', { schema }, async (request, reply) => {
      const { query, tenant } = request
      const filters = digest(podFilterDigest(query, tenant))
      const asked = readPodTimes(query, nowNs(clock))
      const cursor = query.cursor === undefined ? undefined : decodePodCursor(query.cursor, filters)
      const times = cursor?.times ?? asked
      const asOf = projection.asOf
      const reading = requestReading({ store, limits }, reply)
      const { records, next } = await readPodPage(reading, {
        filter: readPodFilter(query, { tenant }, times),
        sort: query.sort ?? 'created',
        position: cursor?.position,
        // A record that is written from now on has a later revision than asOf, also where its projection has begun.
        since: cursor?.position.since ?? BigInt(Math.trunc(asOf ?? 0)) * 1000n,
        limit: query.limit ?? podsPerPage,
      })
      const isEmpty = records.length === 0 && query.cursor === undefined
      const hints = isEmpty ? await readPodHints(reading, tenant, query) : []
      return reply.send({
        pods: records.map(podJson),
        next: next === null ? null : encodePodCursor({ position: next, times }, filters),
        ...withHints(hints),
        asOf: asOfTime({ asOf }),
      })
    })
    done()
  }
