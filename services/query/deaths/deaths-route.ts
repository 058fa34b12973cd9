// GET /v1/deaths: lives that ended badly, newest first, or by fingerprint. parse → read beside obituaries → render.
import { withHints } from '#query/http/hint.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { invalidParameter } from '#shared/errors.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { formatTime } from '#shared/time/format-time.ts'
import { digest } from '#query/http/cursor.ts'
import { asOfTime, nowNs, type QueryRouteOptions } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { readStep } from '#query/logs/bucket-step.ts'
import { standardStep } from '#query/logs/histogram-statements.ts'
import { readPodHints } from '#query/pods/read-hints.ts'
import { readTimes } from '#query/search/line-request.ts'
import { deathFilter } from './death-filter.ts'
import { decodeDeathCursor, encodeDeathCursor } from './death-cursor.ts'
import {
  extentOfDeaths,
  groupsOfDeaths,
  rangeOfDeaths,
  someDeaths,
  type DeathFilter,
  type DeathRange,
  type DeathRow,
  type GroupRow,
} from './death-statements.ts'
import { deathJson } from './death-json.ts'
import { readBeside } from './read-beside.ts'
import { deathsAnswer, deathsQuery, type DeathsQuery } from './deaths-schema.ts'

const standardLimit = 100
const bucketsMax = 1000

export const deathsRoute =
  ({ store, limits, clock, projection }: QueryRouteOptions): RoutePlugin =>
  (app, _, done) => {
    const schema = {
      operationId: 'listDeaths',
      example: { query: { namespace: 'shop', group: 'fingerprint' } },
      tags: ['deaths'],
      summary: 'Containers and pods that ended badly, newest first, or by fingerprint',
      querystring: deathsQuery,
      response: { 200: deathsAnswer },
    }
    app.get('/v1/deaths', { schema }, async (request, reply) => {
      const { query, tenant } = request
      const reading = requestReading({ store, limits }, reply)
      const asOf = asOfTime(projection)
      const times = readTimes(query, nowNs(clock))
      if (query.group !== undefined) {
        if (query.cursor !== undefined)
          throw invalidParameter('cursor', 'cursor is none of groups: leave it out, and give a higher limit')
        if (query.with !== undefined)
          throw invalidParameter('with', 'with is of deaths: leave it out, or leave out group')
        const groups = await readGroups(reading, deathFilter(query, tenant, times), query)
        const found = groups.total === 0 ? await readPodHints(reading, tenant, query) : []
        return reply.send({ ...groups, asOf, ...withHints(found) })
      }
      if (query.step !== undefined) throw invalidParameter('step', 'step is of groups: give group=fingerprint too')
      const filters = digest(filterDigest(query, tenant))
      const cursor = query.cursor === undefined ? undefined : decodeDeathCursor(query.cursor, filters)
      const pageTimes = cursor?.times ?? times
      const limit = query.limit ?? standardLimit
      const rows = await reading.rows<DeathRow>(
        someDeaths(deathFilter(query, tenant, pageTimes), limit + 1, cursor?.after),
      )
      const page = rows.slice(0, limit)
      const last = rows.length > limit ? page.at(-1) : undefined
      const found = page.length === 0 && cursor === undefined ? await readPodHints(reading, tenant, query) : []
      const beside = await readBeside(reading, tenant, page, query.with ?? [])
      return reply.send({
        deaths: page.map((row, i) => ({ ...deathJson(row), ...beside[i]! })),
        next:
          last === undefined
            ? null
            : encodeDeathCursor({ after: { ...last, diedNs: BigInt(last.diedNs) }, times: pageTimes }, filters),
        asOf,
        ...withHints(found),
      })
    })
    done()
  }

async function readGroups(reading: Reading, filter: DeathFilter, { step, limit }: DeathsQuery) {
  const asked = step === undefined ? undefined : readStep(step)
  const [range] = await reading.rows<DeathRange>(rangeOfDeaths(filter))
  const extent = extentOfDeaths(range)
  if (asked !== undefined && extent / asked.ns >= BigInt(bucketsMax)) {
    throw invalidParameter(
      'step',
      `step ${asked.text} would make more than ${bucketsMax} buckets: give a longer step, or a shorter time`,
    )
  }
  const chosen = asked ?? standardStep(extent)
  const rows = await reading.rows<GroupRow>(groupsOfDeaths(filter, chosen.ns, limit ?? standardLimit))
  const groups = rows.map((row) => {
    const [buckets, counts] = row.buckets
    const example = deathJson(row.example)
    return {
      fingerprint: example.fingerprint,
      title: row.example.title,
      outcome: example.outcome,
      reason: example.reason,
      exitCode: example.exitCode,
      count: row.count,
      pods: row.pods,
      owners: row.owners,
      firstSeen: formatTime(BigInt(row.first)),
      lastSeen: formatTime(BigInt(row.last)),
      lastError: example.lastError,
      example,
      buckets: buckets.map((bucket, i) => ({ time: formatTime(BigInt(bucket) * chosen.ns), count: counts[i]! })),
    }
  })
  return { groups, total: rows[0]?.total ?? 0, step: chosen.text }
}

/** All parameters that decide which deaths the pages of one listing have. */
function filterDigest(query: DeathsQuery, tenant: string): unknown {
  const { limit: _, cursor: __, with: ___, ...filters } = query
  const names = Object.entries(filters).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return [tenant, 'deaths', names.map(([name, values]) => [name, [values ?? []].flat().map(String).toSorted()])]
}
