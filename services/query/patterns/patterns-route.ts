// GET /v1/logs/patterns: which messages the lines are, how many of each, and when. parse → count by template → merge.
import { withHints } from '#query/http/hint.ts'
import { z } from 'zod'
import type { RoutePlugin } from '#shared/http/server.ts'
import { formatTime } from '#shared/time/format-time.ts'
import { nowNs, type QueryRouteOptions } from '#query/http/query-context.ts'
import { filterParameters, limit } from '#query/http/parameters.ts'
import { hints, line, time } from '#query/http/line-schema.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { checkBuckets, readStep, step } from '#query/logs/bucket-step.ts'
import { standardStep } from '#query/logs/histogram-statements.ts'
import { readLineHints } from '#query/pods/read-hints.ts'
import { withPods } from '#query/pods/read-line-filter.ts'
import { readFilter } from '#query/search/line-request.ts'
import { readExamples, readExtent, readPatterns } from './read-patterns.ts'

const patternsMax = 1000
/** Each template has a count of each. */
const bucketsMax = 1000

const querystring = z.strictObject({ ...filterParameters, step, limit: limit(100, patternsMax) })

const answer = z
  .object({
    patterns: z.array(
      z
        .object({
          pattern: z.string().describe('What its lines have in common, with `<_>` for what varies.'),
          count: z.number().describe('Distinct lines.'),
          bySeverity: z.record(z.string(), z.number()),
          firstSeen: time,
          lastSeen: time,
          example: line.nullable().describe('Its last line; null where that was deleted meanwhile.'),
          buckets: z
            .array(z.object({ time, count: z.number() }))
            .describe('Ascending. Stretches without a line of it are left out.'),
        })
        .describe('Messages that are alike.')
        .meta({ id: 'Pattern' }),
    ),
    lines: z.number().describe('Distinct lines, also those of patterns beyond `limit`.'),
    sampled: z.boolean().describe('true where not all lines were counted: all numbers are estimates.'),
    step: z.string(),
    hints,
  })
  .describe('Patterns of messages, the most frequent first.')
  .meta({ id: 'Patterns' })

export const patternsRoute =
  ({ store, limits, clock }: QueryRouteOptions): RoutePlugin =>
  (app, _, done) => {
    const schema = {
      operationId: 'listPatterns',
      example: { query: { namespace: 'shop', limit: '10' } },
      tags: ['lines'],
      summary: 'Which messages the lines are',
      querystring,
      response: { 200: answer },
    }
    app.get('/v1/logs/patterns', { schema }, async (request, reply) => {
      const { query, tenant } = request
      const asked = query.step === undefined ? undefined : readStep(query.step)
      const requested = readFilter(query, { tenant, nowNs: nowNs(clock) })
      const reading = requestReading({ store, limits }, reply)
      const filter = await withPods(reading, requested, query)
      const { first, last, rows } = await readExtent(reading, filter)
      if (asked !== undefined) checkBuckets(asked, last - first, bucketsMax)
      const chosen = asked ?? standardStep(last - first)
      const { patterns, lines, sampled } = await readPatterns(reading, filter, { stepNs: chosen.ns, rows })
      const listed = patterns.slice(0, query.limit ?? 100)
      const examples = await readExamples(reading, tenant, listed)
      const found = lines === 0 ? await readLineHints(reading, requested, query) : []
      return reply.send({
        patterns: listed.map(({ pattern, count, bySeverity, buckets, ...one }) => ({
          pattern,
          count,
          bySeverity,
          firstSeen: formatTime(one.first),
          lastSeen: formatTime(one.last),
          example: examples.get(`${one.last} ${one.identity}`) ?? null,
          buckets: buckets.map((bucket) => ({ time: formatTime(bucket.start), count: bucket.count })),
        })),
        lines,
        sampled,
        step: chosen.text,
        ...withHints(found),
      })
    })
    done()
  }
