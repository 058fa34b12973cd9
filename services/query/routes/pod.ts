// GET /v1/pods/{uid}: all that is known of one pod. The uid may be the API's, the one in a static pod's log path, or a made up
// unresolved:<cluster>/<namespace>/<pod>.
import { z } from 'zod'
import { AfterlogError } from '#shared/errors.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { keptObituary } from '#query/read/obituary.ts'
import { readPodDetail } from '#query/read/pod-detail.ts'
import { createReading } from '#query/read/reading.ts'
import { clientGone } from './line-reply.ts'
import type { QueryRouteOptions } from './query-context.ts'
import { podAnswer } from './schemas/pods.ts'

const path = z.object({ uid: z.string().describe('API uid, uid of a static pod, or unresolved:<cluster>/<namespace>/<pod>.') })

export const podRoute =
  ({ store, limits }: Pick<QueryRouteOptions, 'store' | 'limits'>): RoutePlugin =>
  (app, _, done) => {
    const schema = {
      summary: 'One pod, with its events and its replacement',
      params: path,
      querystring: z.strictObject({}),
      response: { 200: podAnswer },
    }
    app.get('/v1/pods/:uid', { schema }, async (request, reply) => {
      const { tenant, params } = request
      const reading = createReading({ store, limits, signal: clientGone(reply) })
      const pod = (await readPodDetail(reading, tenant, params.uid)) ?? (await keptObituary(reading, tenant, params.uid))
      if (pod === undefined)
        throw new AfterlogError('not-found', `nobody told of a pod ${JSON.stringify(params.uid)}`, { parameter: 'uid' })
      return reply.send(pod)
    })
    done()
  }
