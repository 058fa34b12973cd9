// POST /v1/lifecycle: Pod, Node and Event objects as Kubernetes or its exporters emit them (docs/api.md).
import type { RoutePlugin } from '#shared/http/server.ts'
import { batchPost, ownDialect, rawBodies, type BatchPostOptions } from './batch-post.ts'
import { acceptedSchema } from './schemas.ts'
import { objectsBody, senderHeaders } from './body-schemas.ts'
import { objectsExample } from './body-examples.ts'

export function lifecycleRoute(options: BatchPostOptions): RoutePlugin {
  return (app, _, done) => {
    rawBodies(app)
    const schema = {
      operationId: 'storeObjects',
      example: objectsExample,
      summary: 'Store what Kubernetes reported about pods and nodes',
      description:
        'JSON, NDJSON or a List of core/v1 Pods, Nodes, Events and events.k8s.io/v1 Events, bare or as watch events.',
      takes: { 'application/json': objectsBody, 'application/x-ndjson': 'An object as JSON on each line.' },
      admin: 'may' as const,
      sends: senderHeaders,
      tags: ['ingest'],
      response: { 200: acceptedSchema },
    }
    app.post('/v1/lifecycle', { schema }, batchPost(options, ownDialect('lifecycle')))
    done()
  }
}
