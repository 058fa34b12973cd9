import { expect, test } from 'vitest'
import { reportedObject } from '#query/kubernetes/api/reported-object.ts'
import { fixture, fixtureText } from '#test/support/kubernetes.ts'

test.each(['pod-crash-loop', 'pod-static', 'pod-evicted-disk', 'node-unreachable', 'event-backoff'])(
  '%s is answered as it was reported',
  (name) => {
    expect(reportedObject(fixtureText(`${name}.json`).toString())).toEqual(fixture(name))
  },
)

test('what a typed client could not read is left out, and nothing beside it', () => {
  const reported = {
    kind: 'Pod',
    metadata: {
      name: 'cart',
      resourceVersion: 12,
      labels: { a: 1, b: 'c' },
      annotations: 5,
      ownerReferences: [null, { kind: 'Job', name: 'j' }],
    },
    spec: {
      nodeName: 5,
      priority: 3,
      containers: [null, 'x', { image: 'x' }, { name: 'app', image: 5, tty: true }],
      initContainers: 'x',
    },
    status: { phase: 5, podIP: '10.0.0.1', podIPs: ['10.0.0.1'], conditions: {}, containerStatuses: [null, { name: 'app' }] },
  }
  expect(reportedObject(JSON.stringify(reported))).toEqual({
    kind: 'Pod',
    metadata: {
      name: 'cart',
      resourceVersion: '12',
      labels: { b: 'c' },
      annotations: {},
      ownerReferences: [{ kind: 'Job', name: 'j' }],
    },
    spec: { priority: 3, containers: [{ name: 'app', tty: true }], initContainers: [] },
    status: { podIP: '10.0.0.1', podIPs: [], conditions: [], containerStatuses: [{ name: 'app' }] },
  })
  expect(reportedObject('{"kind":"Pod","metadata":null,"spec":5,"status":null}')).toEqual({
    kind: 'Pod',
    metadata: {},
    spec: {},
    status: {},
  })
})
