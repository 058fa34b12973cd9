// The inputs of every route of Loki's API.
import type { TailOptions } from '#query/tail/tail-route.ts'
import type { LokiApp } from './form-routes.ts'

export type LokiRouteOptions = TailOptions

export type LokiRoute = (app: LokiApp, options: LokiRouteOptions) => void
