// POST /v1/syslog: syslog messages over HTTP, as rsyslog's omhttp sends them with any of its templates: one per line, or
// counted. Unlike a socket it answers when they are stored.
import type { RoutePlugin } from '#shared/http/server.ts'
import { answer, batchPost, rawBodies, type BatchPostOptions, type PostDialect } from './batch-post.ts'
import { acceptedSchema } from './schemas.ts'
import { syslogExample } from './body-examples.ts'

const dialect: PostDialect<ReturnType<typeof answer>> = { types: { '*': { format: 'syslog', form: 'json' } }, answer }

export function syslogRoute(options: BatchPostOptions): RoutePlugin {
  return (app, _, done) => {
    rawBodies(app)
    const schema = {
      operationId: 'storeSyslog',
      example: syslogExample,
      summary: 'Store syslog messages',
      description: 'RFC 5424 or RFC 3164, one per line or counted (RFC 6587), with any Content-Type.',
      takes: { 'text/plain': 'Messages.', 'application/octet-stream': 'Messages.' },
      tags: ['ingest'],
      response: { 200: acceptedSchema },
    }
    app.post('/v1/syslog', { schema }, batchPost(options, dialect))
    done()
  }
}
