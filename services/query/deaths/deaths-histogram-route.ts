// GET /v1/deaths/histogram: how many lives ended badly in each stretch of time, by outcome.
import { asOfTime, nowNs, type QueryRouteOptions } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { withHints } from '#query/http/hint.ts'
import { checkBuckets, readStep } from '#query/logs/bucket-step.ts'
import { fillBuckets } from '#query/logs/buckets.ts'
import { bucketsMax, standardStep } from '#query/logs/histogram-statements.ts'
import { readPodHints } from '#query/pods/read-hints.ts'
import { readTimes } from '#query/search/line-request.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { deathFilter } from './death-filter.ts'
import { extentOfDeaths, histogramOfDeaths, rangeOfDeaths } from './death-statements.ts'
import type { DeathCountRow, DeathFilter, DeathRange } from './death-statements.ts'
import { deathsHistogramAnswer, deathsHistogramQuery } from './deaths-schema.ts'

export const deathsHistogramRoute =
  ({ store, limits, clock, projection }: QueryRouteOptions): RoutePlugin =>
  (app, _, done) => {
    const schema = {
      operationId: 'getDeathsHistogram',
      tags: ['deaths'],
      example: { query: { namespace: 'shop' } },
      summary: 'How many containers and pods ended badly in each stretch of time, by outcome',
      querystring: deathsHistogramQuery,
      response: { 200: deathsHistogramAnswer },
    }
    app.get('/v1/deaths/histogram', { schema }, async (request, reply) => {
      const { query, tenant } = request
      const requestedStep = query.step === undefined ? undefined : readStep(query.step)
      const filter = deathFilter(query, tenant, readTimes(query, nowNs(clock)))
      const reading = requestReading({ store, limits }, reply)
      const asOf = asOfTime(projection)
      const extent = await extentOf(filter, reading)
      if (requestedStep !== undefined) checkBuckets(requestedStep, extent, bucketsMax)
      const { text, ns } = requestedStep ?? standardStep(extent)
      const rows = await reading.rows<DeathCountRow>(histogramOfDeaths(filter, ns))
      const counts = rows.map(({ bucket, outcome, count }) => ({ bucket: BigInt(bucket), kind: outcome, count }))
      const buckets = fillBuckets(counts, ns).map(({ byKind, ...bucket }) => ({ ...bucket, byOutcome: byKind }))
      const hints = buckets.length === 0 ? await readPodHints(reading, tenant, query) : []
      return reply.send({ step: text, buckets, asOf, ...withHints(hints) })
    })
    done()
  }

/** Length of the requested time in ns; where the request leaves it open, from the first death to the last. */
async function extentOf(filter: DeathFilter, reading: Reading): Promise<bigint> {
  const { from, to } = filter
  if (from !== undefined && to !== undefined) return to - from - 1n
  const [range] = await reading.rows<DeathRange>(rangeOfDeaths(filter))
  return extentOfDeaths(range)
}
