// Pure: whether a request would be answered, which k9s, Headlamp and `kubectl auth can-i` ask before they send it.
// There is no authentication: every client may read what is served, and none may change anything. Shapes: k8s.io/api
// authorization/v1/types.go.
import { servedPaths, servedResources } from './served-resources.ts'

export interface ResourceAttributes {
  verb?: string | undefined
  group?: string | undefined
  resource?: string | undefined
  subresource?: string | undefined
}

export interface NonResourceAttributes {
  verb?: string | undefined
  path?: string | undefined
}

export interface Verdict {
  allowed: boolean
  reason: string
}

const reading = ['get', 'list', 'watch']
const readOnly = 'this API is read only: get, list and watch'

export function mayUse({ verb = '', group = '', resource = '', subresource = '' }: ResourceAttributes): Verdict {
  const name = subresource === '' ? resource : `${resource}/${subresource}`
  const served = rules().find((rule) => rule.group === group && rule.name === name)
  if (served === undefined)
    return { allowed: false, reason: `${[name, group].filter(Boolean).join('.')} is not served here` }
  if (served.verbs.includes(verb)) return { allowed: true, reason: '' }
  return { allowed: false, reason: readOnly }
}

export function mayRead({ verb = '', path = '' }: NonResourceAttributes): Verdict {
  if (verb !== 'get' && verb !== 'head') return { allowed: false, reason: readOnly }
  const allowed = servedPaths.some((served) =>
    served.endsWith('*') ? path.startsWith(served.slice(0, -1)) : path === served,
  )
  return { allowed, reason: allowed ? '' : `${path} is not served here` }
}

/** The status of a SelfSubjectRulesReview: everything that is allowed, in every namespace. */
export function rulesStatus(): object {
  return {
    resourceRules: rules().map(({ group, name, verbs }) => ({ verbs, apiGroups: [group], resources: [name] })),
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: servedPaths }],
    incomplete: false,
  }
}

interface Rule {
  group: string
  name: string
  verbs: readonly string[]
}

/** Every list also allows a watch: where only lists are served, the watch is refused and the client lists again. */
const rules = (): Rule[] =>
  Object.entries(servedResources).flatMap(([groupVersion, resources]) =>
    resources.map(({ name, verbs }) => ({
      group: groupVersion.includes('/') ? groupVersion.split('/')[0]! : '',
      name,
      verbs: verbs.includes('list') ? reading : verbs,
    })),
  )
