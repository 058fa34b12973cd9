// GET /v1/nodes: the nodes that Kubernetes reported or that pods name, with their newest conditions, by name.
import type { RoutePlugin } from '#shared/http/server.ts'
import { digest } from '#query/http/cursor.ts'
import { asOfTime, type QueryRouteOptions } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { decodeNodeCursor, encodeNodeCursor } from './node-cursor.ts'
import { nodeNames, type NodeNameRow } from './node-statements.ts'
import { nodesAnswer, nodesQuery } from './nodes-schema.ts'
import { readNodes } from './read-nodes.ts'

const nodesPerPage = 100

export const nodesRoute =
  ({ store, limits, projection }: Pick<QueryRouteOptions, 'store' | 'limits' | 'projection'>): RoutePlugin =>
  (app, _, done) => {
    const schema = {
      operationId: 'listNodes',
      tags: ['nodes'],
      example: { query: { limit: '10' } },
      summary: 'Nodes with their conditions, by cluster and name',
      querystring: nodesQuery,
      response: { 200: nodesAnswer },
    }
    app.get('/v1/nodes', { schema }, async (request, reply) => {
      const { query, tenant } = request
      const { cluster, name, limit = nodesPerPage } = query
      const filters = digest([tenant, 'nodes', cluster?.toSorted() ?? null, name?.toSorted() ?? null])
      const after = query.cursor === undefined ? undefined : decodeNodeCursor(query.cursor, filters)
      const reading = requestReading({ store, limits }, reply)
      const asOf = asOfTime(projection)
      const names = await reading.rows<NodeNameRow>(nodeNames({ tenant, cluster, name }, limit + 1, after))
      const page = names.slice(0, limit)
      const last = names.length > limit ? page.at(-1) : undefined
      return reply.send({
        nodes: await readNodes(reading, tenant, page),
        next: last === undefined ? null : encodeNodeCursor(last, filters),
        asOf,
      })
    })
    done()
  }
