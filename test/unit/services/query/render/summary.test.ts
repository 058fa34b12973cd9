import { expect, test } from 'vitest'
import type { PodJson } from '#shared/pod-model/pod.ts'
import { cutSummary, type Summary } from '#query/render/summary.ts'

const hostile = '","ended":null,"over":false} \\" \u{1F600} \n'
const pod: PodJson = {
  cluster: 'default',
  namespace: 'shop',
  name: 'cart-1',
  uid: 'uid-1',
  node: hostile,
  owner: { kind: 'ReplicaSet', name: hostile },
  outcome: 'crashed',
  reason: hostile,
  message: hostile,
  exitCode: 1,
  firstSeen: null,
  lastSeen: null,
  diedAt: null,
  restarts: 0,
  lines: 1,
  containers: [{ name: hostile, lives: [] }],
}
const others: Omit<Summary, 'pod'> = {
  ended: { outcome: 'crashed', at: '2026-11-23T10:00:00Z', cause: hostile },
  over: true,
  scene: { cluster: 'default', node: hostile, until: null, podUid: 'uid-1', containerIds: [hostile], ends: null },
  seen: hostile,
  replaced: null,
}

test.for([others, { ...others, ended: null }])('the pod of a summary is cut out of its text, whatever it says', (rest) => {
  const { pod: text, ...cut } = cutSummary(Buffer.from(JSON.stringify({ pod, ...rest })))
  expect(JSON.parse(text.toString())).toEqual(pod)
  expect(cut).toEqual(rest)
})
