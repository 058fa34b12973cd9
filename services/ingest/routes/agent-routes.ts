// The routes of agents' protocols over HTTP: a new protocol is one more of them. docs/agents.md
import type { RoutePlugin } from '#shared/http/server.ts'
import type { BatchPostOptions } from './batch-post.ts'
import { elasticsearchRoutes } from './elasticsearch.ts'
import { fluentRoute } from './fluent.ts'
import { lokiRoute } from './loki.ts'
import { otlpRoute } from './otlp.ts'

export const agentRoutes = (options: BatchPostOptions): RoutePlugin[] =>
  [otlpRoute, fluentRoute, lokiRoute, elasticsearchRoutes].map((route) => route(options))
