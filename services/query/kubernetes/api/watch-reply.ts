// Sends a watch: one line `{type, object}` for each event, until the client goes away, the timeout is over or the
// service stops. resourceVersion is our clock in ms, in lists and in events, so that a client that comes back goes on
// where it was.
import type { FastifyReply } from 'fastify'
import { StatusError } from '#shared/kubernetes-status.ts'
import type { WatchStep, WatchRun } from './watch-looks.ts'
import { single, type Item, type Resource, type Shape } from './api-object.ts'
import { clientGone } from '#shared/http/answer-over.ts'
import { sendJsonStream } from './list-reply.ts'
import type { ListRequest } from './list-request.ts'
import type { KubernetesRouteOptions } from './route-options.ts'
import { requestReading } from '#query/http/request-reading.ts'

/**
 * A client may resume a watch that it left so long ago: the store tells newer writes from older ones only for a while.
 */
const resumableMs = 300_000
const bookmarkEveryMs = 60_000

export interface WatchReply {
  tenant: string
  requested: ListRequest
  resource: Resource
  watch(run: WatchRun): AsyncGenerator<WatchStep>
}

export function sendWatch(
  { store, limits, clock, polling, stopping, pollIntervalMs = 1000 }: KubernetesRouteOptions,
  reply: FastifyReply,
  { tenant, requested, resource, watch }: WatchReply,
): FastifyReply {
  const { shape, since, timeoutMs, bookmarks, initialEvents } = requested
  const now = clock()
  if (since !== undefined && Number(since) < now - resumableMs)
    throw new StatusError(410, `too old resource version: ${since} (${now - resumableMs})`)
  polling.join('watches', reply)
  const ends = [clientGone(reply), stopping, ...(timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)])]
  const signal = AbortSignal.any(ends)
  const steps = watch({
    reading: requestReading({ store, limits }, reply, signal),
    tenant,
    since: since === undefined ? undefined : Math.min(Number(since), now),
    pollIntervalMs,
    polling,
    clock,
    signal,
  })
  const frames = async function* (): AsyncGenerator<Buffer> {
    reply.raw.flushHeaders()
    let bookmarkedAt = now
    let begun = false
    try {
      for await (const { at, items, complete } of steps) {
        let text = items.map(({ type, item }) => frame(type, object(resource, item, shape, at))).join('')
        if (complete && bookmarks && (!begun ? initialEvents : at - bookmarkedAt >= bookmarkEveryMs)) {
          text += frame('BOOKMARK', bookmark(resource, at, !begun))
          bookmarkedAt = at
        }
        begun ||= complete
        if (text !== '') yield Buffer.from(text)
      }
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      await steps.return(undefined)
    }
  }
  return sendJsonStream(reply, frames())
}

const frame = (type: string, of: object): string => `${JSON.stringify({ type, object: of })}\n`

function object(resource: Resource, { object: whole, cells }: Item, shape: Shape, at: number): object {
  const versioned = { ...whole, metadata: { ...whole.metadata, resourceVersion: String(at) } }
  const body = single(resource, { object: versioned, cells }, shape)
  return shape.as === 'Table' ? { ...body, metadata: { resourceVersion: String(at) } } : body
}

function bookmark({ kind, apiVersion }: Resource, at: number, first: boolean): object {
  const annotations = first ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}
  return { kind, apiVersion, metadata: { resourceVersion: String(at), creationTimestamp: null, ...annotations } }
}
