// What /k8s shows to typed clients must be of its type, since they refuse a whole list for one field that is not.
import { expect, test } from 'vitest'
import { decode, fixture, rowsOf, type KubernetesObject } from '#test/support/kubernetes.ts'

const ofPod = (change: (pod: KubernetesObject) => void) => fixture('pod-crash-loop', change)
const ofNode = (change: (node: KubernetesObject) => void) => fixture('node-unreachable', change)
const ofEvent = (change: (event: KubernetesObject) => void) => fixture('event-backoff', change)

test.each<[string, KubernetesObject]>([
  ['metadata.generateName', ofPod((pod) => (pod['metadata'].generateName = 5))],
  ['metadata.annotations.a', ofPod((pod) => (pod['metadata'].annotations = { a: true }))],
  ['metadata.ownerReferences', ofPod((pod) => (pod['metadata'].ownerReferences = {}))],
  ['metadata.ownerReferences.0.uid', ofPod((pod) => (pod['metadata'].ownerReferences = [{ uid: 5 }]))],
  ['metadata.finalizers.0', ofPod((pod) => (pod['metadata'].finalizers = [5]))],
  ['metadata.deletionGracePeriodSeconds', ofPod((pod) => (pod['metadata'].deletionGracePeriodSeconds = 1.5))],
  ['spec.nodeName', ofPod((pod) => (pod['spec'].nodeName = ['n']))],
  ['spec.hostNetwork', ofPod((pod) => (pod['spec'].hostNetwork = 'yes'))],
  ['spec.containers', ofPod((pod) => (pod['spec'].containers = 'x'))],
  ['spec.containers.0', ofPod((pod) => (pod['spec'].containers = [null]))],
  ['spec.containers.0.name', ofPod((pod) => (pod['spec'].containers = [{ image: 'x' }]))],
  ['spec.containers.0.image', ofPod((pod) => (pod['spec'].containers = [{ name: 'app', image: 5 }]))],
  ['spec.containers.0.args.1', ofPod((pod) => (pod['spec'].containers = [{ name: 'app', args: ['a', 5] }]))],
  [
    'spec.containers.0.resources.limits.memory',
    ofPod((pod) => (pod['spec'].containers = [{ name: 'app', resources: { limits: { memory: {} } } }])),
  ],
  ['spec.initContainers.0', ofPod((pod) => (pod['spec'].initContainers = [5]))],
  ['spec.ephemeralContainers.0.image', ofPod((pod) => (pod['spec'].ephemeralContainers = [{ name: 'd', image: {} }]))],
  ['spec.volumes.0', ofPod((pod) => (pod['spec'].volumes = ['v']))],
  ['status.phase', ofPod((pod) => (pod['status'].phase = 5))],
  ['status.podIP', ofPod((pod) => (pod['status'].podIP = 5))],
  ['status.podIPs.0', ofPod((pod) => (pod['status'].podIPs = ['10.0.0.1']))],
  ['status.conditions.0', ofPod((pod) => (pod['status'].conditions = [null]))],
  ['status.containerStatuses.0.ready', ofPod((pod) => (pod['status'].containerStatuses[0].ready = 'yes'))],
  ['status.containerStatuses.0.state', ofPod((pod) => (pod['status'].containerStatuses[0].state = 'waiting'))],
  ['metadata.labels.a', ofNode((node) => (node['metadata'].labels = { a: 1 }))],
  ['spec.unschedulable', ofNode((node) => (node['spec'].unschedulable = 'no'))],
  ['status.addresses.0.address', ofNode((node) => (node['status'].addresses = [{ type: 'InternalIP', address: 5 }]))],
  ['status.nodeInfo.osImage', ofNode((node) => (node['status'].nodeInfo = { osImage: 5 }))],
  ['status.capacity.cpu', ofNode((node) => (node['status'].capacity = { cpu: [] }))],
  ['metadata.annotations.a', ofEvent((event) => (event['metadata'].annotations = { a: 1 }))],
  ['involvedObject.apiVersion', ofEvent((event) => (event['involvedObject'].apiVersion = 1))],
  ['source', ofEvent((event) => (event['source'] = 'kubelet'))],
])('%s of another type is refused by its path', (path, object) => {
  const decoded = decode([object, fixture('pod-static')])
  expect(decoded).toMatchObject({ accepted: 1, rejects: [{ index: 0, detail: expect.stringContaining(`${path}: `) as string }] })
  expect(decoded.rejects[0]!.reason).toMatch(/^(bad|missing)-field$/)
  expect(decoded.rejects[0]!.detail).toMatch(/: .*expected/)
})

test('null is what Go writes for nothing, and what is not known is kept', () => {
  const object = ofPod((pod) => {
    pod['metadata'].labels = null
    pod['metadata'].ownerReferences = null
    pod['spec'].initContainers = null
    pod['spec'].containers = [{ name: 'app', image: null, resources: { limits: null }, tomorrow: 5 }]
    pod['status'].podIPs = null
    pod['status'].conditions = null
  })
  const decoded = decode(object)
  expect(decoded.rejects).toEqual([])
  expect(rowsOf(decoded, 'pods')[0]!['object']).toContain('"tomorrow":5')
})
