// The inputs of every route of Loki's API.
import type { TailOptions } from '#query/tail/tail-route.ts'
import type { Origins } from '#shared/allowed-origins.ts'
import type { LokiApp } from './form-routes.ts'

export interface LokiRouteOptions extends TailOptions {
  /** Origins whose pages may read lines. */
  origins?: Origins | undefined
}

export type LokiRoute = (app: LokiApp, options: LokiRouteOptions) => void
