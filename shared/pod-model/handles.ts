// Pure: the handles of a record. A handle is a row of pod_lookup: the pods of one kind and value, in the order of their
// ranks. Handles lead to pods that may match a filter; the record decides.
import { bareContainerId } from '#shared/container-id.ts'
import { epochNs } from './epoch-ns.ts'
import type { ObjectFacts } from './object-facts.ts'

export const handleKinds = [
  'all',
  'namespace',
  'name',
  /** namespace and name, separated by U+0001, so that values sort as the two do. */
  'namespace-name',
  'node',
  'outcome',
  'owner',
  'label',
  'image',
  'ip',
  'host-ip',
  'container',
  /** Pods that are over, in the order of their deaths. */
  'dead',
  /** `<cluster> <node>`: pods in the order of their last ends. */
  'ended-on',
  /** `<cluster> <namespace> <Kind>/<owner>`: pods in the order of their creation. */
  'created-by',
] as const
export type HandleKind = (typeof handleKinds)[number]

export interface Handle {
  kind: HandleKind
  value: string
  /** Minus the epoch ns of the sort time, as decimal text, so that the newest comes first. */
  rank: string
}

/** One address of a pod, and when an object first reported it, in epoch ns as decimal text. */
export interface Address {
  kind: 'ip' | 'host-ip'
  value: string
  reported: string
}

/** How many digits of a container id are in its handle. */
const containerDigits = 12

export const containerHandle = (id: string): string => id.toLowerCase().slice(0, containerDigits)

/** Joins the parts of a value. */
export const joined = (...parts: readonly string[]): string => parts.join('\u0001')

const rankOf = (time: string | null): string => String(time === null ? 0n : -epochNs(time))

export function addressesOf(reports: Readonly<Record<string, string>>): Address[] {
  return Object.entries(reports)
    .map(([address, reported]) => {
      const [kind, value] = address.split(' ') as [Address['kind'], string]
      return { kind, value, reported }
    })
    .toSorted((a, b) => (a.value < b.value ? -1 : 1))
}

/** The fields of a record from which handles are made. */
export interface HandleSource {
  cluster: string
  namespace: string
  name: string
  node: string
  owner: { kind: string; name: string }
  outcome: string
  lives: readonly { containerId: string; image: string; imageId: string }[]
  labels: Readonly<Record<string, string>>
  addresses: readonly Address[]
  ended: { at: string } | null
  over: boolean
  firstSeen: string | null
  lastSeen: string | null
  diedAt: string | null
  createdAt: string | null
}

/** So many labels and images of its object find a pod, the first ones: of what it once had, as many again do. */
const labelsMax = 300
const imagesMax = 100

/** Returns distinct handles in a fixed order. Labels, owners and images that the pod once had go on leading to it. */
export function handlesOf(record: HandleSource, object: ObjectFacts): Handle[] {
  const { cluster, namespace, name, node, owner, outcome, lives, labels, addresses, ended, over, diedAt, createdAt } =
    record
  const rank = rankOf(record.firstSeen)
  const had = (kind: string): string[] =>
    object.everHad.flatMap((one) => (one.startsWith(`${kind} `) ? [one.slice(kind.length + 1)] : []))
  const images = [
    ...object.images.slice(0, imagesMax),
    ...had('image'),
    ...lives.flatMap(({ image, imageId }) => [image, imageId]),
  ]
  const values: [HandleKind, string][] = [
    ['all', ''],
    ['namespace', namespace],
    ['name', name],
    ['namespace-name', joined(namespace, name)],
    ['node', node],
    ['outcome', outcome],
    ...ownerHandles(owner, object.controller, ...had('owner').map(ownerOf)).map((value): [HandleKind, string] => [
      'owner',
      value,
    ]),
    ...Object.entries(labels)
      .slice(0, labelsMax)
      .map(([key, value]): [HandleKind, string] => ['label', `${key}=${value}`]),
    ...had('label').map((value): [HandleKind, string] => ['label', value]),
    ...images.flatMap(imageHandles).map((value): [HandleKind, string] => ['image', value]),
    ...addresses.map(({ kind, value }): [HandleKind, string] => [kind, value]),
    ...lives.map(({ containerId }): [HandleKind, string] => [
      'container',
      containerHandle(bareContainerId(containerId)),
    ]),
  ]
  const handles = values.map(([kind, value]): Handle => ({ kind, value, rank }))
  if (over) handles.push({ kind: 'dead', value: '', rank: rankOf(diedAt ?? record.lastSeen) })
  if (ended !== null && node !== '')
    handles.push({ kind: 'ended-on', value: joined(cluster, node), rank: rankOf(ended.at) })
  if (owner.kind !== '' && createdAt !== null)
    handles.push({
      kind: 'created-by',
      value: joined(cluster, namespace, `${owner.kind}/${owner.name}`),
      rank: rankOf(createdAt),
    })
  const unique = new Map(
    handles
      .filter(({ kind, value }) => value !== '' || kind === 'all' || kind === 'dead')
      .map((handle) => [keyOf(handle), handle]),
  )
  return [...unique.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

export const keyOf = ({ kind, value, rank }: Handle): string => `${kind} ${rank} ${value}`

/**
 * `Deployment/cart` and `cart`, for the owner that users name, for the ownerReference, and for the CronJob behind a
 * Job.
 */
function ownerHandles(...owners: readonly { kind: string; name: string }[]): string[] {
  const jobs = owners
    .filter(({ kind }) => kind === 'Job')
    .flatMap(({ name }) => /^(.+)-[0-9]{8,10}$/.exec(name)?.[1] ?? [])
  return [...owners, ...jobs.map((name) => ({ kind: 'CronJob', name }))]
    .filter(({ name }) => name !== '')
    .flatMap(({ kind, name }) => [name, `${kind}/${name}`])
}

function ownerOf(text: string): { kind: string; name: string } {
  const slash = text.indexOf('/')
  return { kind: text.slice(0, slash), name: text.slice(slash + 1) }
}

/** The reference without Docker's own registry, and its digest. */
function imageHandles(image: string): string[] {
  const digest = /sha256:[0-9a-f]{64}/.exec(image)?.[0]
  return [
    image.replace(/^docker-pullable:\/\//, '').replace(/^docker\.io\/(library\/)?/, ''),
    ...(digest === undefined ? [] : [digest]),
  ]
}
