// GET /v1/pods/{uid}: all that is known of one pod. read/pod-reference.ts says what {uid} may be.
import { z } from 'zod'
import type { RoutePlugin } from '#shared/http/server.ts'
import { keptDetail } from '#query/read/kept-obituary.ts'
import { withSealsKept } from '#query/read/kept-pods.ts'
import { readDossier } from '#query/read/pod-dossier.ts'
import { readReferencedPod } from '#query/read/pod-reference.ts'
import { createReading, type Reading } from '#query/read/reading.ts'
import { renderPodDetail, type PodDetailJson } from '#query/render/pod-detail.ts'
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
      const asked = { tenant, reference: params.uid, parameter: 'uid' }
      const { pod } = await readReferencedPod(reading, asked, (uid) => readDetail(reading, tenant, uid))
      return reply.send(pod)
    })
    done()
  }

async function readDetail(reading: Reading, tenant: string, uid: string): Promise<PodDetailJson | undefined> {
  const dossier = await readDossier(reading, tenant, uid)
  if (dossier === undefined) return keptDetail(reading, tenant, uid)
  const [pod] = await withSealsKept(reading, tenant, [renderPodDetail(dossier)])
  return pod
}
