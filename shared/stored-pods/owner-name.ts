// Pure: owners as people write them, in any case: Deployment/cart, deploy/cart, deployments.apps/cart, or cart for an
// owner of any kind. Handles have the kind as Kubernetes writes it (shared/pod-model/handles.ts).
import { raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'

/** Values of the handle `owner` that a text means. */
export type OwnerName =
  | { kind: 'exact'; values: readonly string[] }
  /** Of a kind that is none of Kubernetes' own: in lower case, as the texts may spell it. */
  | { kind: 'any-case'; values: readonly string[] }

/** Singular, short names and how Kubernetes writes it. A plural is one of these with an `s`. */
const kinds: readonly (readonly [string, ...string[]])[] = [
  ['Deployment', 'deploy'],
  ['ReplicaSet', 'rs'],
  ['StatefulSet', 'sts'],
  ['DaemonSet', 'ds'],
  ['Job'],
  ['CronJob', 'cj'],
  ['ReplicationController', 'rc'],
  ['Node', 'no'],
]
const kindOf = new Map(
  kinds.flatMap(([kind, ...short]) =>
    [kind.toLowerCase(), `${kind.toLowerCase()}s`, ...short].map((word) => [word, kind] as const),
  ),
)

export const ownerForm = /^(?:[A-Za-z][A-Za-z0-9.-]*\/)?[^/\s]+$/
export const ownerHelp = 'must be a name or Kind/name, such as Deployment/cart or deploy/cart'

/** `text` has the form of `ownerForm`. Names of Kubernetes are in lower case. */
export function ownerName(text: string): OwnerName {
  const slash = text.indexOf('/')
  const name = text.slice(slash + 1)
  const names = [...new Set([name, name.toLowerCase()])]
  if (slash < 0) return { kind: 'exact', values: names }
  // `deployments.apps` and `rollouts.argoproj.io` name the group too.
  const word = text.slice(0, slash).split('.')[0]!.toLowerCase()
  const kind = kindOf.get(word)
  if (kind !== undefined) return { kind: 'exact', values: names.map((one) => `${kind}/${one}`) }
  const singulars = [word, word.replace(/s$/, ''), word.replace(/es$/, ''), word.replace(/ies$/, 'y')]
  return { kind: 'any-case', values: [...new Set(singulars)].map((one) => `${one}/${name.toLowerCase()}`) }
}

/** `Deployment/cart` of `deploy/cart`; undefined where the text names no kind, or one that Kubernetes does not have. */
export function canonicalOwner(text: string): string | undefined {
  const name = ownerName(text)
  return name.kind === 'exact' && text.includes('/') ? name.values.at(-1) : undefined
}

export function isOwner(name: OwnerName, value: string): boolean {
  return name.values.includes(name.kind === 'exact' ? value : value.toLowerCase())
}

/** A condition on `value` of the handles `owner`. */
export function ownerCondition(name: OwnerName): Fragment {
  const { values } = name
  if (name.kind === 'any-case') return sql`lower(${raw('value')}) IN ${strs(values)}`
  return values.length === 1 ? sql`value = ${str(values[0]!)}` : sql`value IN ${strs(values)}`
}

/** `Deployment/ca` of `deploy/ca`: with what values of handles begin that a text begins. */
export function ownerPrefix(text: string): string {
  const slash = text.indexOf('/')
  const kind = slash < 0 ? undefined : kindOf.get(text.slice(0, slash).split('.')[0]!.toLowerCase())
  return kind === undefined ? text : `${kind}/${text.slice(slash + 1)}`
}
