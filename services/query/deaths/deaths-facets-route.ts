// GET /v1/deaths/facets: which values of the filters the deaths have, and how many deaths each would select.
import { withHints } from '#query/http/hint.ts'
import { asOfTime, nowNs, type QueryRouteOptions } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { readPodHints } from '#query/pods/read-hints.ts'
import { readTimes } from '#query/search/line-request.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { deathFilter } from './death-filter.ts'
import { deathsFacetsAnswer, deathsFacetsQuery, facetValues, type FacetJson } from './deaths-schema.ts'
import { facetsOfDeaths, type FacetName, type FacetRow } from './facet-statements.ts'

export const deathsFacetsRoute =
  ({ store, limits, clock, projection }: QueryRouteOptions): RoutePlugin =>
  (app, _, done) => {
    const schema = {
      operationId: 'getDeathsFacets',
      tags: ['deaths'],
      example: { query: { namespace: 'shop' } },
      summary: 'Namespaces, owners, nodes, outcomes, images and containers of deaths, with counts',
      querystring: deathsFacetsQuery,
      response: { 200: deathsFacetsAnswer },
    }
    app.get('/v1/deaths/facets', { schema }, async (request, reply) => {
      const { query, tenant } = request
      const reading = requestReading({ store, limits }, reply)
      const asOf = asOfTime(projection)
      const filter = deathFilter(query, tenant, readTimes(query, nowNs(clock)))
      const rows = await reading.rows<FacetRow>(facetsOfDeaths(filter, query.limit ?? facetValues))
      const hints = rows.length === 0 ? await readPodHints(reading, tenant, query) : []
      return reply.send({ facets: facetsJson(rows), asOf, ...withHints(hints) })
    })
    done()
  }

function facetsJson(rows: readonly FacetRow[]): Record<FacetName, FacetJson> {
  const ofFacet = (name: FacetName): FacetJson => {
    const own = rows.filter(({ facet }) => facet === name)
    return { values: own.map(({ value, count }) => ({ value, count })), total: own[0]?.total ?? 0 }
  }
  const [namespace, owner, node] = [ofFacet('namespace'), ofFacet('owner'), ofFacet('node')]
  return {
    namespace,
    owner,
    node,
    outcome: ofFacet('outcome'),
    image: ofFacet('image'),
    container: ofFacet('container'),
  }
}
