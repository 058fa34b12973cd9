// What clients ask before they ask for lines: the version, by which Grafana chooses what it offers, and the limits, by
// which Logs Drilldown does.
import { z } from 'zod'
import { version } from '#shared/version.ts'
import { limitMax } from './request-times.ts'
import { serveForm, type LokiApp } from './form-routes.ts'

/** The version of Loki whose API this is. Grafana offers less for older ones. */
const lokiVersion = '3.5.0'

const buildInfo = z.object({
  version: z.string(),
  revision: z.string(),
  branch: z.string(),
  buildUser: z.string(),
  buildDate: z.string(),
  goVersion: z.string(),
})

/** Labels of which the first that a stream has would name its service in Loki. Here each stream has `service_name`. */
const serviceLabels = ['service_name', 'app_kubernetes_io_name', 'app', 'container', 'job']

export function statusRoutes(app: LokiApp): void {
  serveForm(
    app,
    {
      path: '/loki/api/v1/status/buildinfo',
      operationId: 'getLokiBuildInfo',
      summary: "The version of Loki's API that is served, and that of Afterlog",
      parameters: [],
      answer: buildInfo,
    },
    () => ({
      version: lokiVersion,
      revision: `afterlog-${version}`,
      branch: '',
      buildUser: '',
      buildDate: '',
      goVersion: '',
    }),
  )
  serveForm(
    app,
    {
      path: '/loki/api/v1/drilldown-limits',
      operationId: 'getDrilldownLimits',
      summary: 'What Logs Drilldown may ask for',
      parameters: [],
      answer: z.object({ limits: z.looseObject({}), pattern_ingester_enabled: z.boolean(), version: z.string() }),
    },
    () => ({
      limits: {
        discover_log_levels: true,
        discover_service_name: serviceLabels,
        log_level_fields: ['level', 'severity'],
        max_entries_limit_per_query: limitMax,
        max_line_size_truncate: false,
        max_query_bytes_read: '0B',
        max_query_length: '0s',
        max_query_lookback: '0s',
        max_query_range: '0s',
        max_query_series: 500,
        metric_aggregation_enabled: false,
        pattern_persistence_enabled: false,
        query_timeout: '1m',
        retention_period: '0s',
        retention_stream: [],
        volume_enabled: true,
        volume_max_series: 1000,
      },
      pattern_ingester_enabled: true,
      version: lokiVersion,
    }),
  )
}
