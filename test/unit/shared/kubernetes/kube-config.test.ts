import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { loadKubeConfig } from '#shared/kubernetes/kube-config.ts'

const dir = mkdtempSync(join(tmpdir(), 'afterlog-kubeconfig-'))
afterAll(() => rmSync(dir, { recursive: true }))
const path = join(dir, 'config')
const good = {
  clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443/' } }],
  users: [{ name: 'u', user: { token: 'secret' } }],
  contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
  'current-context': 'x',
}
const load = (config: unknown) => {
  writeFileSync(path, typeof config === 'string' ? config : JSON.stringify(config))
  return loadKubeConfig(path)
}

test('the current context’s cluster is the server', async () => {
  expect((await load(good)).server).toBe('https://10.0.0.1:6443')
})

test.each<[string, unknown, RegExp]>([
  ['no YAML', '{', /is not a kubeconfig: /],
  ['an empty file', '', /is not a kubeconfig|has no current-context/],
  ['no current-context', { ...good, 'current-context': '' }, /has no current-context; set one/],
  ['an unknown context', { ...good, 'current-context': 'y' }, /has no context "y"/],
  ['an unknown cluster', { ...good, clusters: [] }, /has no cluster "c", which its context "x" names/],
  ['an unknown user', { ...good, users: [] }, /has no user "u"/],
  ['a server that is no URL', { ...good, clusters: [{ name: 'c', cluster: { server: 'k8s' } }] }, /"k8s".*not an http/],
  [
    'a server in the clear',
    { ...good, clusters: [{ name: 'c', cluster: { server: 'http://k8s' } }] },
    /insecure-skip-tls-verify/,
  ],
])('%s is said by name', async (_, config, message) => {
  const failed = load(config)
  await expect(failed).rejects.toThrow(message)
  await expect(failed).rejects.toThrow(`AFTERLOG_KUBERNETES: ${path}`)
  await expect(failed).rejects.not.toThrow('secret')
})

test('a file that is missing, and a process in no pod, are said by name', async () => {
  await expect(loadKubeConfig(join(dir, 'nothing'))).rejects.toThrow(/AFTERLOG_KUBERNETES: .*nothing cannot be read: ENOENT/)
  await expect(loadKubeConfig('in-cluster')).rejects.toThrow(/in-cluster, but this is not a pod: KUBERNETES_SERVICE_HOST/)
})
