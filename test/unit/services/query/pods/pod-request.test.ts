import { expect, test } from 'vitest'
import { normaliseImage, podFilterDigest, readPodFilter } from '#query/pods/pod-request.ts'
import { podsQuery } from '#query/pods/pods-schema.ts'

const filterOf = (query: object) => readPodFilter(podsQuery.parse(query), { tenant: 't' }, {})

test('handles get the form that facts have, however people paste them', () => {
  expect(filterOf({ ip: ['10.0.0.1', 'FD00:0:0::1'] }).ip).toEqual(['10.0.0.1', 'fd00::1'])
  expect(filterOf({ containerId: ['containerd://C0FFEE12', 'c0ffee'] }).containerId).toEqual(['c0ffee12', 'c0ffee'])
  const digest = `sha256:${'ab'.repeat(32)}`
  expect(
    ['docker.io/library/nginx:1.27', 'nginx', `registry.example:5000/cart@${digest}`, 'sha256:ABCDEF'].map(normaliseImage),
  ).toEqual(['nginx:1.27', 'nginx', digest, 'sha256:abcdef'])
})

test('values of one label are ORed, keys ANDed; a key alone takes any value', () => {
  expect(filterOf({ label: ['app=cart', 'tier', 'app=web', 'tier=api', 'team='] }).label).toEqual([
    { key: 'app', values: ['cart', 'web'] },
    { key: 'tier', values: 'any' },
    { key: 'team', values: [''] },
  ])
})

test.each([
  ['ip', '10.0.0'],
  ['ip', ''],
  ['ip', 'fe80::1%eth0'],
  ['containerId', 'c0ffe'],
  ['containerId', 'nothexa'],
  ['containerId', 'a'.repeat(65)],
  ['image', 'sha256:abc'],
  ['image', 'sha256:xyzxyz'],
  ['image', 'with blank'],
  ['image', ''],
  ['label', '=cart'],
  ['label', 'app!=cart'],
  ['label', 'app in (cart)'],
  ['label', 'app=cart,tier=web'],
  ['label', '%'],
  ['event', ''],
  ['uid', ''],
  ['owner', 'a/b/c'],
])('%s=%s is refused', (parameter, value) => {
  expect(podsQuery.safeParse({ [parameter]: value }).success).toBe(false)
})

test('a cursor belongs to every filter, in whatever order they were given, and not to the limit', () => {
  const digest = (query: object) => podFilterDigest(podsQuery.parse(query), 't')
  expect(digest({ ip: ['10.0.0.1', '10.0.0.2'], label: 'a', limit: '5' })).toEqual(
    digest({ label: ['a'], ip: ['10.0.0.2', '10.0.0.1'] }),
  )
  for (const query of [{ at: 'now' }, { uid: 'x' }, { label: 'a' }, { image: 'a' }, { event: 'a' }, { containerId: 'aaaaaa' }])
    expect(digest(query)).not.toEqual(digest({}))
})
