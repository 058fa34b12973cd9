// What the routes under /k8s are made with.
import type { QueryRouteOptions } from '#query/http/query-context.ts'

export interface KubernetesRouteOptions extends QueryRouteOptions {
  /** Aborts when the service stops: what follows or watches then ends. */
  stopping: AbortSignal
  /** Between two looks of what follows or watches. */
  pollIntervalMs?: number
}
