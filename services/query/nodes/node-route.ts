// GET /v1/nodes/{name}: one node: its states over time, its Events, and the pods that ended on it or were on it.
import { AfterlogError } from '#shared/errors.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { digest } from '#query/http/cursor.ts'
import { asOfTime, nowNs, type QueryRouteOptions } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { decodePodCursor, encodePodCursor } from '#query/pods/pod-cursor.ts'
import { readTimes } from '#query/search/line-request.ts'
import { historyOf, nodePodJson } from './node-json.ts'
import { eventsOfNode, nodeNames, statesOfNode } from './node-statements.ts'
import type { NodeEventRow, NodeNameRow, StateRow } from './node-statements.ts'
import { nodeAnswer, nodePath, nodeQuery, type NodeQuery } from './nodes-schema.ts'
import { readEnded, readLived } from './read-node-pods.ts'
import { readNodes } from './read-nodes.ts'

const podsPerPage = 100
/** Clusters that a message names. */
const namedMax = 10
/** Characters of a name that a message repeats. */
const namesMax = 253

export const nodeRoute =
  ({ store, limits, clock, projection }: QueryRouteOptions): RoutePlugin =>
  (app, _, done) => {
    const schema = {
      operationId: 'getNode',
      tags: ['nodes'],
      example: { path: { name: 'node-7' }, query: { cluster: 'prod-eu' } },
      failures: ['not-found', 'ambiguous'] as const,
      summary: 'One node, with its conditions over time, its Events and its pods',
      params: nodePath,
      querystring: nodeQuery,
      response: { 200: nodeAnswer },
    }
    app.get('/v1/nodes/:name', { schema }, async (request, reply) => {
      const { query, tenant, params } = request
      const reading = requestReading({ store, limits }, reply)
      const asked = readTimes(query, nowNs(clock))
      const { asOf } = projection
      const filters = digest(filterDigest(query, tenant, params.name))
      const cursor = query.cursor === undefined ? undefined : decodePodCursor(query.cursor, filters)
      const name = await readName(reading, tenant, params.name, query.cluster)
      const times = cursor?.times ?? asked
      const isEnded = query.pods !== 'lived'
      const [[node], states, events, page] = await Promise.all([
        readNodes(reading, tenant, [name]),
        reading.rows<StateRow>(statesOfNode(tenant, name, times)),
        reading.rows<NodeEventRow>(eventsOfNode(tenant, name, times)),
        (isEnded ? readEnded : readLived)(reading, {
          tenant,
          node: name,
          ...times,
          outcome: query.outcome,
          position: cursor?.position,
          since: cursor?.position.since ?? BigInt(Math.trunc(asOf ?? 0)) * 1000n,
          limit: query.limit ?? podsPerPage,
        }),
      ])
      return reply.send({
        node: node!,
        history: historyOf(states, times),
        events: events.toReversed(),
        pods: page.records.map((record) => nodePodJson(record, isEnded)),
        next: page.next === null ? null : encodePodCursor({ position: page.next, times }, filters),
        asOf: asOfTime({ asOf }),
      })
    })
    done()
  }

/** Throws not-found, or ambiguous where nodes of several clusters have the name. */
async function readName(
  reading: Reading,
  tenant: string,
  name: string,
  cluster: string | undefined,
): Promise<NodeNameRow> {
  const clusters = cluster === undefined ? undefined : [cluster]
  const [first, ...others] = await reading.rows<NodeNameRow>(
    nodeNames({ tenant, cluster: clusters, name: [name] }, namedMax),
  )
  if (first === undefined) {
    const where = cluster === undefined ? '' : ` of cluster ${JSON.stringify(cluster.slice(0, namesMax))}`
    throw new AfterlogError(
      'not-found',
      `no node ${JSON.stringify(name.slice(0, namesMax))}${where} is known: ` +
        'GET /v1/nodes has those that Kubernetes reported or that pods name',
      { parameter: 'name' },
    )
  }
  if (others.length > 0)
    throw new AfterlogError(
      'ambiguous',
      `nodes of several clusters have the name ${JSON.stringify(name)}: give one of them as cluster, ` +
        [first, ...others].map((one) => JSON.stringify(one.cluster)).join(', '),
      { parameter: 'cluster' },
    )
  return first
}

/** All parameters that decide which pods the pages of one listing have. */
const filterDigest = ({ cluster, from, to, pods, outcome }: NodeQuery, tenant: string, name: string): unknown => [
  tenant,
  'node',
  name,
  cluster ?? null,
  from ?? null,
  to ?? null,
  pods ?? 'died',
  outcome?.toSorted() ?? null,
]
