// POST /v1/fluent: records of Fluent Bit, Fluentd, Vector and others as JSON of any form.
// https://docs.fluentbit.io/manual/data-pipeline/outputs/http
import type { RoutePlugin } from '#shared/http/server.ts'
import { answer, batchPost, rawBodies, type BatchPostOptions, type PostDialect } from './batch-post.ts'
import { acceptedSchema, postErrors } from './schemas.ts'

const json = { format: 'fluent', form: 'json' } as const

const dialect: PostDialect<ReturnType<typeof answer>> = {
  types: { 'application/json': json, 'application/x-ndjson': json, 'application/stream+json': json },
  answer,
}

export function fluentRoute(options: BatchPostOptions): RoutePlugin {
  return (app, _, done) => {
    rawBodies(app)
    const schema = {
      summary: 'Store records of Fluent Bit, Fluentd or Vector',
      description:
        'An array of records, one per line, or one behind the other; the fields of the agents as docs/agents.md has them.',
      tags: ['ingest'],
      response: { 200: acceptedSchema, ...postErrors },
    }
    app.post('/v1/fluent', { schema }, batchPost(options, dialect))
    done()
  }
}
