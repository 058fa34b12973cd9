// GET /v1/logs/histogram: the number of lines in each stretch of time, by severity.
import { withHints } from '#query/http/hint.ts'
import { z } from 'zod'
import type { RoutePlugin } from '#shared/http/server.ts'
import { bucketsMax, histogram, lineExtent, standardStep } from './histogram-statements.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { checkBuckets, readStep, step } from './bucket-step.ts'
import { fillBuckets } from './buckets.ts'
import { readFilter } from '#query/search/line-request.ts'
import { readLineHints } from '#query/pods/read-hints.ts'
import { withPods } from '#query/pods/read-line-filter.ts'
import { nowNs, type QueryRouteOptions } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { histogramAnswer } from './logs-schema.ts'
import { filterParameters } from '#query/http/parameters.ts'

const querystring = z.strictObject({ ...filterParameters, step })

export const histogramRoute =
  ({ store, limits, clock }: QueryRouteOptions): RoutePlugin =>
  (app, _, done) => {
    const schema = {
      operationId: 'getHistogram',
      example: { query: { namespace: 'shop', step: '1m' } },
      tags: ['lines'],
      summary: 'How many lines there are in each stretch of time, by severity',
      querystring,
      response: { 200: histogramAnswer },
    }
    app.get('/v1/logs/histogram', { schema }, async (request, reply) => {
      const { query, tenant } = request
      const requestedStep = query.step === undefined ? undefined : readStep(query.step)
      const requested = readFilter(query, { tenant, nowNs: nowNs(clock) })
      const reading = requestReading({ store, limits }, reply)
      const filter = await withPods(reading, requested, query)
      const extent = await extentOf(requested, filter, reading)
      if (requestedStep !== undefined) checkBuckets(requestedStep, extent, bucketsMax)
      const { text, ns } = requestedStep ?? standardStep(extent)
      const rows = await reading.rows<{ bucket: string; severity: string; count: number }>(histogram(filter, ns))
      const counts = rows.map(({ bucket, severity, count }) => ({ bucket: BigInt(bucket), kind: severity, count }))
      const buckets = fillBuckets(counts, ns).map(({ byKind, ...bucket }) => ({ ...bucket, bySeverity: byKind }))
      const hints = counts.length === 0 ? await readLineHints(reading, requested, query) : []
      return reply.send({ step: text, buckets, ...withHints(hints) })
    })
    done()
  }

/** Length of the requested time in ns; where the request leaves it open, from the first line to the last. */
async function extentOf({ from, to }: LineFilter, filter: LineFilter, reading: Reading): Promise<bigint> {
  if (from !== undefined && to !== undefined) return to - from - 1n
  const [row] = await reading.rows<{ first: string; last: string; any: number }>(lineExtent(filter))
  return row === undefined || row.any === 0 ? 0n : BigInt(row.last) - BigInt(row.first)
}
