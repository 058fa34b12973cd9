import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { kubeconfig } from '#query/kubernetes/access/kubeconfig.ts'

test('its context leads to /k8s of the address', () => {
  expect(parse(kubeconfig('https://[::1]:8080'))).toMatchObject({
    kind: 'Config',
    'current-context': 'afterlog',
    clusters: [{ name: 'afterlog', cluster: { server: 'https://[::1]:8080/k8s' } }],
    contexts: [{ name: 'afterlog', context: { cluster: 'afterlog', user: 'afterlog' } }],
  })
})
