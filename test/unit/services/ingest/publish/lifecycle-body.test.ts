import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { KafkaMessage } from '#shared/kafka/publisher-port.ts'
import { decodeLifecycle } from '#ingest/formats/kubernetes.ts'
import type { Origin } from '#ingest/normalise/origin.ts'
import { publishLifecycle } from '#ingest/publish/lifecycle-body.ts'
import { fixture, fixtureText, origin } from '#test/support/kubernetes.ts'

const room = { topic: 'afterlog.lifecycle', messageBytesMax: 1_000_000 }
const publish = (body: Buffer, form: 'json' | 'ndjson' = 'json', from: Origin = origin, messageBytesMax = room.messageBytesMax) =>
  publishLifecycle(body, form, { ...room, messageBytesMax, origin: from })
const bodyOf = (value: unknown) => Buffer.from(JSON.stringify(value))

/** What a consumer makes of a message, by the message alone. */
function consume({ value, headers }: KafkaMessage) {
  return decodeLifecycle(value, 'json', {
    tenant: headers['x-scope-orgid']!,
    cluster: headers['x-afterlog-cluster'] ?? '',
    node: headers['x-afterlog-node'] ?? '',
    agent: '',
    receivedMs: Number(headers['x-afterlog-received']),
    source: 'kafka:t/0@0',
  })
}

const rowsOf = (tables: readonly { table: string; rows: Buffer }[]) =>
  tables
    .flatMap(({ table, rows }) =>
      rows
        .toString()
        .trim()
        .split('\n')
        .map((row) => `${table} ${row}`),
    )
    .toSorted()

function same(body: Buffer, form: 'json' | 'ndjson' = 'json', from: Origin = origin): KafkaMessage[] {
  const direct = decodeLifecycle(body, form, from)
  const { messages, accepted, rejects } = publish(body, form, from)
  expect({ accepted, rejects }).toEqual({ accepted: direct.accepted, rejects: direct.rejects })
  const consumed = messages.map(consume)
  expect(consumed.flatMap((outcome) => outcome.rejects)).toEqual([])
  expect(rowsOf(consumed.flatMap(({ tables }) => tables))).toEqual(rowsOf(direct.tables))
  expect(messages.length).toBeGreaterThan(0)
  return messages
}

describe('the messages of a body decode to the rows of the body', () => {
  test.each(readdirSync(new URL('../../../../fixtures/kubernetes/', import.meta.url)))('%s', (name) => {
    const body = fixtureText(name)
    const form = name.endsWith('.ndjson') ? 'ndjson' : 'json'
    same(body, form)
    same(body, form, { ...origin, cluster: '', node: 'node-9' })
  })

  const pod = fixture('pod-crash-loop')
  const event = fixture('event-backoff')
  const bare = (object: Record<string, unknown>) => ({ ...object, kind: undefined, apiVersion: undefined })
  const nulls = (object: Record<string, unknown>) => ({ ...object, kind: null, apiVersion: null })
  test.each<[string, unknown]>([
    ['items of a PodList that name no kind', { kind: 'PodList', apiVersion: 'v1', items: [bare(pod), nulls(pod)] }],
    ['items of an EventList', { kind: 'EventList', apiVersion: 'v1', items: [bare(event), nulls(event)] }],
    [
      'a new Event in a list of another version',
      { kind: 'EventList', apiVersion: 'v1', items: [bare(fixture('event-v1-scheduled'))] },
    ],
    ['a Pod without spec', { kind: 'PodList', apiVersion: 'v1', items: [{ metadata: (pod as { metadata: object }).metadata }] }],
    [
      'watch events',
      [
        { type: 'ADDED', object: pod },
        { type: 'DELETED', object: pod },
        { type: 'BOOKMARK', object: {} },
      ],
    ],
    [
      'times of managedFields, which are read',
      {
        ...pod,
        metadata: {
          ...(pod as { metadata: object }).metadata,
          managedFields: [{ manager: 'kubelet', time: '2026-11-23T11:59:59Z', fieldsV1: { f: 1 } }, {}],
        },
      },
    ],
    ['half a surrogate', { ...event, message: 'a\ud800b' }],
    ['good and bad', [pod, 17, { kind: 'Node' }, event]],
  ])('%s', (_, value) => {
    same(bodyOf(value))
  })

  test('a cluster that an exporter names goes with its objects, in any script', () => {
    const body = fixtureText('agent-k8sobjects-otlp.json').toString()
    const cluster = /"k8s.cluster.name","value":\{"stringValue":"([^"]+)"/.exec(body.replaceAll(/\s/g, ''))![1]!
    expect(same(Buffer.from(body))[0]!.headers['x-afterlog-cluster']).toBe(cluster)
    same(Buffer.from(body.replaceAll(cluster, 'größe')))
  })
})

test('a message is keyed by the uid of the pod that it is or tells of, and says when it arrived', () => {
  const pod = fixture('pod-crash-loop') as { metadata: { uid: string } }
  const event = fixture('event-backoff') as { involvedObject: { uid: string } }
  const { messages } = publish(bodyOf([pod, event, { ...event, involvedObject: { kind: 'Pod', namespace: 'a', name: 'b' } }]))
  expect(messages.map(({ key }) => key?.toString())).toEqual([
    pod.metadata.uid,
    event.involvedObject.uid,
    `${origin.cluster}/a/b`,
  ])
  for (const { headers } of messages) expect(headers).toMatchObject({ 'x-afterlog-received': String(origin.receivedMs) })
})

test('managedFields, which are half of an object, stay behind', () => {
  const pod = fixture('pod-crash-loop') as { metadata: object }
  const managedFields = [{ manager: 'x'.repeat(5000), time: '2026-11-23T11:59:59Z' }]
  const { messages } = publish(bodyOf({ ...pod, metadata: { ...pod.metadata, managedFields } }))
  expect(messages[0]!.value.includes('xxxxx')).toBe(false)
})

test('an object that fits no message is a reject that says what to set, and costs its neighbours nothing', () => {
  const event = fixture('event-backoff')
  const { messages, accepted, rejects } = publish(
    bodyOf([event, { ...event, message: 'x'.repeat(5000) }, 17, event]),
    'json',
    origin,
    4000,
  )
  expect([messages.length, accepted]).toEqual([2, 2])
  expect(rejects.map(({ index, reason }) => [index, reason])).toEqual([
    [1, 'too-large'],
    [2, 'not-an-object'],
  ])
  expect(rejects[0]!.detail).toMatch(/^the object takes a message of \d+ bytes, and topic afterlog.lifecycle takes 4000: raise/)
})
