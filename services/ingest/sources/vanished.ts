// Deaths that nobody watched: what the store holds as living and the API server no longer knows is told as gone, as a DELETED of the last
// object that is known of it. The store is asked, not memory, so that a restart forgets nobody, and two replicas tell the same.
//
// Who is missing is dead for certain: its stored version is not newer than the position at which it is missing, so that it must have stood
// there. Versions of one API server are ordered: https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '#shared/logger.ts'
import type { KindWatch, DeliverObjects } from './watch-kind.ts'

export interface LastObject {
  /** As JSON, without managedFields. */
  object: string
  /** The newest time that it told, RFC 3339; '' where it told none. */
  toldAt: string
}

/** The store, as far as it is asked here: objects of one kind in this cluster that are not known to be gone. */
export interface LivingObjects {
  /** Those whose version is at most `position`. */
  uids(position: bigint): Promise<string[]>
  objects(uids: readonly string[]): Promise<LastObject[]>
}

export interface VanishedOptions {
  watch: Pick<KindWatch, 'known'>
  living: LivingObjects
  deliver: DeliverObjects
  onVanished(count: number): void
  /** ms between looks, beside those after each list: with Kafka, what was published may not be stored yet. */
  intervalMs: number
  log: Logger
}

export interface Vanished {
  /** A list was delivered. */
  wake(): void
  /** Resolves when the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

/** A body of so many objects. */
const objectsMax = 200
const retryMs = 2000

export function createVanished({ watch, living, deliver, onVanished, intervalMs, log }: VanishedOptions): Vanished {
  let woken = Promise.withResolvers<void>()

  async function look(signal: AbortSignal): Promise<void> {
    const known = watch.known()
    // Only numbers have an order.
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
          await look(signal)
        } catch (error) {
          if (signal.aborted) return
          waitMs = retryMs
          log.warn({ err: error }, 'the store was not asked who vanished; trying again')
        }
        const timer = new AbortController()
        const waited = sleep(waitMs, undefined, { signal: AbortSignal.any([signal, timer.signal]) }).catch(() => undefined)
        await Promise.race([waited, woken.promise])
        timer.abort()
        woken = Promise.withResolvers()
      }
    },
  }
}

/** Its managedFields are gone from the store: their newest time stands for them, so that it still tells when it was last told of. */
function deletedEvent({ object, toldAt }: LastObject): string {
  const { metadata, ...rest } = JSON.parse(object) as { metadata: Record<string, unknown> }
  const managedFields = toldAt === '' ? [] : [{ time: toldAt }]
  return `${JSON.stringify({ type: 'DELETED', object: { ...rest, metadata: { ...metadata, managedFields } } })}\n`
}
