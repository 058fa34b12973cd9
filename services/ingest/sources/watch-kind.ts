// Watches one kind of object of an API server: list ─► watch ─► deliver, and again from the last position. The position
// moves only past durable objects, so that an object that was not delivered comes again. A compacted history leads to a
// new list. docs/decisions/0007-watching-the-api-server.md
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError, isExpired, SilenceError } from '#shared/kubernetes/api-error.ts'
import type { ApiServer } from '#shared/kubernetes/api-server.ts'
import { listPages } from '#shared/kubernetes/list-pages.ts'
import { watchEvents, type WatchEvent } from '#shared/kubernetes/watch-events.ts'
import type { WatchedKind } from '#shared/kubernetes/watched-kind.ts'
import type { Logger } from '#shared/logger.ts'
import { inBatches } from '../delivery/in-batches.ts'
import { spread } from '../delivery/until-done.ts'
import type { RelistReason, WatchMetrics } from '../metrics.ts'
import type { BodyFormat } from '../decoding/body-rows.ts'

/** The objects that exist at a position. Both fields belong to the same moment. */
export interface KnownObjects {
  uids: ReadonlySet<string>
  /** A resourceVersion. */
  position: string
}

/** Resolves when all objects of the body are durable. Rejects only when the signal aborts. */
export type DeliverObjects = (body: Buffer, form: BodyFormat['form'], signal: AbortSignal) => Promise<void>

export interface WatchTiming {
  /** Seconds after which the API server ends a watch in order. */
  watchS: number
  /**
   * ms of silence after which a watch counts as broken. Bookmarks come once a minute, so its connection is lost, or its
   * position is newer than an API server that was restored from a backup.
   */
  silentMsMax: number
  /** ms before the first retry, and the longest wait. */
  retryMs: readonly [number, number]
}

export interface WatchKindOptions {
  api: ApiServer
  kind: WatchedKind
  deliver: DeliverObjects
  /** Called after each list. */
  onListed(): void
  metrics: WatchMetrics
  timing: WatchTiming
  log: Logger
}

export interface KindWatch {
  /** Returns undefined before the first list is delivered. */
  known(): KnownObjects | undefined
  /** Returns why it does not watch right now, or undefined. */
  obstacle(): string | undefined
  /** Resolves when the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

/**
 * Objects per page. The API server serves the pages of a list for 5 minutes. A list that takes longer to deliver is
 * begun again with bigger pages.
 */
const pageSizes = { usual: 500, big: 2000 }
/** A watch that ended sooner, without an event, counts as a failure. */
const briefMs = 5000
const aheadBytesMax = 4 * 1024 * 1024

export function createKindWatch({ api, kind, deliver, onListed, metrics, timing, log }: WatchKindOptions): KindWatch {
  const { watchS, silentMsMax, retryMs } = timing
  let uids = new Set<string>()
  let position: string | undefined
  let relist: RelistReason | undefined = 'start'
  let obstacle: string | undefined
  /** Failures since the last event. A list does not reset the count: the watch after it may be refused each time. */
  let failures = 0
  let pageSize = pageSizes.usual

  async function list(reason: RelistReason, signal: AbortSignal): Promise<void> {
    const startedMs = performance.now()
    const listed = new Set<string>()
    let from: string | undefined
    let pages = 0
    try {
      for await (const page of listPages({ api, kind, pageSize, silentMsMax, signal })) {
        metrics.heard(kind)
        from ??= page.resourceVersion
        pages++
        for (const uid of page.uids) listed.add(uid)
        if (page.uids.length > 0) await deliver(page.body, 'json', signal)
        metrics.delivered(kind, page.uids.length)
      }
    } catch (error) {
      if (isExpired(error)) pageSize = pageSizes.big
      throw error
    }
    pageSize = pageSizes.usual
    // The API server drops Events after an hour, which does not concern their pods: no search for missing ones.
    uids = kind === 'events' ? new Set() : listed
    position = from
    relist = undefined
    obstacle = undefined
    metrics.listed(kind, reason)
    const seconds = (performance.now() - startedMs) / 1000
    log.info(
      { kind, reason, objects: listed.size, pages, resourceVersion: from, seconds },
      'listed what the API server knows',
    )
    onListed()
  }

  async function watch(signal: AbortSignal): Promise<void> {
    const startedMs = performance.now()
    let events = 0
    const onOpen = (): void => {
      metrics.heard(kind)
      obstacle = undefined
    }
    const options = { api, kind, resourceVersion: position!, timeoutS: watchS, silentMsMax, onOpen, signal }
    try {
      await inBatches({
        source: watchEvents(options),
        bytesOf: ({ line }) => line.length,
        bytesMax: aheadBytesMax,
        take: async (batch) => {
          metrics.heard(kind)
          events += batch.length
          await take(batch, signal)
          failures = 0
        },
      })
    } finally {
      const seconds = (performance.now() - startedMs) / 1000
      log.info({ kind, events, resourceVersion: position, seconds }, 'a watch ended')
    }
    // Without the wait that a failure causes, a proxy that ends every watch at once would be asked in a tight loop.
    if (events === 0 && performance.now() - startedMs < briefMs) failures++
  }

  async function take(batch: readonly WatchEvent[], signal: AbortSignal): Promise<void> {
    // An Event is DELETED when the API server drops it, which does not concern the pod.
    const changes = batch.filter(({ type }) => type !== 'BOOKMARK' && !(kind === 'events' && type === 'DELETED'))
    if (changes.length > 0)
      await deliver(Buffer.concat(changes.flatMap(({ line }) => [line, newline])), 'ndjson', signal)
    metrics.delivered(kind, changes.length)
    if (kind !== 'events')
      for (const { type, uid } of changes)
        if (type === 'DELETED') uids.delete(uid)
        else uids.add(uid)
    position = batch.at(-1)!.resourceVersion
  }

  function failed(error: unknown): void {
    failures++
    const { message } = error as Error
    if (isExpired(error)) {
      relist = relist === undefined ? 'expired' : 'list-expired'
      log.warn(
        { kind, err: error, resourceVersion: position },
        'the API server no longer has this position: listing again',
      )
      return
    }
    if (error instanceof SilenceError) relist ??= 'silent'
    const refused = error instanceof ApiError && (error.code === 401 || error.code === 403)
    const advice = refused ? '; grant the rules in deploy/kubernetes/rbac.yaml' : ''
    obstacle = `${kind} of ${api.url} are not watched: ${message}${advice}`
    log.warn({ kind, err: error, failures }, 'the watch of the API server broke off; trying again')
  }

  return {
    known: () => (position === undefined ? undefined : { uids, position }),
    obstacle: () => obstacle,
    run: async (signal) => {
      while (!signal.aborted) {
        try {
          if (relist !== undefined) await list(relist, signal)
          await watch(signal)
        } catch (error) {
          if (signal.aborted) return
          failed(error)
        }
        if (failures > 0) await sleep(spread(...retryMs, failures - 1), undefined, { signal }).catch(() => undefined)
      }
    },
  }
}

const newline = Buffer.from('\n')
