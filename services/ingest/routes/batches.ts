// POST /v1/batches: native batches, design section 4.1.
import type { Retention } from '#shared/retention.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { decodeBatch, decodeLines } from '../formats/native.ts'
import { batchPost, rawBodies, type BatchPostOptions } from './batch-post.ts'
import { acceptedSchema, postErrors } from './schemas.ts'

export interface BatchesOptions extends BatchPostOptions {
  retention: Retention
  /** Of the ordinals' hash. */
  seed: number
}

export function batchesRoute(options: BatchesOptions): RoutePlugin {
  const { retention, seed } = options
  return (app, _, done) => {
    rawBodies(app)
    const schema = {
      summary: 'Store a batch of lines',
      description:
        'application/json: `{"records": […]}`; application/x-ndjson: one record per line, batch fields in `x-afterlog-node` and `x-afterlog-cluster`. ' +
        'Content-Encoding gzip, zstd, snappy or deflate. Answers once every accepted line is durable.',
      tags: ['ingest'],
      response: { 200: acceptedSchema, ...postErrors },
    }
    const handler = batchPost(options, {
      'application/json': (body, origin) => decodeBatch(body, { origin, retention, seed }),
      'application/x-ndjson': (body, origin) => decodeLines(body, { origin, retention, seed }),
    })
    app.post('/v1/batches', { schema }, handler)
    done()
  }
}
