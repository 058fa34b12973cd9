import { describe, expect, test } from 'vitest'
import type { Source } from '#ingest/formats/agent-owner.ts'
import { AgentRecord } from '#ingest/formats/agent-record.ts'
import type { Fields } from '#ingest/formats/agent-values.ts'
import { addKey, addTag, parseTag } from '#ingest/formats/fluent-tag.ts'
import { NativeLines } from '#ingest/formats/native-lines.ts'

const id = 'a'.repeat(64)
const path = '/var/log/pods/shop_cart_u-1/app/2.log'
const link = `/var/log/containers/cart_shop_app-${id}.log`
const tag = `kube.var.log.containers.cart_shop_app-${id}.log`
const kubernetes = { namespace_name: 'shop', pod_name: 'cart', pod_id: 'u-1', container_name: 'app' }
const names = { namespace: 'shop', pod: 'cart', podUid: 'u-1', container: 'app' }

/** The native record of what is added by each source, and the sentence where it cannot be a line. */
function native(parts: Partial<Record<Source, Fields>>, { tag: name, key }: { tag?: string; key?: string } = {}) {
  const lines = new NativeLines(1024)
  const record = new AgentRecord()
  for (const source of ['agent', 'metadata', 'record', 'text'] as const) {
    record.source = source
    record.addAll(parts[source] ?? {})
  }
  if (key !== undefined) addKey(record, key)
  if (name !== undefined) addTag(record, parseTag(name))
  record.writeTo(lines)
  const { partial: _, message: __, ...rest } = JSON.parse(lines.take().toString()) as Record<string, unknown>
  return { ...rest, problem: lines.problems.get(0) }
}

describe('what agents say in several ways completes itself', () => {
  test.each<[string, ReturnType<typeof native>, object]>([
    ['a tag, and the kubernetes filter with the uid', native({ record: { kubernetes } }, { tag }), names],
    [
      'a tag, the filter, the path and the offset',
      native({ record: { kubernetes, path: link, offset: 5 } }, { tag }),
      { ...names, path: link, offset: '5' },
    ],
    ['a key, and the path', native({ record: { path, offset: 5 } }, { key: path }), { path, offset: '5' }],
    [
      'a resource, and the path and offset of the record',
      native({
        agent: { 'k8s.namespace.name': 'shop', 'k8s.pod.name': 'cart', 'k8s.pod.uid': 'u-1', 'k8s.container.name': 'app' },
        record: { 'log.file.path': path, 'log.file.record_offset': 5 },
      }),
      { ...names, path, offset: '5' },
    ],
    [
      'a resource with the cluster and node, and the pod in the record',
      native({
        agent: { 'k8s.cluster.name': 'eu', 'k8s.node.name': 'n', 'service.name': 's' },
        record: { 'k8s.namespace.name': 'shop', 'k8s.pod.name': 'cart', 'k8s.container.name': 'app' },
      }),
      { namespace: 'shop', pod: 'cart', container: 'app', cluster: 'eu', node: 'n' },
    ],
    [
      'a resource that names no pod, and a body that does',
      native({ agent: { 'service.name': 's' }, text: { kubernetes } }),
      names,
    ],
    [
      'labels, and metadata with the uid',
      native({
        agent: { namespace: 'shop', pod: 'cart', container: 'app' },
        metadata: { pod_uid: 'u-1', filename: path, offset: 5 },
      }),
      { ...names, path, offset: '5' },
    ],
    [
      'a filter, and the cluster and node of record_modifier',
      native({ record: { kubernetes, cluster_name: 'eu', node_name: 'n', restart_count: 2 } }),
      { ...names, cluster: 'eu', node: 'n', restart: '2' },
    ],
    [
      'names by the path of a static pod, whose uid at the API server is another',
      native({ record: { kubernetes, path: path.replace('u-1', 'f'.repeat(32)) } }),
      { ...names, path: path.replace('u-1', 'f'.repeat(32)) },
    ],
    [
      "names of an object, in an application's line",
      native({ record: { path, pod: 'web-0', namespace: 'other' } }),
      { path, attributes: { pod: 'web-0', namespace: 'other' } },
    ],
  ])('%s', (_, record, expected) => expect(record).toMatchObject({ ...expected, problem: undefined }))
})

describe("what contradicts the agent is the application's", () => {
  test('metadata that names another pod than the labels', () => {
    expect(
      native({ agent: { namespace: 'shop', pod: 'cart', container: 'app' }, metadata: { pod: 'other', pod_uid: 'u-2' } }),
    ).toEqual({
      namespace: 'shop',
      pod: 'cart',
      container: 'app',
      attributes: { pod: 'other', pod_uid: 'u-2' },
    })
  })

  test('a uid that only the path beside a filter says', () => {
    const { pod_id: _, ...withoutUid } = kubernetes
    expect(native({ record: { kubernetes: withoutUid, path, offset: 5 } })).toMatchObject({ attributes: { path }, offset: '5' })
    expect(native({ record: { kubernetes: withoutUid, path } })).not.toHaveProperty('path')
  })

  test('place, node and cluster in the text of a line', () => {
    const own = { 'log.offset': 7, 'k8s.node.name': 'x', cluster_name: 'x', restart_count: 9, 'container.id': 'f'.repeat(64) }
    const record = native({ agent: { ...kubernetes, pod_uid: 'u-1' }, text: own })
    expect(record).toMatchObject({
      attributes: Object.fromEntries(Object.entries(own).map(([name, value]) => [name, String(value)])),
    })
  })

  test("a tag's word is better than the record's", () => {
    expect(native({ record: { kubernetes: { ...kubernetes, pod_name: 'other' } } }, { tag })).toMatchObject({
      path: link,
      attributes: { 'kubernetes.pod_name': 'other', 'kubernetes.pod_id': 'u-1' },
    })
    expect(native({ record: { path: path.replace('u-1', 'u-2') } }, { tag })).toMatchObject({ path: link })
  })
})

test('two files of two pods name nobody, where nothing better does', () => {
  const both = { path, 'log.file.path': '/var/log/pods/bank_ledger_u-2/app/0.log' }
  expect(native({ record: both }).problem).toContain('path and log.file.path are files of two pods')
  expect(native({ record: { ...both, kubernetes } })).toMatchObject({ ...names, problem: undefined })
  expect(native({ record: { path, filename: link } }).problem).toBeUndefined()
})
