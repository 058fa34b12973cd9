import { expect, test } from 'vitest'
import { AgentRecord } from '#ingest/formats/agent-record.ts'
import type { Fields } from '#ingest/formats/agent-values.ts'
import { NativeLines } from '#ingest/formats/native-lines.ts'

/** The native record that becomes of a record. */
function native(fields: Fields): Record<string, unknown> {
  const lines = new NativeLines(1024)
  const record = new AgentRecord()
  record.addAll(fields)
  record.writeTo(lines)
  const { partial: _, message: __, ...rest } = JSON.parse(lines.take().toString()) as Record<string, unknown>
  return rest
}

test('names of all agents mean the same', () => {
  const expected = { namespace: 'shop', pod: 'cart', podUid: 'u', container: 'app', node: 'n', labels: { app: 'a' } }
  const spellings: Fields[] = [
    {
      kubernetes: {
        namespace_name: 'shop',
        pod_name: 'cart',
        pod_id: 'u',
        container_name: 'app',
        host: 'n',
        labels: { app: 'a' },
      },
    },
    {
      kubernetes: {
        namespace: 'shop',
        pod: { name: 'cart', uid: 'u' },
        container: { name: 'app' },
        node: { name: 'n' },
        labels: { app: 'a' },
      },
    },
    {
      kubernetes: {
        pod_namespace: 'shop',
        pod_name: 'cart',
        pod_uid: 'u',
        container_name: 'app',
        pod_node_name: 'n',
        pod_labels: { app: 'a' },
      },
    },
    {
      'k8s.namespace.name': 'shop',
      'k8s.pod.name': 'cart',
      'k8s.pod.uid': 'u',
      'k8s.container.name': 'app',
      'k8s.node.name': 'n',
      'k8s.pod.label.app': 'a',
    },
    {
      k8s: {
        namespace: { name: 'shop' },
        pod: { name: 'cart', uid: 'u', label: { app: 'a' } },
        container: { name: 'app' },
        node: { name: 'n' },
      },
    },
  ]
  for (const fields of spellings) expect(native(fields)).toEqual(expected)
})

test('of two names of a field the better one counts, and the other is an attribute', () => {
  expect(native({ pod: 'by application', kubernetes: { pod_name: 'cart' } })).toEqual({
    pod: 'cart',
    attributes: { pod: 'by application' },
  })
  expect(native({ kubernetes: { pod_name: 'cart' }, pod: 'cart' })).toEqual({ pod: 'cart' })
})

test('what cannot be what its name says is an attribute', () => {
  const fields = { time: 'noon', path: '/api/v1/cart', offset: 'far', stream: 'blue', logtag: 'half', restart: -1 }
  expect(native({ pod: 'cart', date: 1_764_000_000, ...fields })).toEqual({
    time: '1764000000',
    pod: 'cart',
    attributes: { ...fields, restart: '-1' },
  })
  // A tag that is true says nothing; Docker's field does.
  expect(native({ pod: 'cart', logtag: true })['partial']).toBeUndefined()
})

test("an application's own offset, node and cluster are attributes, and an agent's are the line's", () => {
  const own = { offset: 20, node: 'raft-3', cluster: 'es-prod' }
  const asAttributes = { offset: '20', node: 'raft-3', cluster: 'es-prod' }
  const agents = { offset: '20', node: 'raft-3', cluster: 'es-prod' }
  const ofPod = { namespace: 's', pod: 'p', container: 'c' }
  const kubernetes = { namespace_name: 's', pod_name: 'p', container_name: 'c' }
  expect(native({ kubernetes, ...own })).toEqual({ ...ofPod, attributes: asAttributes })
  expect(native({ kubernetes, ...own, path: '/v1/items' })).toEqual({
    ...ofPod,
    attributes: { ...asAttributes, path: '/v1/items' },
  })
  // What a program on a node says of itself names no node of Kubernetes.
  expect(native({ 'service.name': 'raft', ...own })).toEqual({ unit: 'raft', attributes: asAttributes })
  const path = '/var/log/pods/s_p_u/c/0.log'
  const cri = '2026-11-30T12:00:00Z stdout F x'
  // As deploy/agents/fluent-bit sends it, by filter record_modifier.
  expect(native({ path, cri, ...own })).toMatchObject({ path, ...agents })
  expect(native({ ...ofPod, path, ...own })).toMatchObject({ ...ofPod, ...agents })
  expect(native({ unit: 'kubelet.service', path: '/var/log/syslog', ...own })).toMatchObject({
    unit: 'kubelet.service',
    ...agents,
  })
  expect(
    native({ kubernetes: { ...kubernetes, pod_id: 'u' }, ...own, path, cluster_name: 'prod', node_name: 'n' }),
  ).toMatchObject({
    path,
    offset: '20',
    cluster: 'prod',
    node: 'n',
    attributes: { node: 'raft-3', cluster: 'es-prod' },
  })
})

