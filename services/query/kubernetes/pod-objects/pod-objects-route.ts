// GET /k8s/api/v1/…/pods: one pod, a list or a watch of pods, dead and alive.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { notFound, badRequest } from '#shared/kubernetes-status.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { decodeContinue, encodeContinue } from '../api/continue-token.ts'
import type { NamePosition } from './read-named-pods.ts'
import { readPod } from '#query/pods/read-pod.ts'
import { podItems, type PodItemOptions } from './read-pod-items.ts'
import { podSteps } from './read-pod-list.ts'
import { findPod } from './read-pod-names.ts'
import { watchPods } from './watch-pod-objects.ts'
import type { WatchRun } from '../api/watch-looks.ts'
import { single, type Shape } from '../api/api-object.ts'
import { podFields } from './pod-fields.ts'
import { podResource } from './pod-row.ts'
import { sendList, type ListStep } from '../api/list-reply.ts'
import { readList, readShape } from '../api/list-request.ts'
import type { KubernetesRouteOptions } from '../api/route-options.ts'
import { warnOfOthers } from './name-warning.ts'
import { sendWatch } from '../api/watch-reply.ts'
import { requestReading } from '#query/http/request-reading.ts'

interface PodPath {
  namespace?: string
  name?: string
}

/** How many pods one step of a list reads. */
const stepMax = 500

export const podRoutes =
  (options: KubernetesRouteOptions): RoutePlugin =>
  (app, _, done) => {
    const list = (request: FastifyRequest, reply: FastifyReply) => listPods(options, request, reply)
    app.get('/api/v1/pods', list)
    app.get('/api/v1/namespaces/:namespace/pods', list)
    app.get('/api/v1/namespaces/:namespace/pods/:name', async (request, reply) => {
      const { tenant, params } = request
      const { namespace, name } = params as Required<PodPath>
      const shape = readShape(request)
      const { store, limits, clock } = options
      const reading = requestReading({ store, limits }, reply)
      const pod = await findPod(reading, { tenant, namespace, name })
      warnOfOthers(reply, pod)
      const view = await readPod(reading, tenant, pod.uid)
      const records = view === undefined ? {} : { records: new Map([[pod.uid, view.record]]) }
      const [item] = await podItems({ reading, tenant, depth: depthOf(shape), nowMs: clock(), ...records }, [pod])
      if (item === undefined) throw notFound('pods', name)
      return reply.send(single(podResource, item, shape))
    })
    done()
  }

async function listPods(
  options: KubernetesRouteOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { tenant } = request
  const { namespace } = request.params as PodPath
  const requested = readList(request, podFields)
  const { store, limits, clock } = options
  const { shape, labels, fields, limit } = requested
  const selection = { namespace, labels, fields }
  if (requested.watch) {
    const watch = (run: WatchRun) => watchPods({ ...run, depth: depthOf(shape), selection })
    return sendWatch(options, reply, { tenant, requested, resource: podResource, watch })
  }
  const nowMs = clock()
  const reading = requestReading({ store, limits }, reply)
  const of = [tenant, 'pods', namespace ?? '', ...requested.selectors]
  const after = positionOf(decodeContinue(requested.continue, 4, of))
  const token = ({ namespace: last, name, born, uid }: NamePosition) =>
    encodeContinue([last, name, String(born), uid], of)
  const walk = podSteps({
    reading,
    tenant,
    depth: depthOf(shape),
    nowMs,
    selection,
    after,
    stepMax: limit === 0 ? stepMax : Math.min(stepMax, limit + 1),
  })
  const steps = async function* (): AsyncGenerator<ListStep> {
    for await (const { pods, next } of walk)
      yield {
        items: pods.map(({ item, behind }) => ({ item, token: () => token(behind) })),
        next: next === undefined ? undefined : () => token(next),
      }
  }
  return sendList(reply, { resource: podResource, shape, limit, resourceVersion: String(nowMs), steps: steps() })
}

/** How much of a pod an answer of this shape needs. */
const depthOf = ({ as, include }: Shape): PodItemOptions['depth'] =>
  as === 'Object' || (as === 'Table' && include === 'Object') ? 'sealed' : 'metadata'

function positionOf(key: string[] | undefined): NamePosition | undefined {
  if (key === undefined) return undefined
  const [namespace, name, born, uid] = key as [string, string, string, string]
  if (!/^\d{1,18}$|^[1-8]\d{18}$/.test(born))
    throw badRequest('continue key is not valid: it is not one that this server gave; list again without it')
  return { namespace, name, born: BigInt(born), uid }
}
