import { expect, test } from 'vitest'
import { decode, fixture, rowsOf } from '#test/support/kubernetes.ts'

// Recorded from a kube-apiserver 1.37: conditions patched as the node lifecycle controller does, one taint of its own,
// one of a person.
const node = (change: Parameters<typeof fixture>[1] = () => {}) => fixture('node-unreachable', change)
const states = (value: unknown) => rowsOf(decode(value), 'node_states')

test('a Node is a row with its newest time, and each condition and taint a state with the time since when it holds', () => {
  const decoded = decode(node())
  expect(decoded).toMatchObject({ accepted: 1, rejects: [] })
  const [row, ...more] = rowsOf(decoded, 'nodes')
  expect(more).toEqual([])
  expect(row).toMatchObject({
    cluster: 'prod-eu',
    name: 'node-7',
    version: '236',
    gone: 0,
    created_at: '2026-11-20 08:00:00.000000000',
    status_at: '2026-11-23 10:20:41.000000000',
    labels: { 'kubernetes.io/hostname': 'node-7' },
  })
  expect(String(row!['object'])).not.toContain('managedFields')
  expect(rowsOf(decoded, 'node_states')).toMatchObject([
    { node: 'node-7', what: 'DiskPressure', status: 'False', since: '2026-11-20 08:00:00.000000000' },
    { what: 'Ready', status: 'Unknown', since: '2026-11-23 10:20:41.000000000', reason: 'NodeStatusUnknown' },
    { what: 'taint:node.kubernetes.io/unreachable', status: 'NoExecute', since: '2026-11-23 10:20:41.000000000' },
    { what: 'taint:dedicated', status: 'NoSchedule', since: '2026-11-20 08:00:00.000000000', message: 'gpu' },
  ])
})

test('a heartbeat makes no new state, since a taint without a time has that of the last change of the Node itself', () => {
  const beat = node((object) => {
    object['metadata'].resourceVersion = '300'
    const status = object['metadata'].managedFields.find((entry: { subresource?: string }) => entry.subresource === 'status')
    status.time = '2026-11-23T11:00:00Z'
  })
  const since = (value: unknown) => states(value).map((state) => [state['what'], state['since']])
  expect(since(beat)).toEqual(since(node()))
  expect(rowsOf(decode(beat), 'nodes')[0]).toMatchObject({ status_at: '2026-11-23 11:00:00.000000000' })
})

test('a Node that a watch said DELETED is gone, and stays so whatever is told again', () => {
  const decoded = decode({ type: 'DELETED', object: node() })
  expect(rowsOf(decoded, 'nodes')[0]).toMatchObject({ gone: 1 })
  expect(rowsOf(decoded, 'node_states').at(-1)).toMatchObject({
    what: 'gone',
    status: 'True',
    since: '2026-11-23 10:20:41.000000000',
  })
  const later = node((object) => (object['metadata'].resourceVersion = '99999'))
  const version = (value: unknown) => BigInt(String(rowsOf(decode(value), 'nodes')[0]!['version']))
  expect(version({ type: 'DELETED', object: node() })).toBeGreaterThan(version(later))
})

test('items of a NodeList need not say their kind; a Node without status or spec has no states', () => {
  const decoded = decode({ kind: 'NodeList', apiVersion: 'v1', items: [{ metadata: { name: 'n', uid: 'u' } }] })
  expect(decoded).toMatchObject({ accepted: 1, rejects: [] })
  expect(rowsOf(decoded, 'node_states')).toEqual([])
})

test('a Node without a name is refused by the name of the field', () => {
  expect(decode(node((object) => delete object['metadata'].name)).rejects).toMatchObject([
    { reason: 'missing-field', detail: expect.stringMatching(/^metadata.name/) as unknown },
  ])
})

test('a Node whose clock runs ahead is gone by the newest time that is believed', () => {
  const ahead = node((object) => {
    object['metadata'].deletionTimestamp = '2104-01-01T00:00:00Z'
    object['status'].conditions[0].lastHeartbeatTime = '2104-01-01T00:00:00Z'
  })
  const decoded = decode({ type: 'DELETED', object: ahead })
  expect(rowsOf(decoded, 'nodes')[0]).toMatchObject({ status_at: '2026-11-23 10:20:41.000000000' })
  expect(rowsOf(decoded, 'node_states').at(-1)).toMatchObject({ what: 'gone', since: '2026-11-23 10:20:41.000000000' })
})
