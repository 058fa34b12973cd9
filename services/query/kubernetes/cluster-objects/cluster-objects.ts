// Pure: namespaces, nodes and owners as objects and as rows of tables. Afterlog does not record namespaces and owners:
// their objects are made up from the known pods, with as much as kubectl needs to select those pods.
import type { NamespaceRow, NodeRow, OwnerKind, OwnerRow } from './cluster-object-statements.ts'
import { ownerLabel } from '../api/owner-label.ts'
import { formatTime } from '#shared/time/format-time.ts'
import { since } from '../api/human-duration.ts'
import { column, type Item, type Resource, wholeSecond } from '../api/api-object.ts'
import { reportedObject } from '../api/reported-object.ts'

const name = column('Name', 'Of the object.')
const age = column('Age', 'Since it was created, or first seen.')

/** A birth as the Kubernetes API writes times; null where it is not known. */
const bornAt = (ns: string): string | null => (ns === '0' ? null : wholeSecond(formatTime(BigInt(ns))))

export const namespaceResource: Resource = {
  apiVersion: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  columns: [name, column('Status', 'Active, whether or not the namespace still exists: Afterlog does not know.'), age],
}

export const serviceResource: Resource = { apiVersion: 'v1', kind: 'Service', plural: 'services', columns: [name, age] }

export function namespaceItem({ name: of, born }: NamespaceRow, nowMs: number): Item {
  const metadata = { name: of, creationTimestamp: bornAt(born), labels: { 'kubernetes.io/metadata.name': of } }
  return {
    object: { apiVersion: 'v1', kind: 'Namespace', metadata, spec: {}, status: { phase: 'Active' } },
    cells: [of, 'Active', since(bornAt(born), nowMs)],
  }
}

export const nodeResource: Resource = {
  apiVersion: 'v1',
  kind: 'Node',
  plural: 'nodes',
  columns: [
    name,
    column('Status', 'As last reported; Gone where it was deleted.'),
    column('Roles', 'From its labels.'),
    age,
    column('Version', 'Of its kubelet.'),
    column('Internal-IP', 'Its address.', 1),
    column('OS-Image', 'What it runs on.', 1),
  ],
}

interface NodeStatus {
  conditions?: { type: string; status: string }[]
  addresses?: { type: string; address: string }[]
  nodeInfo?: { kubeletVersion?: string; osImage?: string }
}

export function nodeItem({ name: of, born, gone, object: text }: NodeRow, nowMs: number): Item {
  const reported = text === '' ? undefined : reportedObject(text)
  const metadata = reported?.metadata ?? { name: of, creationTimestamp: bornAt(born) }
  const object = { ...(reported ?? { spec: {}, status: {} }), apiVersion: 'v1', kind: 'Node', metadata }
  const { conditions = [], addresses = [], nodeInfo = {} } = (object as { status?: NodeStatus }).status ?? {}
  const roles = Object.keys(metadata.labels ?? {}).flatMap(
    (key) => /^node-role\.kubernetes\.io\/(.+)$/.exec(key)?.[1] ?? [],
  )
  const ready = conditions.find(({ type }) => type === 'Ready')?.status
  const status = gone === 1 ? 'Gone' : ready === 'True' ? 'Ready' : ready === undefined ? 'Unknown' : 'NotReady'
  return {
    object,
    cells: [
      of,
      status,
      roles.length === 0 ? '<none>' : roles.toSorted().join(','),
      since(metadata.creationTimestamp, nowMs),
      nodeInfo.kubeletVersion ?? '<unknown>',
      addresses.find(({ type }) => type === 'InternalIP')?.address ?? '<none>',
      nodeInfo.osImage ?? '<unknown>',
    ],
  }
}

export const ownerResource = (kind: OwnerKind): Resource => ({
  apiVersion: kind === 'Job' || kind === 'CronJob' ? 'batch/v1' : 'apps/v1',
  kind,
  plural: `${kind.toLowerCase()}s`,
  columns: [name, column('Pods', 'Known pods of the owner, dead and alive.'), age],
})

/** Labels by which controllers distinguish the pods of one owner. */
const ofOnePod = [
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/job-completion-index',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
]
const besides: Partial<Record<OwnerKind, readonly string[]>> = {
  Deployment: ['pod-template-hash'],
  CronJob: ['batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name', 'controller-uid', 'job-name'],
}

export function ownerItem(kind: OwnerKind, { namespace, name: of, born, pods, labels }: OwnerRow, nowMs: number): Item {
  const own = labels.filter(([key]) => !ofOnePod.includes(key) && besides[kind]?.includes(key) !== true)
  const matchLabels = own.length === 0 ? { [ownerLabel]: of } : Object.fromEntries(own)
  const selecting = {
    selector: { matchLabels },
    template: { metadata: { labels: matchLabels }, spec: { containers: [] } },
  }
  const replicas = kind === 'Deployment' || kind === 'ReplicaSet' || kind === 'StatefulSet' ? { replicas: pods } : {}
  const metadata = {
    name: of,
    namespace,
    creationTimestamp: bornAt(born),
    labels: Object.fromEntries(own),
    annotations: { 'afterlog.io/made-up-from': `${pods} ${pods === 1 ? 'pod' : 'pods'}` },
  }
  const { apiVersion } = ownerResource(kind)
  const spec = kind === 'CronJob' ? { schedule: '', jobTemplate: { spec: selecting } } : { ...replicas, ...selecting }
  return {
    object: { apiVersion, kind, metadata, spec, status: {} },
    cells: [of, String(pods), since(bornAt(born), nowMs)],
  }
}
