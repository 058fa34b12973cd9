import { expect, test } from 'vitest'
import { podFilterDigest, readPodFilter } from '#query/pods/pod-request.ts'
import { normaliseImage } from '#shared/stored-pods/handle-conditions.ts'
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
    { operator: 'in', key: 'app', values: ['cart', 'web'] },
    { operator: 'exists', key: 'tier' },
    { operator: 'in', key: 'team', values: [''] },
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
  ['event', ''],
  ['uid', ''],
  ['owner', 'a/b/c'],
])('%s=%s is refused', (parameter, value) => {
  expect(podsQuery.safeParse({ [parameter]: value }).success).toBe(false)
})

test('a label is a selector of kubectl, each requirement of which holds', () => {
  expect(filterOf({ label: ['app!=cart,tier in (web,api)', 'app=web', '!canary'] }).label).toEqual([
    { operator: 'in', key: 'app', values: ['web'] },
    { operator: 'notin', key: 'app', values: ['cart'] },
    { operator: 'in', key: 'tier', values: ['web', 'api'] },
    { operator: 'absent', key: 'canary' },
  ])
})

test.each(['=cart', '%', 'app in cart', 'app=a b', ' ', 'a/b/c', 'app>x'])('label=%j is refused', (label) => {
  expect(() => filterOf({ label })).toThrow(expect.objectContaining({ code: 'invalid-parameter', parameter: 'label' }))
})

test('a cursor belongs to every filter, in whatever order they were given, and not to the limit', () => {
  const digest = (query: object) => podFilterDigest(podsQuery.parse(query), 't')
  expect(digest({ ip: ['10.0.0.1', '10.0.0.2'], label: 'a', limit: '5' })).toEqual(
    digest({ label: ['a'], ip: ['10.0.0.2', '10.0.0.1'] }),
  )
  for (const query of [{ at: 'now' }, { uid: 'x' }, { label: 'a' }, { image: 'a' }, { event: 'a' }, { containerId: 'aaaaaa' }])
    expect(digest(query)).not.toEqual(digest({}))
})
