// A watch of pods: `{type, object}`, a line each, until the client leaves, its time is up or the service stops. resourceVersion is our clock
// in ms, in lists and in events alike, so that a client that comes back goes on where it was.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { StatusError } from '#shared/kubernetes-status.ts'
import { watchPods } from '#query/read/kubernetes/pod-watch.ts'
import { createReading } from '#query/read/reading.ts'
import { single, type Item, type Shape } from '#query/render/kubernetes/object.ts'
import { podResource } from '#query/render/kubernetes/pod-row.ts'
import { clientGone } from '../line-reply.ts'
import { depthOf } from './depth.ts'
import { sendJsonStream } from './list-reply.ts'
import type { ListRequest } from './list-request.ts'
import type { KubernetesRouteOptions } from './options.ts'

/** How long ago a watch may have been left: it goes on from what was written since, which is only told apart for a while. */
const resumableMs = 300_000
const bookmarkEveryMs = 60_000

export function sendWatch(
  { store, limits, clock, stopping, pollIntervalMs = 1000 }: KubernetesRouteOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  { shape, labels, fields, since, timeoutMs, bookmarks, initialEvents }: ListRequest,
): FastifyReply {
  const now = clock()
  if (since !== undefined && Number(since) < now - resumableMs)
    throw new StatusError(410, `too old resource version: ${since} (${now - resumableMs})`)
  const ends = [clientGone(reply), stopping, ...(timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)])]
  const signal = AbortSignal.any(ends)
  const { namespace } = request.params as { namespace?: string }
  const looks = watchPods({
    reading: createReading({ store, limits, signal }),
    tenant: request.tenant,
    depth: depthOf(shape),
    selection: { namespace, labels, fields },
    since: since === undefined ? undefined : Math.min(Number(since), now),
    pollIntervalMs,
    clock,
    signal,
  })
  const frames = async function* (): AsyncGenerator<Buffer> {
    reply.raw.flushHeaders()
    let bookmarkedAt = now
    let begun = false
    try {
      for await (const { at, pods, complete } of looks) {
        let text = pods.map(({ type, item }) => frame(type, object(item, shape, at))).join('')
        if (complete && bookmarks && (!begun ? initialEvents : at - bookmarkedAt >= bookmarkEveryMs)) {
          text += frame('BOOKMARK', bookmark(at, !begun))
          bookmarkedAt = at
        }
        begun ||= complete
        if (text !== '') yield Buffer.from(text)
      }
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      await looks.return(undefined)
    }
  }
  return sendJsonStream(reply, frames())
}

const frame = (type: string, of: object): string => `${JSON.stringify({ type, object: of })}\n`

function object({ object: pod, cells }: Item, shape: Shape, at: number): object {
  const versioned = { ...pod, metadata: { ...pod.metadata, resourceVersion: String(at) } }
  const shown = single(podResource, { object: versioned, cells }, shape)
  return shape.as === 'Table' ? { ...shown, metadata: { resourceVersion: String(at) } } : shown
}

function bookmark(at: number, first: boolean): object {
  const annotations = first ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}
  return { kind: 'Pod', apiVersion: 'v1', metadata: { resourceVersion: String(at), creationTimestamp: null, ...annotations } }
}
