import { describe, expect, test } from 'vitest'
import { decodeLifecycle } from '#ingest/formats/kubernetes.ts'
import type { AfterlogError } from '#shared/errors.ts'
import { decode, fixture, fixtureText, origin, rowsOf } from '#test/support/kubernetes.ts'

const json = (text: string) => decodeLifecycle(Buffer.from(text), 'json', origin)
const ndjson = (text: string) => decodeLifecycle(Buffer.from(text), 'ndjson', origin)
const crash = fixture('pod-crash-loop')
const backoff = fixture('event-backoff')
const bare = (object: Record<string, unknown>) => ({ ...object, kind: undefined, apiVersion: undefined })

describe('every way in which an object travels gives the same rows', () => {
  const expected = rowsOf(decode(crash), 'pods')
  test.each([
    ['an array', [crash]],
    ['a List', { kind: 'List', apiVersion: 'v1', items: [crash] }],
    ['a PodList whose items name no kind', { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [bare(crash)] }],
    ['a watch event', { type: 'MODIFIED', object: crash }],
    ['a List of watch events', { kind: 'List', items: [{ type: 'ADDED', object: crash }] }],
    ['a log record with the object as its body', { body: { type: 'ADDED', object: crash } }],
    ['without kind at all', bare(crash)],
  ])('%s', (_, value) => {
    const decoded = decode(value)
    expect(decoded.rejects).toEqual([])
    expect(rowsOf(decoded, 'pods')).toEqual(expected.map((row) => ({ ...row, object: expect.any(String) as string })))
  })

  test('NDJSON, with blank lines', () => {
    const decoded = ndjson(`${JSON.stringify(crash)}\n\n${JSON.stringify({ type: 'ADDED', object: backoff })}\r\n`)
    expect(decoded).toMatchObject({ accepted: 2, rejects: [] })
    expect(decoded.tables.map(({ table, count }) => [table, count])).toEqual([
      ['pods', 1],
      ['lives', 1],
      ['events', 1],
    ])
  })
})

describe('what agents emit is read', () => {
  test('Fluent Bit kubernetes_events: Events with a date and maybe no kind', () => {
    const decoded = json(fixtureText('agent-fluent-bit.json').toString())
    expect(decoded.rejects).toEqual([])
    expect(rowsOf(decoded, 'events').map(({ reason, count }) => [reason, count])).toEqual([
      ['BackOff', 11],
      ['Killing', 1],
    ])
  })

  test('kubernetes-event-exporter: an Event without kind, its clusterName and enriched involvedObject', () => {
    const [event] = rowsOf(json(fixtureText('agent-event-exporter.json').toString()), 'events')
    expect(event).toMatchObject({
      cluster: 'prod-eu',
      reason: 'Evicted',
      involved_kind: 'Pod',
      involved_name: 'thumbs-5f6b7c8d9-j4h5g',
    })
  })

  test('OpenTelemetry k8sobjects, watch and pull mode', () => {
    const decoded = ndjson(fixtureText('agent-k8sobjects.ndjson').toString())
    expect(decoded).toMatchObject({ accepted: 4, rejects: [] })
    expect(rowsOf(decoded, 'pods')).toHaveLength(2)
    expect(rowsOf(decoded, 'events')).toHaveLength(1)
  })

  test('OpenTelemetry k8sobjects as exported by OTLP/JSON', () => {
    const decoded = decodeLifecycle(fixtureText('agent-k8sobjects-otlp.json'), 'json', { ...origin, cluster: 'other' })
    expect(decoded.rejects).toEqual([])
    expect(rowsOf(decoded, 'pods')[0]).toMatchObject({
      name: 'cart-7d9f8b6c5-x2v4q',
      cluster: 'prod-eu',
      waiting: { app: 'CrashLoopBackOff' },
    })
    expect(rowsOf(decoded, 'lives')[0]).toMatchObject({ restart: 4, exit_code: 1 })
  })
})

