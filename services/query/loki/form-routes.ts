// Serves a path of Loki's API by GET and by POST: clients send long queries in a form. Parameters that are not known
// are ignored, as Loki ignores them, since clients send some of other versions.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { RoutePlugin } from '#shared/http/types.ts'
import type { FailureForm, RequestExample } from '#shared/http/route-contract.ts'
import { readForm, type RequestForm } from './request-form.ts'

export type LokiApp = Parameters<RoutePlugin>[0]

/** The parameters of all paths. */
const descriptions = {
  query: 'LogQL.',
  start: 'Epoch ns, epoch seconds with a point, or RFC 3339; an hour before `end` where it is missing.',
  end: 'As `start`; now where it is missing. Lines of this very time are not in the answer.',
  since: 'Such as `1h`: how long before `end` to begin, where `start` is missing.',
  time: 'As `start`: when the query is evaluated. Now where it is missing.',
  step: 'Of a metric query: `30s`, or seconds.',
  interval: 'Of a log query: lines that are nearer to the one before are left out. `30s`, or seconds.',
  limit: 'At most so many.',
  direction: '`backward`, newest first, or `forward`.',
  'match[]': 'A stream selector, such as `{namespace="shop"}`. Repeatable: streams of any of them.',
  targetLabels: 'Labels to sum by, with commas between them; those of the selector where it is missing.',
  aggregateBy: '`series`, or `labels` for the names of labels alone.',
  line_limit: 'How many of the newest lines are looked at.',
  delay_for: 'Seconds, at most 5, for which lines are held back.',
} as const
export type LokiParameter = keyof typeof descriptions

export interface LokiPath {
  path: string
  operationId: string
  summary: string
  parameters: readonly LokiParameter[]
  /** By which the document shows it; a selector where there is none. */
  example?: Readonly<Record<string, string>>
  /** Of the answer. */
  answer: z.ZodType
}

export const success = <T extends z.ZodType>(data: T) => z.object({ status: z.literal('success'), data })

/** The querystring of a path in OpenAPI. */
export function describe(parameters: readonly LokiParameter[]) {
  const any = z.union([z.string(), z.array(z.string())]).optional()
  return z.looseObject(Object.fromEntries(parameters.map((name) => [name, any.describe(descriptions[name])])))
}

const selector = '{namespace="shop"}'

const named = z.object({ name: z.string().describe('Of the label or the field.') })

/** How failures are sent. */
export const sentence: FailureForm = { types: ['text/plain'] }

function exampleOf(parameters: readonly LokiParameter[], given: LokiPath['example']): RequestExample {
  const asked = given ?? { query: selector, 'match[]': selector }
  const query = Object.fromEntries(Object.entries(asked).filter(([name]) => parameters.some((each) => each === name)))
  const body = { 'application/x-www-form-urlencoded': query }
  return { path: { name: 'namespace' }, query, body }
}

/** `answer` makes the body of the answer, which is sent as JSON. */
export function serveForm(
  app: LokiApp,
  { path, operationId, summary, parameters, example, answer: shape }: LokiPath,
  answer: (form: RequestForm, request: FastifyRequest, reply: FastifyReply) => unknown,
): void {
  app.route({
    method: ['GET', 'POST'],
    url: path,
    schema: {
      operationId,
      summary,
      tags: ['loki'],
      querystring: describe(parameters),
      takes: { 'application/x-www-form-urlencoded': describe(parameters) },
      failureForm: sentence,
      example: exampleOf(parameters, example),
      ...(path.includes('/:name') ? { params: named } : {}),
      response: { 200: shape },
    },
    handler: async (request, reply) => {
      const body: unknown = await answer(readForm(request.query, request.body), request, reply)
      return reply.type('application/json; charset=utf-8').send(body)
    },
  })
}
