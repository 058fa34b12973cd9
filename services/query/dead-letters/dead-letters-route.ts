// GET /v1/dead-letters: the records that could not be stored, and why, newest first.
import { z } from 'zod'
import type { RoutePlugin } from '#shared/http/server.ts'
import { decodeCursor, digest, encodeCursor } from '#query/http/cursor.ts'
import { deadLetterKeys, deadLettersByIdentity, replaysByIdentity } from './dead-letter-statements.ts'
import { deadLetterJson, type LetterRow } from './dead-letter-json.ts'
import { nowhere } from '#shared/lines/line-order.ts'
import { readTimes } from '#query/search/line-request.ts'
import { nowNs, type QueryRouteOptions } from '#query/http/query-context.ts'
import { requestReading } from '#query/http/request-reading.ts'
import { deadLettersAnswer } from './dead-letters-schema.ts'
import { boolean, cursor, limit, timeParameters } from '#query/http/parameters.ts'

const code = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === 'string' ? [value] : value))
const querystring = z.strictObject({
  ...timeParameters,
  code: code.optional().describe('The reason as one word. Repeatable: any of the values.'),
  replayed: boolean
    .optional()
    .describe('`true`: only letters whose record was sent again and is stored by now; `false`: only the others.'),
  limit: limit(100),
  cursor,
})

export const deadLettersRoute =
  ({ store, limits, clock }: QueryRouteOptions): RoutePlugin =>
  (app, _, done) => {
    const schema = {
      operationId: 'listDeadLetters',
      example: { query: { limit: '10' } },
      tags: ['store'],
      summary: 'What could not be stored, and why',
      querystring,
      response: { 200: deadLettersAnswer },
    }
    app.get('/v1/dead-letters', { schema }, async (request, reply) => {
      const { query, tenant } = request
      const filters = digest([
        tenant,
        'dead-letters',
        query.from ?? '',
        query.to ?? '',
        query.code?.toSorted() ?? null,
        query.replayed ?? null,
      ])
      const times = readTimes(query, nowNs(clock))
      const at = query.cursor === undefined ? undefined : decodeCursor(query.cursor, filters)
      const { from, to } = at ?? times
      const bounds = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
      const reading = requestReading({ store, limits }, reply)
      const pageSize = query.limit ?? 100
      const filter = {
        tenant,
        ...bounds,
        ...(query.code === undefined ? {} : { reasons: query.code }),
        ...(query.replayed === undefined ? {} : { replayed: query.replayed }),
        ...(at === undefined ? {} : { after: at.after }),
      }
      const keys = await reading.rows<{ ts: string; id: string }>(deadLetterKeys(filter, pageSize + 1))
      const page = keys.slice(0, pageSize).map(({ ts, id }) => ({ ts: BigInt(ts), identity: BigInt(id) }))
      const identities = page.map(({ identity }) => identity)
      const [letters, replays] = await Promise.all([
        reading.rows<LetterRow>(deadLettersByIdentity(tenant, identities)),
        reading.rows<{ id: string; at: string }>(replaysByIdentity(tenant, identities)),
      ])
      const byIdentity = new Map(letters.map((letter) => [letter.id, letter]))
      const replayedAt = new Map(replays.map(({ id, at: ns }) => [id, BigInt(ns)]))
      const last = page.at(-1)
      return reply.send({
        deadLetters: page.flatMap(({ ts, identity }) => {
          const letter = byIdentity.get(String(identity))
          return letter === undefined ? [] : [deadLetterJson(letter, ts, replayedAt.get(letter.id))]
        }),
        next:
          keys.length > pageSize && last !== undefined
            ? encodeCursor({ after: { ...nowhere, ...last }, ...bounds }, filters)
            : null,
      })
    })
    done()
  }
