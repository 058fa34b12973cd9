// GET /v1/pods/{uid}: everything about one pod, with every fact that was acknowledged before the request.
// read-pod-reference.ts says what {uid} may be.
import { z } from 'zod'
import type { RoutePlugin } from '#shared/http/server.ts'
import { readArchivedDetail } from './read-archived-detail.ts'
import { readPod } from './read-pod.ts'
import { readReferencedPod } from './read-pod-reference.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { renderPodDetail, type PodDetailJson } from '#shared/pod-model/pod-detail.ts'
import type { QueryRouteOptions } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { podAnswer, podPath } from './pods-schema.ts'

export const podRoute =
  ({ store, limits }: Pick<QueryRouteOptions, 'store' | 'limits'>): RoutePlugin =>
  (app, _, done) => {
    const schema = {
      operationId: 'getPod',
      example: { path: { uid: '5b0c1d2e' } },
      tags: ['pods'],
      summary: 'One pod, with its lives, why they ended, its events and its replacement',
      params: podPath,
      querystring: z.strictObject({}),
      failures: ['not-found', 'ambiguous'] as const,
      response: { 200: podAnswer },
    }
    app.get('/v1/pods/:uid', { schema }, async (request, reply) => {
      const { tenant, params } = request
      const reading = requestReading({ store, limits }, reply)
      const asked = { tenant, reference: params.uid, parameter: 'uid' }
      const { pod } = await readReferencedPod(reading, asked, (uid) => readDetail(reading, tenant, uid))
      return reply.send(pod)
    })
    done()
  }

async function readDetail(reading: Reading, tenant: string, uid: string): Promise<PodDetailJson | undefined> {
  const view = await readPod(reading, tenant, uid)
  return view === undefined ? readArchivedDetail(reading, tenant, uid) : renderPodDetail(view)
}
