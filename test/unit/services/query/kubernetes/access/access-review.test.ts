import { describe, expect, test } from 'vitest'
import { mayRead, mayUse, rulesStatus } from '#query/kubernetes/access/access-review.ts'

describe('what is served may be read by everybody', () => {
  test.each([
    ['list', '', 'pods', ''],
    ['get', '', 'pods', 'log'],
    ['watch', '', 'events', ''],
    ['watch', '', 'nodes', ''],
    ['list', 'apps', 'deployments', ''],
    ['get', 'batch', 'jobs', ''],
    ['create', 'authorization.k8s.io', 'selfsubjectaccessreviews', ''],
  ])('%s %s %s/%s', (verb, group, resource, subresource) => {
    expect(mayUse({ verb, group, resource, subresource })).toEqual({ allowed: true, reason: '' })
  })

  test.each(['/version', '/api', '/apis/apps/v1', '/readyz'])('get %s', (path) => {
    expect(mayRead({ verb: 'get', path })).toEqual({ allowed: true, reason: '' })
  })
})

describe('nothing else is allowed, and the reason says which of the two it is', () => {
  test.each([
    ['delete', '', 'pods', '', 'read only'],
    ['*', '', 'pods', '', 'read only'],
    ['create', '', 'pods', 'exec', 'pods/exec is not served here'],
    ['list', '', 'secrets', '', 'secrets is not served here'],
    ['list', 'apps', 'pods', '', 'pods.apps is not served here'],
    ['list', '', '*', '', '* is not served here'],
    ['watch', '', 'pods', 'log', 'read only'],
    ['', '', '', '', 'is not served here'],
  ])('%s %s %s/%s', (verb, group, resource, subresource, reason) => {
    expect(mayUse({ verb, group, resource, subresource })).toEqual({ allowed: false, reason: expect.stringContaining(reason) })
  })

  test.each([
    ['get', '/metrics'],
    ['get', '/apiserver'],
    ['post', '/api'],
  ])('%s %s', (verb, path) => {
    expect(mayRead({ verb, path }).allowed).toBe(false)
  })
})

test('the list of rules allows what single reviews allow', () => {
  const { resourceRules } = rulesStatus() as { resourceRules: { verbs: string[]; apiGroups: string[]; resources: string[] }[] }
  for (const { verbs, apiGroups, resources } of resourceRules)
    for (const verb of verbs) {
      const [resource, subresource] = resources[0]!.split('/')
      expect(mayUse({ verb, group: apiGroups[0], resource, subresource }).allowed, `${verb} ${resources[0]}`).toBe(true)
    }
})
