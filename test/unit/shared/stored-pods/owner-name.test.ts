import { expect, test } from 'vitest'
import { canonicalOwner, isOwner, ownerForm, ownerName } from '#shared/stored-pods/owner-name.ts'

test.each([
  ['Deployment/cart', 'Deployment/cart'],
  ['deployment/cart', 'Deployment/cart'],
  ['deploy/cart', 'Deployment/cart'],
  ['DEPLOYMENTS.apps/Cart', 'Deployment/cart'],
  ['sts/db', 'StatefulSet/db'],
  ['ds/agent', 'DaemonSet/agent'],
  ['cj/nightly', 'CronJob/nightly'],
  ['jobs.batch/nightly-28000000', 'Job/nightly-28000000'],
  ['rs/cart-7d9f', 'ReplicaSet/cart-7d9f'],
  ['rollout/cart', undefined],
  ['cart', undefined],
])('%s is %s', (text, canonical) => {
  expect(canonicalOwner(text)).toBe(canonical)
  if (canonical !== undefined) expect(isOwner(ownerName(text), canonical)).toBe(true)
})

test('a kind that Kubernetes does not have is found in any case, as a singular or a plural, with its group', () => {
  for (const text of ['Rollout/cart', 'rollouts/cart', 'rollouts.argoproj.io/cart'])
    expect(isOwner(ownerName(text), 'Rollout/cart')).toBe(true)
  expect(isOwner(ownerName('policies/a'), 'Policy/a')).toBe(true)
  expect(isOwner(ownerName('rollout/cart'), 'Deployment/cart')).toBe(false)
})

test('a name alone is an owner of any kind, and nothing else', () => {
  expect(isOwner(ownerName('cart'), 'cart')).toBe(true)
  expect(isOwner(ownerName('cart'), 'Deployment/cart')).toBe(false)
})

test.each(['', '/', 'a/', '/b', 'a/b/c', 'a b', '9x/cart', "a'/b"])('%j is no owner', (text) => {
  expect(ownerForm.test(text)).toBe(false)
})
