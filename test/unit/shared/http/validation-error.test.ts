// What somebody reads who made a mistake in a query: the parameter, and what would be right.
import Fastify from 'fastify'
import { validatorCompiler } from '@fastify/type-provider-zod'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { toAfterlogError } from '#shared/http/problem.ts'
import { nearestName } from '#shared/http/validation-error.ts'
import { podsQuery } from '#query/pods/pods-schema.ts'
import { retentionBody } from '#query/retention/retention-schema.ts'

const app = Fastify()
app.setValidatorCompiler(validatorCompiler)
app.setErrorHandler((error, request, reply) => {
  const { message, parameter } = toAfterlogError(error, request.routeOptions.schema)
  return reply.code(400).send({ message, parameter })
})
app.get('/pods', { schema: { querystring: podsQuery } }, ({ query }) => query as object)
app.get('/nothing', { schema: { querystring: z.strictObject({}) } }, () => ({}))
app.put('/rules', { schema: { body: retentionBody } }, () => ({}))
afterAll(() => app.close())

const messageOf = async (url: string): Promise<string> => (await app.inject({ url })).json<{ message: string }>().message

test.each(['OOMKilled', 'oomkilled', 'OOM_KILLED', 'NodeLost', 'Node Lost', 'node-lost'])(
  'outcome=%s is understood',
  async (text) => {
    const { outcome } = (await app.inject({ url: '/pods', query: { outcome: text } })).json<{ outcome: string[] }>()
    expect(outcome).toEqual([/oom/i.test(text) ? 'oomkilled' : 'node-lost'])
  },
)

test.each(['/pods?outcome=dead', '/pods?outcome=crashed&outcome=dead', '/pods?outcome='])(
  '%s lists the outcomes',
  async (url) => {
    expect(await messageOf(url)).toBe(
      'outcome: must be one of running, completed, crashed, oomkilled, evicted, node-lost, deleted, unknown',
    )
  },
)

test.each([
  ['/pods?owner=a/b/c', 'owner: must be a name or Kind/name, such as Deployment/cart or deploy/cart'],
  ['/pods?owner=cart&owner=a/b/c', 'owner: must be a name or Kind/name, such as Deployment/cart or deploy/cart'],
  ['/pods?ip=10.0.0', 'ip: must be an IPv4 or IPv6 address'],
  ['/pods?uid=', 'uid: must not be empty'],
  ['/pods?limit=0', 'limit: must be a whole number from 1 to 10000, given once'],
])('%s: what may be given several times says as much as what may not', async (url, message) => {
  expect(await messageOf(url)).toBe(message)
})

test('an unknown parameter names the one that was meant, and all that there are', async () => {
  expect(await messageOf('/pods?namespaces=shop')).toMatch(
    /^unknown parameter "namespaces"; did you mean "namespace"\? known are cluster, namespace, name, uid, .*, cursor$/,
  )
  expect(await messageOf('/pods?status=evicted')).toMatch(/^unknown parameter "status"; known are cluster, .*outcome/)
  expect(await messageOf('/nothing?x=1')).toBe('unknown parameter "x"; this path takes none')
})

test('so does a member of a body, within what it stands in', async () => {
  const answer = await app.inject({ method: 'PUT', url: '/rules', payload: { rules: {}, lastWords: { keeep: '1y' } } })
  expect(answer.json()).toEqual({
    parameter: 'lastWords.keeep',
    message: 'unknown parameter "lastWords.keeep"; did you mean "keep"? known are first, last, keep',
  })
})

test.each([
  ['podUID', 'podUid'],
  ['pod_uid', 'podUid'],
  ['ouput', undefined],
  ['container-id', 'containerId'],
  ['form', 'from'],
  ['x', undefined],
])('%s is %s', (given, name) => {
  expect(nearestName(given, ['podUid', 'containerId', 'from', 'to', 'q'])).toBe(name)
})
