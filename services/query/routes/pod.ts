// GET /v1/pods/{uid}: all that is known of one pod. The uid may be the API's, the one in a static pod's log path, or a made up
// unresolved:<cluster>/<namespace>/<pod>.
import { z } from 'zod'
import { AfterlogError } from '#shared/errors.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { apiUid, podMaps, replacementOf, type PodObjectRow, type ReplacementRow } from '#query/plan/pod-details.ts'
import { createPodReader } from '#query/read/pods.ts'
import { createReading, type Reading } from '#query/read/reading.ts'
import { renderPodDetail } from '#query/render/pod-detail.ts'
import { renderPod, type RenderedPod, type PodFacts } from '#query/render/pod.ts'
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
      const reader = createPodReader({ reading })
      const [known] = await reading.rows<{ uid: string }>(apiUid(tenant, params.uid))
      const uid = known?.uid ?? params.uid
      const [facts] = await reader.covered(tenant, await reader.counted(tenant, await reader.facts(tenant, [uid])))
      if (facts === undefined || !anythingTold(facts)) {
        throw new AfterlogError('not-found', `nobody told of a pod ${JSON.stringify(params.uid)}`, { parameter: 'uid' })
      }
      const rendered = renderPod(facts)
      const [maps, replacement] = await Promise.all([
        reading.rows<PodObjectRow>(podMaps(tenant, uid)),
        nextOf(reading, tenant, facts, rendered),
      ])
      return reply.send(renderPodDetail({ rendered, facts, maps: maps[0] ?? { labels: {}, annotations: {} }, replacement }))
    })
    done()
  }

const anythingTold = ({ row, lives, events, lines }: PodFacts): boolean =>
  row !== null || lives.length > 0 || events.length > 0 || lines.length > 0

// A controller replaces a pod when its end begins, which may be before its containers have finished.
async function nextOf(
  reading: Reading,
  tenant: string,
  { row }: PodFacts,
  { verdict }: RenderedPod,
): Promise<ReplacementRow | null> {
  if (row === null || row.ownerKind === '' || !verdict.over) return null
  const times = [verdict.endAt, verdict.diedAt, row.deletedAt].filter((time) => time !== null).toSorted()
  if (times[0] === undefined) return null
  const [next] = await reading.rows<ReplacementRow>(replacementOf(tenant, row, times[0]))
  return next ?? null
}
