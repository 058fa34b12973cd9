// Answers discovery: versions, groups and resources. A client that asks for aggregated discovery gets the plain
// documents, which every client accepts.
import type { RoutePlugin } from '#shared/http/server.ts'
import { servedPaths, servedResources } from './served-resources.ts'

/** The version of the Kubernetes API whose shapes the answers have. */
const version = {
  major: '1',
  minor: '34',
  gitVersion: 'v1.34.0+afterlog',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: '',
}

const group = (name: string) => {
  const only = { groupVersion: `${name}/v1`, version: 'v1' }
  return { name, versions: [only], preferredVersion: only }
}
const groups = [group('apps'), group('batch'), group('authorization.k8s.io')]

const usage = 'this is the Kubernetes API of Afterlog, read only: kubectl -s ADDRESS/k8s get pods -A; docs/kubectl.md'
const noSchemas = 'Afterlog has no schemas of Kubernetes: ask the API server of a cluster for them'

const resourceList = (groupVersion: string): object => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: servedResources[groupVersion],
})

export const discoveryRoutes: RoutePlugin = (app, _, done) => {
  // For `kubectl get --raw /`, and for people who open the address in a browser.
  app.get('/', () => ({ paths: servedPaths.filter((path) => !path.endsWith('*')), usage }))
  app.get('/version', () => version)
  app.get('/api', () => ({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] }))
  app.get('/apis', () => ({ kind: 'APIGroupList', apiVersion: 'v1', groups }))
  app.get('/api/v1', () => resourceList('v1'))
  for (const { name } of groups) {
    app.get(`/apis/${name}`, () => ({ kind: 'APIGroup', apiVersion: 'v1', ...group(name) }))
    app.get(`/apis/${name}/v1`, () => resourceList(`${name}/v1`))
  }
  for (const path of ['/healthz', '/livez', '/readyz'])
    app.get(path, (__, reply) => reply.type('text/plain').send('ok'))
  // `kubectl explain`, and clients that check an object before they send it, ask for v3 and then for v2. kubectl prints
  // the message of a 406 in plain text, but no message of a 404.
  app.get('/openapi/v2', (__, reply) => reply.code(406).type('text/plain').send(noSchemas))
  done()
}
