// GET /v1/pods/{uid}: all that is known of one pod. The uid may be the API's, the one in a static pod's log path, or a made up
// unresolved:<cluster>/<namespace>/<pod>.
import { z } from 'zod'
import { AfterlogError } from '#shared/errors.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { keptDetail } from '#query/read/kept-obituary.ts'
import { withSealsKept } from '#query/read/kept-pods.ts'
import { readDossier } from '#query/read/pod-dossier.ts'
import { createReading } from '#query/read/reading.ts'
import { renderPodDetail } from '#query/render/pod-detail.ts'
import { clientGone } from './line-reply.ts'
import type { QueryRouteOptions } from './query-context.ts'
import { podAnswer, podPath } from './schemas/pods.ts'

export const podRoute =
  ({ store, limits }: Pick<QueryRouteOptions, 'store' | 'limits'>): RoutePlugin =>
  (app, _, done) => {
    const schema = {
      summary: 'One pod, with its lives, why they ended, its events and its replacement',
      params: podPath,
      querystring: z.strictObject({}),
      response: { 200: podAnswer },
    }
    app.get('/v1/pods/:uid', { schema }, async (request, reply) => {
      const { tenant, params } = request
      const reading = createReading({ store, limits, signal: clientGone(reply) })
      const dossier = await readDossier(reading, tenant, params.uid)
      const [pod] =
        dossier === undefined
          ? [await keptDetail(reading, tenant, params.uid)]
          : await withSealsKept(reading, tenant, [renderPodDetail(dossier)])
      if (pod === undefined) throw unknownPod(params.uid)
      return reply.send(pod)
    })
    done()
  }

export const unknownPod = (uid: string): AfterlogError =>
  new AfterlogError('not-found', `nobody told of a pod ${JSON.stringify(uid)}`, { parameter: 'uid' })
