// One kind of object of an API server, watched: list ─► watch ─► deliver, and again from where it was. A position only moves past what is
// durable, so that whatever is told and not delivered comes again; a history that is compacted leads to a new list. Decision 0007.
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
import type { BodyFormat } from '../routes/deliver-body.ts'

/** What is known to exist at a position: the same for both, always. */
export interface KnownObjects {
  uids: ReadonlySet<string>
  /** resourceVersion. */
  position: string
}

/** Resolves when all objects of the body are durable; rejects only where the signal aborts. */
export type DeliverObjects = (body: Buffer, form: BodyFormat['form'], signal: AbortSignal) => Promise<void>

export interface WatchTiming {
  /** After which the API server ends a watch in order. */
  watchS: number
  /** Bookmarks come once a minute: what says nothing for longer has lost its connection, or is asked from a future that was restored away. */
  silentMsMax: number
  /** ms before the first new try, and the longest. */
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
  /** Undefined before the first list is delivered. */
  known(): KnownObjects | undefined
  /** Why it does not watch right now. */
  obstacle(): string | undefined
  /** Resolves when the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

/** Objects of a page. One that takes longer to deliver than the API server remembers it (5 minutes) makes the next list's pages bigger. */
const pageSizes = { usual: 500, big: 2000 }
/** A watch that said nothing is a failure if it ended sooner. */
const briefMs = 5000
const aheadBytesMax = 4 * 1024 * 1024

export function createKindWatch({ api, kind, deliver, onListed, metrics, timing, log }: WatchKindOptions): KindWatch {
  const { watchS, silentMsMax, retryMs } = timing
  let uids = new Set<string>()
  let position: string | undefined
  let relist: RelistReason | undefined = 'start'
  let obstacle: string | undefined
  /** Since the last event, list pages excepted: a list that is followed by nothing but a refusal is no progress. */
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
    // An Event that is forgotten is no news of a pod: who is missing among them is not asked.
    uids = kind === 'events' ? new Set() : listed
    position = from
    relist = undefined
    obstacle = undefined
    metrics.listed(kind, reason)
    const seconds = (performance.now() - startedMs) / 1000
    log.info({ kind, reason, objects: listed.size, pages, resourceVersion: from, seconds }, 'listed what the API server knows')
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
    // Whatever ends every watch at once is not asked again at once.
    if (events === 0 && performance.now() - startedMs < briefMs) failures++
  }

  async function take(batch: readonly WatchEvent[], signal: AbortSignal): Promise<void> {
    // An Event is DELETED when the API server forgets it, which is no news of the pod.
    const told = batch.filter(({ type }) => type !== 'BOOKMARK' && !(kind === 'events' && type === 'DELETED'))
    if (told.length > 0) await deliver(Buffer.concat(told.flatMap(({ line }) => [line, newline])), 'ndjson', signal)
    metrics.delivered(kind, told.length)
    if (kind !== 'events')
      for (const { type, uid } of told)
        if (type === 'DELETED') uids.delete(uid)
        else uids.add(uid)
    position = batch.at(-1)!.resourceVersion
  }

  function failed(error: unknown): void {
    failures++
    const { message } = error as Error
    if (isExpired(error)) {
      relist = relist === undefined ? 'expired' : 'list-expired'
      log.warn({ kind, err: error, resourceVersion: position }, 'the API server has forgotten what was asked for: listing again')
      return
    }
    if (error instanceof SilenceError) relist ??= 'silent'
    const refused = error instanceof ApiError && (error.code === 401 || error.code === 403)
    obstacle = `${kind} of ${api.url} are not watched: ${message}${refused ? ' (deploy/kubernetes/rbac.yaml has what is needed)' : ''}`
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
