import { expect, test } from 'vitest'
import { AfterlogError } from '#shared/errors.ts'
import { badRequest, notFound, StatusError, toStatus } from '#shared/kubernetes-status.ts'

const failure = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' }

test.each([
  [badRequest('no'), { message: 'no', reason: 'BadRequest', code: 400 }],
  [
    notFound('deployments', 'cart', 'apps'),
    {
      message: 'deployments.apps "cart" not found',
      reason: 'NotFound',
      details: { name: 'cart', kind: 'deployments', group: 'apps' },
      code: 404,
    },
  ],
  [new StatusError(410, 'too old'), { message: 'too old', reason: 'Expired', code: 410 }],
  [
    new AfterlogError('store-busy', 'too many parts', { retryAfterS: 5 }),
    { message: 'too many parts', reason: 'ServiceUnavailable', details: { retryAfterSeconds: 5 }, code: 503 },
  ],
])('%s is a Status', (error, status) => {
  expect(toStatus(error)).toEqual({ ...failure, ...status })
})

test('the cause of a bug of ours is not shown', () => {
  expect(toStatus(new AfterlogError('internal', 'secret', { cause: 'secret' }))).toMatchObject({
    reason: 'InternalError',
    code: 500,
  })
  expect(JSON.stringify(toStatus(new AfterlogError('internal', 'secret')))).not.toContain('secret')
})
