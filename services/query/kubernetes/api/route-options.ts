// The inputs that the routes under /k8s are created with.
import type { QueryRouteOptions } from '#query/http/query-context.ts'
import type { ArrivalFeed } from '#query/tail/follow-arrivals.ts'
import type { SentMemory } from '#query/tail/sent-memory.ts'

export interface KubernetesRouteOptions extends QueryRouteOptions {
  sentMemory: SentMemory
  feed: ArrivalFeed
  /** Aborts when the service stops: logs that are followed and watches then end. */
  stopping: AbortSignal
  /** The time between two polls of a log that is followed, or of a watch. */
  pollIntervalMs?: number
}
