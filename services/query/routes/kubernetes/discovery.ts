// What a client asks before anything else: versions, groups and resources. Aggregated discovery is answered with the plain documents,
// which every client falls back to.
import type { RoutePlugin } from '#shared/http/server.ts'

/** The API whose shapes are spoken. */
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
const groups = [group('apps'), group('batch')]

const resource = (kind: string, singularName: string, shortNames: readonly string[], more: object = {}) => ({
  name: `${singularName}s`,
  singularName,
  namespaced: true,
  kind,
  verbs: ['get', 'list'],
  ...(shortNames.length === 0 ? {} : { shortNames }),
  ...more,
})
const all = { categories: ['all'] }
const watched = { verbs: ['get', 'list', 'watch'] }

const resources: Readonly<Record<string, readonly object[]>> = {
  v1: [
    resource('Namespace', 'namespace', ['ns'], { namespaced: false }),
    resource('Node', 'node', ['no'], { namespaced: false }),
    resource('Event', 'event', ['ev'], watched),
    resource('Pod', 'pod', ['po'], { ...all, ...watched }),
    { name: 'pods/log', singularName: '', namespaced: true, kind: 'Pod', verbs: ['get'] },
  ],
  'apps/v1': [
    resource('DaemonSet', 'daemonset', ['ds'], all),
    resource('Deployment', 'deployment', ['deploy'], all),
    resource('ReplicaSet', 'replicaset', ['rs'], all),
    resource('StatefulSet', 'statefulset', ['sts'], all),
  ],
  'batch/v1': [resource('CronJob', 'cronjob', ['cj'], all), resource('Job', 'job', [], all)],
}

const resourceList = (groupVersion: string): object => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion,
  resources: resources[groupVersion],
})

export const discoveryRoutes: RoutePlugin = (app, _, done) => {
  app.get('/version', () => version)
  app.get('/api', () => ({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] }))
  app.get('/apis', () => ({ kind: 'APIGroupList', apiVersion: 'v1', groups }))
  app.get('/api/v1', () => resourceList('v1'))
  for (const { name } of groups) {
    app.get(`/apis/${name}`, () => ({ kind: 'APIGroup', apiVersion: 'v1', ...group(name) }))
    app.get(`/apis/${name}/v1`, () => resourceList(`${name}/v1`))
  }
  for (const path of ['/healthz', '/livez', '/readyz']) app.get(path, (__, reply) => reply.type('text/plain').send('ok'))
  done()
}
