// What a sender can do wrong in one record or object: the others are stored, this one is rejected with a sentence.
import { event, goodRecord, pod } from './records.ts'

const MiB = 1024 * 1024

const wrongTypes: Record<string, readonly unknown[]> = {
  time: [
    null,
    {},
    [],
    true,
    '',
    'yesterday',
    '2026-02-30T00:00:00Z',
    0,
    '0',
    -1,
    Infinity,
    '1970-01-01T00:00:00Z',
    '2262-04-11T23:47:16Z',
    '9999-12-31T23:59:59Z',
    '9'.repeat(40),
  ],
  ...Object.fromEntries(
    ['namespace', 'pod', 'podUid', 'container', 'containerId', 'node', 'cluster', 'agent', 'unit', 'traceId', 'spanId'].map(
      (field) => [field, [5, {}, [], true, 'x'.repeat(MiB)]],
    ),
  ),
  restart: ['x', -1, 1.5, {}, [], true, 2 ** 31, '1e3'],
  offset: ['x', -1, 1.5, {}, true, 2 ** 53, 1e300],
  length: ['x', -1, 1.5, {}, true, 2 ** 53],
  ordinal: ['x', -1, 1.5, {}, true],
  file: [{}, [], true, 'x'.repeat(MiB)],
  eof: ['x', 1, {}, 'true'],
  partial: ['x', 1, {}, 'P'],
  stream: [5, {}, 'stdin', true],
  message: [null, 5, {}, [], true],
  labels: [5, 'x', [], true],
  attributes: [5, 'x', [], true],
  path: [5, {}, [], '/etc/passwd', '../../x', 'x'.repeat(MiB)],
  cri: [5, {}, [], '', 'boom', '2026-11-23T10:00:00Z stdin F x', '{"log":', '{"log":5}'],
}

export interface RejectedRecord {
  name: string
  path: string
  body: string
  /** What the sentence must name. */
  names: string
}

const lifecycle = (names: string, object: unknown): RejectedRecord => ({
  name: `lifecycle ${names} ${JSON.stringify(object).slice(0, 90)}`,
  path: '/v1/lifecycle',
  body: JSON.stringify(object),
  names,
})

/** Answered with 200, one rejected record, and a sentence. */
export const rejectedRecords: readonly RejectedRecord[] = [
  ...Object.entries(wrongTypes).flatMap(([field, values]) =>
    values.map((value) => {
      const { pod: _, ...system } = goodRecord
      const record =
        field === 'path'
          ? { time: goodRecord.time, message: 'x', path: value }
          : field === 'unit'
            ? { ...system, unit: value }
            : { ...goodRecord, [field]: value }
      const text = JSON.stringify({ records: [record] }).replace(
        '"time":null',
        value === Infinity ? '"time":1e400' : '"time":null',
      )
      return {
        name: `record ${field} ${JSON.stringify(value)?.slice(0, 40)}`,
        path: '/v1/batches',
        body: text,
        names: field === 'cri' ? 'CRI|cri|log|docker' : field,
      }
    }),
  ),
  ...[null, 5, 'x', [], true].map((record) => ({
    name: `record ${JSON.stringify(record)}`,
    path: '/v1/batches',
    body: JSON.stringify({ records: [record] }),
    names: 'record',
  })),
  ...[5, 'x', [], true].map((metadata) => lifecycle('metadata', { ...pod, metadata })),
  ...['name', 'uid', 'namespace'].flatMap((field) =>
    [5, {}, [], true, 'x'.repeat(MiB)].map((value) =>
      lifecycle(field, { ...pod, metadata: { ...pod.metadata, [field]: value } }),
    ),
  ),
  ...[5, 'x'].flatMap((value) => ['spec', 'status'].map((field) => lifecycle(field, { ...pod, [field]: value }))),
  lifecycle('labels', { ...pod, metadata: { ...pod.metadata, labels: 5 } }),
  lifecycle('annotations', { ...pod, metadata: { ...pod.metadata, annotations: 'x' } }),
  lifecycle('ownerReferences', { ...pod, metadata: { ...pod.metadata, ownerReferences: 'x' } }),
  lifecycle('creationTimestamp', { ...pod, metadata: { ...pod.metadata, creationTimestamp: 'then' } }),
  lifecycle('containerStatuses', { ...pod, status: { containerStatuses: 'x' } }),
  lifecycle('containerStatuses', { ...pod, status: { containerStatuses: [5] } }),
  lifecycle('restartCount', { ...pod, status: { containerStatuses: [{ name: 'a', restartCount: 'x' }] } }),
  lifecycle('exitCode', {
    ...pod,
    status: { containerStatuses: [{ name: 'a', restartCount: 0, state: { terminated: { exitCode: 'x' } } }] },
  }),
  lifecycle('involvedObject', { ...event, involvedObject: 5 }),
  lifecycle('lastTimestamp', { ...event, lastTimestamp: 'then' }),
  lifecycle('lastTimestamp', { ...event, lastTimestamp: null }),
  lifecycle('count', { ...event, count: 'x' }),
  lifecycle('message', { ...event, message: {} }),
  lifecycle('Secret', { apiVersion: 'v1', kind: 'Secret' }),
  lifecycle('kind', { __proto__: null, constructor: 5 }),
  lifecycle('ERROR', { type: 'ERROR', object: { kind: 'Status', code: 410 } }),
  lifecycle('type', { type: 'EXPLODED', object: pod }),
  lifecycle('object', { type: 'ADDED', object: null }),
  lifecycle('items', { kind: 'PodList', items: 5 }),
  lifecycle('deep', [[[[[[[[[[pod]]]]]]]]]]),
  {
    name: 'a record of 100,000 arrays in each other',
    path: '/v1/batches',
    body: `{"records":[{"attributes":${'['.repeat(100_000)}${']'.repeat(100_000)}}]}`,
    names: 'nested',
  },
  {
    name: 'lifecycle 100,000 arrays in each other',
    path: '/v1/lifecycle',
    body: `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    names: 'deep',
  },
  {
    name: 'lifecycle 100,000 lists in each other',
    path: '/v1/lifecycle',
    body: `${'{"kind":"List","items":['.repeat(100_000)}${']}'.repeat(100_000)}`,
    names: 'deep',
  },
  {
    name: 'lifecycle a label nested 100,000 deep',
    path: '/v1/lifecycle',
    body: JSON.stringify(pod).replace('"spec":{}', `"spec":${'{"a":'.repeat(100_000)}5${'}'.repeat(100_000)}`),
    names: 'deep',
  },
  lifecycle('characters', { ...pod, metadata: { ...pod.metadata, annotations: { a: 'x'.repeat(10 * MiB) } } }),
]