describe('one bad object never costs its neighbours', () => {
  const good = () => fixture('pod-static')
  test.each<[string, unknown, string, RegExp]>([
    [
      'a Secret',
      { kind: 'Secret', apiVersion: 'v1', metadata: {} },
      'unknown-kind',
      /v1 Secret is not stored: expected v1 Pod, v1 Node, v1 Event or events/,
    ],
    ['a Pod of another API', { ...crash, apiVersion: 'example.org/v1' }, 'unknown-kind', /example.org/],
    ['a watch ERROR', { type: 'ERROR', object: { kind: 'Status', code: 410 } }, 'unknown-kind', /Status/],
    ['another type of watch event', { type: 'RENAMED', object: crash }, 'bad-field', /^type: expected one of ADDED/],
    ['a number', 5, 'not-an-object', /number/],
    ['null', null, 'not-an-object', /null/],
    ['an empty object', {}, 'unknown-kind', /without kind/],
    ['kind: 7', { kind: 7, metadata: [] }, 'unknown-kind', /not stored/],
    ['status: 5', { ...crash, status: 5 }, 'bad-field', /^status: /],
    [
      'containerStatuses: {}',
      { ...crash, status: { ...crash['status'], containerStatuses: {} } },
      'bad-field',
      /^status.containerStatuses: .*array/,
    ],
    [
      'restartCount: "two"',
      fixture('pod-crash-loop', (pod) => (pod['status'].containerStatuses[0].restartCount = 'two')),
      'bad-field',
      /restartCount/,
    ],
    [
      'restartCount: 1e99',
      fixture('pod-crash-loop', (pod) => (pod['status'].containerStatuses[0].restartCount = 1e99)),
      'bad-field',
      /restartCount/,
    ],
    [
      'a label that is a number',
      fixture('pod-crash-loop', (pod) => (pod['metadata'].labels = { a: 1 })),
      'bad-field',
      /^metadata.labels.a/,
    ],
    ['no uid', fixture('pod-crash-loop', (pod) => delete pod['metadata'].uid), 'missing-field', /^metadata.uid/],
    ['no metadata', { kind: 'Pod', apiVersion: 'v1' }, 'missing-field', /^metadata/],
    [
      'a time of the year 9999',
      fixture('pod-crash-loop', (pod) => (pod['metadata'].creationTimestamp = '9999-01-01T00:00:00Z')),
      'bad-time',
      /creationTimestamp/,
    ],
    [
      'a day that is none',
      fixture('pod-crash-loop', (pod) => (pod['status'].startTime = '2026-02-31T00:00:00Z')),
      'bad-time',
      /startTime/,
    ],
    ['an Event about nothing', { kind: 'Event', apiVersion: 'v1', metadata: { name: 'x' } }, 'missing-field', /^involvedObject/],
    ['a List without items', { kind: 'List', apiVersion: 'v1' }, 'missing-field', /^items: expected an array/],
    ['an empty array', [], 'not-an-object', /empty array/],
    [
      'a uid that says there is none',
      fixture('pod-crash-loop', (pod) => (pod['metadata'].uid = 'unresolved:c/shop/p')),
      'bad-field',
      /^metadata\.uid: expected the uid that the API server gave/,
    ],
    [
      'an Event about such a uid',
      fixture('event-backoff', (event) => (event['involvedObject'].uid = 'unresolved:c/shop/p')),
      'bad-field',
      /^involvedObject\.uid: expected the uid/,
    ],
    [
      'an Event of the year 2100',
      fixture('event-backoff', (event) => (event['lastTimestamp'] = '2100-01-01T00:00:00Z')),
      'in-the-future',
      /^lastTimestamp: 2100.* ahead of its arrival/,
    ],
    [
      'a time of the year 2106',
      fixture('pod-crash-loop', (pod) => (pod['metadata'].creationTimestamp = '2106-01-01T00:00:00Z')),
      'bad-time',
      /^metadata\.creationTimestamp: .*between 1970 and 2105/,
    ],
    [
      'a time of 1969',
      fixture(
        'pod-crash-loop',
        (pod) => (pod['status'].containerStatuses[0].lastState.terminated.startedAt = '1969-12-31T23:59:59Z'),
      ),
      'bad-time',
      /startedAt/,
    ],
    [
      'an Event without any time',
      { kind: 'Event', metadata: { uid: 'x' }, involvedObject: {} },
      'missing-field',
      /lastTimestamp/,
    ],
    [
      'an object as large as no cluster takes',
      fixture('pod-crash-loop', (pod) => (pod['metadata'].annotations = { a: 'x'.repeat(3e6) })),
      'too-large',
      /characters/,
    ],
  ])('%s', (_, bad, reason, detail) => {
    const decoded = decode([good(), bad, good()])
    expect(decoded.accepted).toBe(2)
    expect(decoded.rejects).toMatchObject([{ index: 1, reason, detail: expect.stringMatching(detail) as string }])
    expect(rowsOf(decoded, 'pods')).toHaveLength(2)
  })

  test('an object nested 100,000 deep', () => {
    const deep = `${JSON.stringify(crash).slice(0, -1)},"x":${'['.repeat(1e5)}${']'.repeat(1e5)}}`
    const decoded = json(`[${JSON.stringify(good())},${deep}]`)
    expect(decoded).toMatchObject({ accepted: 1, rejects: [{ index: 1, reason: 'bad-object' }] })
    expect(json('['.repeat(1e5) + ']'.repeat(1e5))).toMatchObject({ accepted: 0, rejects: [{ reason: 'bad-object' }] })
  })

  test('a line that is not JSON', () => {
    const decoded = ndjson(`${JSON.stringify(good())}\n{"kind":\n${JSON.stringify(good())}`)
    expect(decoded).toMatchObject({ accepted: 2, rejects: [{ index: 1, reason: 'not-json', payload: Buffer.from('{"kind":') }] })
  })
})

