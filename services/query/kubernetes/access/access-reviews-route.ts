// POST /k8s/apis/authorization.k8s.io/v1/…: the four reviews by which clients ask what they may do. Nothing is stored.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { badRequest, StatusError } from '#shared/kubernetes-status.ts'
import type { RoutePlugin } from '#shared/http/server.ts'
import { protobufType, reviewOfProtobuf } from './protobuf-review.ts'
import { mayRead, mayUse, rulesStatus, type Verdict } from './access-review.ts'

const text = z.string().max(1024).optional()
const accessReview = z.object({
  spec: z.object({
    resourceAttributes: z.object({ verb: text, group: text, resource: text, subresource: text }).optional(),
    nonResourceAttributes: z.object({ verb: text, path: text }).optional(),
  }),
})
const rulesReview = z.object({ spec: z.object({}) })

const base = '/apis/authorization.k8s.io/v1'

export const accessReviewRoutes: RoutePlugin = (app, _, done) => {
  app.addContentTypeParser(protobufType, { parseAs: 'buffer' }, async (__: unknown, body: Buffer) =>
    reviewOfProtobuf(body),
  )
  const answer = (reply: FastifyReply, { body }: FastifyRequest, kind: string, status: object): FastifyReply =>
    reply.code(201).send({ ...(body as object), apiVersion: 'authorization.k8s.io/v1', kind, status })
  const review = (kind: string, path: string): void => {
    app.post(path, (request, reply) => {
      const { allowed, reason } = verdictOf(read(accessReview, request))
      return answer(reply, request, kind, { allowed, ...(reason === '' ? {} : { reason }) })
    })
  }
  review('SelfSubjectAccessReview', `${base}/selfsubjectaccessreviews`)
  review('SubjectAccessReview', `${base}/subjectaccessreviews`)
  review('LocalSubjectAccessReview', `${base}/namespaces/:namespace/localsubjectaccessreviews`)
  app.post(`${base}/selfsubjectrulesreviews`, (request, reply) => {
    read(rulesReview, request)
    return answer(reply, request, 'SelfSubjectRulesReview', rulesStatus())
  })
  done()
}

function verdictOf({ spec }: z.output<typeof accessReview>): Verdict {
  const { resourceAttributes, nonResourceAttributes } = spec
  if ((resourceAttributes === undefined) === (nonResourceAttributes === undefined))
    throw new StatusError(422, 'spec: exactly one of nonResourceAttributes or resourceAttributes must be specified')
  return resourceAttributes === undefined ? mayRead(nonResourceAttributes!) : mayUse(resourceAttributes)
}

function read<T>(schema: z.ZodType<T>, { body }: FastifyRequest): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw badRequest(`${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not valid'}`)
}
