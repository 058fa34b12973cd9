// Finds deletions that the watch missed: an object that the store holds as living and that the API server no longer
// lists is delivered as DELETED, with its last known object. The search asks the store, so that a restart forgets no
// object and two replicas deliver the same.
//
// A missing object is gone for certain: its stored version is not newer than the position of the list, so the list
// would have it. Versions of one API server are ordered:
// https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '#shared/logger.ts'
import type { KindWatch, DeliverObjects } from './watch-kind.ts'

export interface LastObject {
  /** As JSON, without managedFields. */
  object: string
  /** The newest time in the object as RFC 3339, or '' where it has none. */
  reportedAt: string
}

/** Objects of one kind in this cluster that the store does not know to be gone. */
export interface LivingObjects {
  /** Returns the uids of objects whose version is at most `position`. */
  uids(position: bigint): Promise<string[]>
  objects(uids: readonly string[]): Promise<LastObject[]>
}

export interface VanishedOptions {
  watch: Pick<KindWatch, 'known'>
  living: LivingObjects
  deliver: DeliverObjects
  onVanished(count: number): void
  /** ms between searches, besides those after each list: with Kafka, published objects may not be stored yet. */
  intervalMs: number
  log: Logger
}

export interface Vanished {
  /** Searches at once, since a list was delivered. */
  wake(): void
  /** Resolves when the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

/** The most objects of one body. */
const objectsMax = 200
const retryMs = 2000

export function createVanished({ watch, living, deliver, onVanished, intervalMs, log }: VanishedOptions): Vanished {
  let woken = Promise.withResolvers<void>()

  async function findVanished(signal: AbortSignal): Promise<void> {
    const known = watch.known()
    // Only numeric resourceVersions have an order.
    if (known === undefined || !/^\d+$/.test(known.position)) return
    const stored = await living.uids(BigInt(known.position))
    const missing = stored.filter((uid) => !known.uids.has(uid))
    for (let at = 0; at < missing.length; at += objectsMax) {
      const objects = await living.objects(missing.slice(at, at + objectsMax))
      const body = objects.map(deletedEvent).join('')
      if (body !== '') await deliver(Buffer.from(body), 'ndjson', signal)
      onVanished(objects.length)
    }
    if (missing.length > 0)
      log.info(
        { vanished: missing.length, ...known, uids: known.uids.size },
        'objects that the list lacks are recorded as deleted',
      )
  }

  return {
    wake: () => woken.resolve(),
    run: async (signal) => {
      while (!signal.aborted) {
        let waitMs = intervalMs
        try {
          await findVanished(signal)
        } catch (error) {
          if (signal.aborted) return
          waitMs = retryMs
          log.warn({ err: error }, 'the store could not be searched for deleted objects; trying again')
        }
        const timer = new AbortController()
        const waited = sleep(waitMs, undefined, { signal: AbortSignal.any([signal, timer.signal]) }).catch(
          () => undefined,
        )
        await Promise.race([waited, woken.promise])
        timer.abort()
        woken = Promise.withResolvers()
      }
    },
  }
}

/** The store has no managedFields. The newest time stands in for theirs, so that the event dates the last report. */
function deletedEvent({ object, reportedAt }: LastObject): string {
  const { metadata, ...rest } = JSON.parse(object) as { metadata: Record<string, unknown> }
  const managedFields = reportedAt === '' ? [] : [{ time: reportedAt }]
  return `${JSON.stringify({ type: 'DELETED', object: { ...rest, metadata: { ...metadata, managedFields } } })}\n`
}
