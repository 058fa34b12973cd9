// POST /v1/fluent: records of Fluent Bit, Fluentd, Vector and others as JSON of any form, or in msgpack.
// https://docs.fluentbit.io/manual/data-pipeline/outputs/http and https://docs.fluentd.org/output/http
import type { FastifyRequest } from 'fastify'
import { invalidParameter } from '#shared/errors.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { answer, batchPost, rawBodies, type BatchPostOptions, type PostDialect } from './batch-post.ts'
import { acceptedSchema } from './schemas.ts'
import { fluentBodies } from './body-schemas.ts'
import { fluentExample } from './body-examples.ts'

const json = { format: 'fluent', form: 'json' } as const
const msgpack = { format: 'fluent-msgpack', form: 'json' } as const

/** What Fluent Bit's `header_tag` is to be set to. */
const tagHeader = 'fluent-tag'
const tagCharsMax = 4096

const dialect: PostDialect<ReturnType<typeof answer>> = {
  types: {
    'application/json': json,
    'application/x-ndjson': json,
    'application/stream+json': json,
    'application/msgpack': msgpack,
    'application/x-msgpack': msgpack,
  },
  tagOf,
  answer,
}

/** Fluent Bit sends the tag in a header; Fluentd's `endpoint` may end in `?tag=${tag}`. */
function tagOf({ headers, query }: FastifyRequest): string | undefined {
  const tag = headers[tagHeader] ?? (query as { tag?: unknown }).tag
  if (tag === undefined || tag === '') return undefined
  if (typeof tag !== 'string' || tag.length > tagCharsMax)
    throw invalidParameter('tag', `the tag must be one text of at most ${tagCharsMax} characters`)
  return tag
}

export function fluentRoute(options: BatchPostOptions): RoutePlugin {
  return (app, _, done) => {
    rawBodies(app)
    const schema = {
      operationId: 'storeFluentRecords',
      example: fluentExample,
      summary: 'Store records of Fluent Bit, Fluentd or Vector',
      description:
        'JSON: an array of records, one per line, or one behind the other. Msgpack: [time, record] or [[time, metadata], ' +
        'record], one behind the other. The fields of the agents as docs/agents.md has them. The header Fluent-Tag or ' +
        '?tag= has the tag of the records.',
      takes: fluentBodies,
      tags: ['ingest'],
      response: { 200: acceptedSchema },
    }
    app.post('/v1/fluent', { schema }, batchPost(options, dialect))
    done()
  }
}
