// The resources that the API under /k8s serves, by group and version. Discovery lists them, and access reviews allow
// them.

export interface ServedResource {
  name: string
  singularName: string
  namespaced: boolean
  kind: string
  verbs: readonly string[]
  shortNames?: readonly string[]
  categories?: readonly string[]
}

const resource = (
  kind: string,
  singularName: string,
  shortNames: readonly string[],
  more: Partial<ServedResource> = {},
): ServedResource => ({
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

const review = (kind: string, namespaced = false): ServedResource => ({
  name: `${kind.toLowerCase()}s`,
  singularName: kind.toLowerCase(),
  namespaced,
  kind,
  verbs: ['create'],
})

/** Keys are `v1` or `group/v1`. */
export const servedResources: Readonly<Record<string, readonly ServedResource[]>> = {
  v1: [
    resource('Namespace', 'namespace', ['ns'], { namespaced: false }),
    resource('Node', 'node', ['no'], { namespaced: false }),
    resource('Event', 'event', ['ev'], watched),
    resource('Pod', 'pod', ['po'], { ...all, ...watched }),
    resource('Service', 'service', ['svc']),
    { name: 'pods/log', singularName: '', namespaced: true, kind: 'Pod', verbs: ['get'] },
  ],
  'apps/v1': [
    resource('DaemonSet', 'daemonset', ['ds'], all),
    resource('Deployment', 'deployment', ['deploy'], all),
    resource('ReplicaSet', 'replicaset', ['rs'], all),
    resource('StatefulSet', 'statefulset', ['sts'], all),
  ],
  'batch/v1': [resource('CronJob', 'cronjob', ['cj'], all), resource('Job', 'job', [], all)],
  'authorization.k8s.io/v1': [
    review('LocalSubjectAccessReview', true),
    review('SelfSubjectAccessReview'),
    review('SelfSubjectRulesReview'),
    review('SubjectAccessReview'),
  ],
}

/** Paths that clients may read and that are no resource. */
export const servedPaths = ['/api', '/api/*', '/apis', '/apis/*', '/healthz', '/livez', '/readyz', '/version'] as const
