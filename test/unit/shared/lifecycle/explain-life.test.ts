// What the sentence about an OOM kill says of the memory.
import { expect, test } from 'vitest'
import type { LifeEvidence, OomLine } from '#shared/lifecycle/evidence.ts'
import { endInWords } from '#shared/lifecycle/explain-life.ts'

const oom = (more: Partial<OomLine>): OomLine => ({
  podUid: 'u',
  containerId: 'c',
  process: 'java',
  pid: '29058',
  ofNode: false,
  time: '2026-11-23T10:03:17.569000000Z',
  text: 'oom-kill:…',
  ...more,
})
const killed = {
  process: 'java',
  pid: '29058',
  used: '655240Ki',
  text: 'Killed process 29058 (java) …',
  time: '2026-11-23T10:03:17.570000000Z',
}
const life = (line: OomLine | undefined): LifeEvidence => ({
  container: 'app',
  kind: 'container',
  restart: 0,
  state: 'terminated',
  reason: 'OOMKilled',
  message: '',
  exitCode: 137,
  startedAt: '2026-11-23T10:00:00.000000000Z',
  finishedAt: '2026-11-23T10:03:17.000000000Z',
  ...(line === undefined ? {} : { oom: line }),
})
const limits = { bytes: '671088640', quantity: '640Mi', none: null, pod: '1Gi, of the whole pod' }

test.each([
  ['quantity', oom({ killed }), '; java used 640Mi of the limit of 640Mi'],
  ['bytes', oom({ killed }), '; java used 640Mi of the limit of 640Mi'],
  ['pod', oom({ killed }), '; java used 640Mi of the limit of 1Gi, of the whole pod'],
  ['none', oom({ killed }), '; java used 640Mi; it had no memory limit of its own'],
  ['quantity', oom({ killed, ofNode: true }), '; java used 640Mi; the node itself was out of memory'],
  ['unknown', oom({ killed }), '; java used 640Mi'],
  ['quantity', oom({}), '; its limit was 640Mi'],
  ['quantity', undefined, '; its limit was 640Mi'],
] as const)('a limit of the kind %s, %o', (kind, line, words) => {
  const memoryLimits = kind === 'unknown' ? {} : { app: limits[kind] }
  const sentence = endInWords(life(line), { events: [], memoryLimits })
  expect(sentence.replace(/^app was OOM-killed \(exit code 137, SIGKILL\) at [^;]*/, '')).toBe(words)
})