test('ids of traces are hex in small letters without dashes, and zeros are none', () => {
  expect(native({ pod: 'p', 'trace.id': '5B8EFFF7-9803-8103-D269-B633813FC60C', span_id: '0000000000000000' })).toEqual({
    pod: 'p',
    traceId: '5b8efff798038103d269b633813fc60c',
  })
  expect(native({ pod: 'p', trace_id: 'Root=1-67' })).toEqual({ pod: 'p', traceId: 'Root=1-67' })
})

test('a record without pod is a line of its node; with one, host and service are attributes', () => {
  expect(native({ host: { name: 'n' }, 'service.name': 'kubelet' })).toEqual({ node: 'n', unit: 'kubelet' })
  expect(native({ pod: 'p', container: 'c', hostname: 'n', 'service.name': 's' })).toEqual({
    pod: 'p',
    container: 'c',
    attributes: { hostname: 'n', 'service.name': 's' },
  })
  expect(native({ pod: 'p', 'service.name': 's' })).toEqual({ pod: 'p', container: 's', attributes: { 'service.name': 's' } })
})

test('keys and depth are bounded, with a mark', () => {
  const many = native({ pod: 'p', ...Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`k${i}`, i])) })
  const attributes = many['attributes'] as Record<string, string>
  expect(Object.keys(attributes)).toHaveLength(1001)
  expect(attributes['afterlog.cut']).toBe('500 keys were left out')
  let deep: Fields = { end: 'x' }
  for (let i = 0; i < 20; i++) deep = { a: deep }
  const [[name, value]] = Object.entries(native({ pod: 'p', deep })['attributes'] as Record<string, string>) as [[string, string]]
  expect(name).toBe('deep.a.a.a.a.a.a.a.a')
  expect(JSON.parse(value)).toMatchObject({ a: { a: {} } })
})

test('a long name is not repeated for what is in its object, and what is kept is bounded', () => {
  const long = 'p'.repeat(100_000)
  const inside = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i]))
  expect(native({ pod: 'p', [long]: inside })).toEqual({ pod: 'p', attributes: { [long]: JSON.stringify(inside) } })
  const large = native({ pod: 'p', ...Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, 'v'.repeat(4096)])) })
  const { 'afterlog.cut': cut, ...attributes } = large['attributes'] as Record<string, string>
  expect(cut).toBe('436 keys were left out')
  expect(Object.keys(attributes)).toHaveLength(64)
})

test('names of objects that JavaScript has are names', () => {
  const fields = JSON.parse('{"pod":"p","__proto__":{"x":"1"},"constructor":"c","toString":"t"}') as Fields
  expect(native(fields)).toEqual({ pod: 'p', attributes: { '__proto__.x': '1', constructor: 'c', toString: 't' } })
})

test('an empty message is a message, and gives way to one that is not empty', () => {
  const messageOf = (fields: Fields): unknown => {
    const lines = new NativeLines(1024)
    const record = new AgentRecord()
    record.addAll(fields)
    expect(record.has('message')).toBe(true)
    record.writeTo(lines)
    return (JSON.parse(lines.take().toString()) as { message: string }).message
  }
  expect(messageOf({ pod: 'p', log: '' })).toBe('')
  expect(messageOf({ pod: 'p', log: '', message: 'said' })).toBe('said')
  expect(messageOf({ pod: 'p', message: 'said', log: '' })).toBe('said')
})

test('length and restart of an application are no place in a file, and `cri` only what the kubelet writes', () => {
  expect(native({ pod: 'p', length: 3, restart: 1, cri: 'containerd' })).toEqual({
    pod: 'p',
    attributes: { length: '3', restart: '1', cri: 'containerd' },
  })
})