test('a bookmark is accepted and stores nothing', () => {
  expect(decode({ type: 'BOOKMARK', object: { kind: 'Pod', metadata: { resourceVersion: '12' } } })).toEqual({
    tables: [],
    accepted: 1,
    rejects: [],
  })
})

describe('a body that is no JSON says where it broke', () => {
  test.each<[string, 'json' | 'ndjson', RegExp]>([
    ['hello', 'json', /byte 0/],
    ['{"kind": Pod}', 'json', /byte 9/],
    ['{"kind":"Pod"', 'json', /byte 13/],
    ['', 'json', /not JSON/],
    ['['.repeat(1e5), 'json', /nested more than 64 deep at byte 64/],
    [`{"a":${'['.repeat(1e5)}`, 'json', /nested more than 64 deep/],
    ['5', 'json', /expected a Kubernetes Pod/],
    ['\n\nhello\nworld', 'ndjson', /line 3.*byte 0/],
    ['"text"', 'ndjson', /line 1/],
  ])('%j as %s', (text, contentType, detail) => {
    expect(() => decodeLifecycle(Buffer.from(text), contentType, origin)).toThrow(
      expect.objectContaining({ code: 'invalid-body', message: expect.stringMatching(detail) as string }) as AfterlogError,
    )
  })
})

test('lone surrogates never reach the engine', () => {
  const decoded = decode(
    fixture('pod-crash-loop', ({ metadata: { labels } }) => Object.assign(labels, { app: 'a\ud800b', '\udc00': 'c' })),
  )
  expect(rowsOf(decoded, 'pods')[0]!['labels']).toMatchObject({ app: 'a\ufffdb', '\ufffd': 'c' })
})

test('the stored object keeps unknown keys and drops the bookkeeping of server-side apply', () => {
  const [row] = rowsOf(decode(fixture('pod-crash-loop', (pod) => (pod['spec'].surprise = { x: [1] }))), 'pods')
  const object = JSON.parse(String(row!['object'])) as { kind: string; spec: unknown; metadata: object }
  expect(object).toMatchObject({ kind: 'Pod', apiVersion: 'v1', spec: { surprise: { x: [1] } } })
  expect(object.metadata).not.toHaveProperty('managedFields')
})

test('each element of an array is one record, stored or refused', () => {
  const { accepted, rejects } = decode([null, 1, 'x', [], {}])
  expect([accepted, rejects.map(({ index }) => index)]).toEqual([0, [0, 1, 2, 3, 4]])
})

test('an empty batch and an empty list hold no record', () => {
  for (const empty of [[], { kind: 'PodList', apiVersion: 'v1', items: [] }, { kind: 'PodList', apiVersion: 'v1', items: null }])
    expect(decode(empty)).toEqual({ tables: [], accepted: 0, rejects: [] })
})

test('a time that is far ahead of its arrival puts no pod before the others', () => {
  const far = fixture('pod-crash-loop', (pod) => (pod['status'].conditions[0].lastTransitionTime = '2100-01-01T00:00:00Z'))
  const [row] = rowsOf(decode(far), 'pods')
  expect(row!['status_at']).toEqual(expect.stringMatching(/^2026-11-23 /))
  expect(rowsOf(decode(far, { ...origin, receivedMs: Number.NaN }), 'pods')[0]!['status_at']).toMatch(/^2100-/)
})

describe('what would take more memory than its bytes', () => {
  test('an object whose rows are a multiple of it is rejected alone', () => {
    const containerStatuses = Array.from({ length: 12_000 }, (_, i) => ({ name: `c${i}`, state: { running: {} } }))
    const wide = {
      ...crash,
      spec: { ...(crash['spec'] as object), nodeName: 'n'.repeat(4000) },
      status: { phase: 'Running', containerStatuses },
    }
    const decoded = decode([wide, crash])
    expect(decoded).toMatchObject({ accepted: 1, rejects: [{ index: 0, reason: 'too-large' }] })
    expect(decoded.tables.map(({ table, count }) => [table, count])).toEqual(
      decode(crash).tables.map(({ table, count }) => [table, count]),
    )
    expect(rowsOf(decoded, 'pods')).toEqual(rowsOf(decode(crash), 'pods'))
  })

  test.each([
    ['objects', `[${'{},'.repeat(4_100_000)}{}]`],
    ['keys', `{"kind":"Pod"${',"k":1'.repeat(4_100_000)}}`],
  ])('a document of millions of %s is refused as a whole', (_, text) => {
    expect(() => json(text)).toThrow(expect.objectContaining({ code: 'too-large' }) as AfterlogError)
  })

  test('braces and colons inside strings are no parts', () => {
    expect(json(`{"kind":"Pod","x":"${String.raw`\"{[:`.repeat(1_000_000)}"}`).rejects).toMatchObject([{ reason: 'too-large' }])
  })
})
