// /loki/api/v1/patterns: which messages the lines of a selector are, as Logs Drilldown shows them.
import { z } from 'zod'
import { nowNs } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { readExtent, readPatterns } from '#query/patterns/read-patterns.ts'
import { serveForm, success, type LokiApp } from './form-routes.ts'
import { selectorFilter } from './logql/selector/read-selector.ts'
import { parseMatchers } from './logql/syntax/parse-logql.ts'
import { readQueryText } from './query-parameter.ts'
import { readBounds, readStep } from './request-times.ts'
import type { LokiRouteOptions } from './route-options.ts'
import { sampleTime } from './sample-text.ts'

const patternsMax = 300

export function logPatternsRoute(app: LokiApp, { store, limits, clock }: LokiRouteOptions): void {
  serveForm(
    app,
    {
      path: '/loki/api/v1/patterns',
      operationId: 'queryPatterns',
      summary: 'Which messages the lines of a selector are, and when',
      parameters: ['query', 'start', 'end', 'since', 'step'],
      answer: success(z.array(z.object({ pattern: z.string(), samples: z.array(z.tuple([z.number(), z.number()])) }))),
    },
    async (form, { tenant }, reply) => {
      const matchers = parseMatchers(readQueryText(form))
      const bounds = readBounds(form, nowNs(clock))
      const stepNs = readStep(form, bounds)
      const reading = requestReading({ store, limits }, reply)
      const filter = await selectorFilter({ reading, tenant, matchers, fromNs: bounds.start, toNs: bounds.end })
      const { rows } = await readExtent(reading, filter)
      const { patterns } = await readPatterns(reading, filter, { stepNs, rows })
      const data = patterns.slice(0, patternsMax).map(({ pattern, buckets }) => ({
        pattern,
        samples: buckets.map(({ start, count }) => [sampleTime(start), count] as const),
      }))
      return { status: 'success', data }
    },
  )
}
