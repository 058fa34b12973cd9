// The routes of agents' protocols over HTTP: a new protocol is one more of them. docs/agents.md
import type { RoutePlugin } from '#shared/http/server.ts'
import type { BatchPostOptions } from './batch-post.ts'
import { elasticsearchRoutes } from './elasticsearch.ts'
import { fluentRoute } from './fluent.ts'
import { journaldRoute } from './journald.ts'
import { lokiRoute } from './loki.ts'
import { otlpRoute } from './otlp.ts'
import { syslogRoute } from './syslog.ts'

export const agentRoutes = (options: BatchPostOptions): RoutePlugin[] =>
  [otlpRoute, fluentRoute, lokiRoute, elasticsearchRoutes, journaldRoute, syslogRoute].map((route) => route(options))
