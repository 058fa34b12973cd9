// POST /v1/batches: native batches (docs/api.md).
import type { RoutePlugin } from '#shared/http/server.ts'
import { batchPost, ownDialect, rawBodies, type BatchPostOptions } from './batch-post.ts'
import { acceptedSchema } from './schemas.ts'
import { batchBody, senderHeaders } from './body-schemas.ts'
import { batchExample } from './body-examples.ts'

export function batchesRoute(options: BatchPostOptions): RoutePlugin {
  return (app, _, done) => {
    rawBodies(app)
    const schema = {
      operationId: 'storeLines',
      example: batchExample,
      summary: 'Store a batch of lines',
      description:
        'application/json: `{"records": […]}`, an array of records, one record, or one record per line; ' +
        'application/x-ndjson: one record per line; batch fields in `x-afterlog-node` and `x-afterlog-cluster`. ' +
        'Content-Encoding gzip, zstd, snappy or deflate. Answers once every accepted line is durable.',
      takes: { 'application/json': batchBody, 'application/x-ndjson': 'A Record as JSON on each line.' },
      admin: 'may' as const,
      sends: senderHeaders,
      tags: ['ingest'],
      response: { 200: acceptedSchema },
    }
    app.post('/v1/batches', { schema }, batchPost(options, ownDialect('native')))
    done()
  }
}
