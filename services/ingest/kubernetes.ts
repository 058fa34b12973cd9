// Puts the watch of an API server together, where AFTERLOG_KUBERNETES is set: one watch per kind, which delivers as a
// post to /v1/lifecycle does, and a search for objects that were deleted while the watch was down.
import type { Registry } from 'prom-client'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { ApiServer } from '#shared/kubernetes/api-server.ts'
import { watchedKinds, type WatchedKind } from '#shared/kubernetes/watched-kind.ts'
import type { Logger } from '#shared/logger.ts'
import { within } from '#shared/within.ts'
import type { InflightBytes } from './buffer/inflight.ts'
import { createUntilDone } from './delivery/until-done.ts'
import { createWatchMetrics } from './metrics.ts'
import type { Origin } from './normalise/origin.ts'
import type { DeliverBody } from './routes/deliver-body.ts'
import { createVanished } from './sources/vanished.ts'
import { createKindWatch, type DeliverObjects } from './sources/watch-kind.ts'
import { createLivingObjects } from './store/living-objects.ts'

export interface KubernetesOptions {
  api: ApiServer
  cluster: string
  deliver: DeliverBody
  store: LogStore
  inflight: InflightBytes
  registry: Registry
  log: Logger
  /** ms since 1970. */
  clock: () => number
}

export interface IngestKubernetes {
  /** The reasons why it does not watch; empty when it does. */
  troubles(): string[]
  /** Stops watching. Objects that were not delivered come again at the next start. */
  close(): Promise<void>
}

const tenant = 'default'
const timing = { watchS: 300, silentMsMax: 150_000, retryMs: [250, 10_000] } as const
const searchIntervalMs = 300_000
/** ms that `close` waits for deliveries under way. */
const closeMsMax = 2000

export function createKubernetes(options: KubernetesOptions): IngestKubernetes {
  const { api, cluster, deliver, store, inflight, registry, log, clock } = options
  const metrics = createWatchMetrics({ registry, clock })
  const stopped = new AbortController()
  const { untilDone, obstacle } = createUntilDone({ log })

  const delivering =
    (kind: WatchedKind): DeliverObjects =>
    async (body, form, signal) => {
      const release = inflight.hold(body.length)
      const origin: Origin = { tenant, cluster, node: '', agent: '', receivedMs: clock(), source: `kubernetes:${kind}` }
      // A copy, since a delivery takes its body, and a failed one is repeated.
      const act = async (): Promise<void> =>
        void (await deliver(Buffer.from(body), origin, { format: 'lifecycle', form }))
      await untilDone(`${kind} of the API server cannot be delivered`, act, signal).finally(release)
    }

  const watches = watchedKinds.map((kind) => {
    let onListed = (): void => undefined
    const watch = createKindWatch({
      api,
      kind,
      deliver: delivering(kind),
      onListed: () => onListed(),
      metrics,
      timing,
      log,
    })
    const running = [watch.run(stopped.signal)]
    if (kind !== 'events') {
      const vanished = createVanished({
        watch,
        living: createLivingObjects({ store, table: kind, tenant, cluster }),
        deliver: delivering(kind),
        onVanished: (count) => metrics.vanished(kind, count),
        intervalMs: searchIntervalMs,
        log: log.child({ kind }),
      })
      onListed = vanished.wake
      running.push(vanished.run(stopped.signal))
    }
    return { watch, ended: Promise.all(running) }
  })
  log.info({ url: api.url, kinds: watchedKinds, cluster }, 'watching an API server')

  return {
    troubles: () =>
      [...watches.map(({ watch }) => watch.obstacle()), obstacle()].flatMap((reason) =>
        reason === undefined ? [] : [`ingest: ${reason}`],
      ),
    close: async () => {
      stopped.abort()
      await within(
        closeMsMax,
        Promise.all(watches.map(({ ended }) => ended)).then(() => undefined),
      )
    },
  }
}
