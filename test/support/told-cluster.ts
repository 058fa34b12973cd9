// Something of everything that a tenant can have: pods of every kind of owner, lives, events, nodes, lines with and
// without a uid, dead letters. Every name begins with `alpha-`, so that an answer shows whether anything of it is in
// it.
import type { KubernetesObject } from './kubernetes.ts'

const created = '2026-11-23T10:00:00Z'
const died = '2026-11-23T10:20:00Z'

export const alpha = {
  namespace: 'alpha-ns',
  node: 'alpha-node',
  pod: 'alpha-web-5f4b8d7c6-k8wq2',
  uid: 'a1fa0001-7d1e-4f2a-9b3c-000000000001',
  container: 'alpha-app',
  containerId: 'a1fa000000000000000000000000000000000000000000000000000000000001',
  event: 'alpha-event.17a1',
  ip: '10.244.9.17',
  image: 'registry.example/alpha/app:1.4.2',
  message: 'alpha-needle in a line',
  time: '2026-11-23T10:05:00.000000000Z',
  /** By plural, as paths under /k8s have it. */
  owners: {
    deployments: 'alpha-web',
    replicasets: 'alpha-web-5f4b8d7c6',
    statefulsets: 'alpha-db',
    daemonsets: 'alpha-agent',
    jobs: 'alpha-nightly-29012345',
    cronjobs: 'alpha-nightly',
  },
} as const

const { namespace, node, owners } = alpha

function pod(name: string, uid: string, owner: { kind: string; name: string }, labels = {}): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid,
      resourceVersion: '9101',
      creationTimestamp: created,
      labels: { app: 'alpha-label', ...labels },
      ownerReferences: [{ apiVersion: 'apps/v1', ...owner, uid: `${uid}-owner`, controller: true }],
    },
    spec: { nodeName: node, containers: [{ name: alpha.container, image: alpha.image }] },
    status: {
      phase: 'Failed',
      podIP: alpha.ip,
      startTime: created,
      containerStatuses: [
        {
          name: alpha.container,
          image: alpha.image,
          imageID: 'sha256:a1fa',
          containerID: `containerd://${uid === alpha.uid ? alpha.containerId : uid}`,
          restartCount: 0,
          state: {
            terminated: {
              reason: 'OOMKilled',
              exitCode: 137,
              startedAt: created,
              finishedAt: died,
              containerID: `containerd://${uid === alpha.uid ? alpha.containerId : uid}`,
            },
          },
        },
      ],
    },
  }
}

/** Objects for POST /v1/lifecycle. */
export const alphaObjects: readonly KubernetesObject[] = [
  pod(alpha.pod, alpha.uid, { kind: 'ReplicaSet', name: owners.replicasets }, { 'pod-template-hash': '5f4b8d7c6' }),
  pod('alpha-db-0', 'a1fa0002-7d1e-4f2a-9b3c-000000000002', { kind: 'StatefulSet', name: owners.statefulsets }),
  pod('alpha-agent-x1', 'a1fa0003-7d1e-4f2a-9b3c-000000000003', { kind: 'DaemonSet', name: owners.daemonsets }),
  pod('alpha-nightly-29012345-abcde', 'a1fa0004-7d1e-4f2a-9b3c-000000000004', { kind: 'Job', name: owners.jobs }),
  pod('alpha-nightly-x2', 'a1fa0007-7d1e-4f2a-9b3c-000000000007', { kind: 'CronJob', name: owners.cronjobs }),
  {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: node, uid: 'a1fa0005-7d1e-4f2a-9b3c-000000000005', resourceVersion: '9102', creationTimestamp: created },
    status: { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: created, reason: 'KubeletReady' }] },
  },
  {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: alpha.event,
      namespace,
      uid: 'a1fa0006-7d1e-4f2a-9b3c-000000000006',
      resourceVersion: '9103',
      creationTimestamp: died,
    },
    involvedObject: { kind: 'Pod', namespace, name: alpha.pod, uid: alpha.uid, apiVersion: 'v1' },
    reason: 'BackOff',
    message: 'alpha-event: back-off restarting failed container',
    source: { component: 'kubelet', host: node },
    firstTimestamp: died,
    lastTimestamp: died,
    count: 3,
    type: 'Warning',
  },
]

const line = { namespace, pod: alpha.pod, container: alpha.container, node, stream: 'stdout' }

/**
 * Records for POST /v1/batches: lines with a uid, one with a container id alone, one of the node, and one that becomes
 * a dead letter.
 */
export const alphaRecords: readonly Record<string, unknown>[] = [
  { ...line, podUid: alpha.uid, restart: 0, time: alpha.time, message: alpha.message, labels: { team: 'alpha-team' } },
  { ...line, podUid: alpha.uid, restart: 0, time: '2026-11-23T10:19:59Z', message: 'alpha-needle last', severity: 'error' },
  { ...line, containerId: `containerd://${alpha.containerId}`, time: '2026-11-23T10:06:00Z', message: 'alpha-needle by id' },
  { time: '2026-11-23T10:06:30Z', node, unit: 'alpha.service', message: 'alpha-needle of the node' },
  { ...line, time: 'never', message: 'alpha-letter' },
]
