// A static pod whose mirror was deleted and made again is two pods of the API with one log uid: its lines are the
// newest one's, whoever asks.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fixture, type KubernetesObject } from '#test/support/kubernetes.ts'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'

let service: ProjectorService
const logUid = '0f3d2c1b4a59687f8e7d6c5b4a392817'
const containerId = 'ed'.repeat(32)

const mirror = (uid: string, created: string, version: number): KubernetesObject =>
  fixture('pod-static', (pod) => {
    Object.assign(pod['metadata'], { uid, creationTimestamp: created, resourceVersion: String(version) })
    Object.assign(pod['status'].containerStatuses[0], {
      restartCount: 0,
      containerID: `containerd://${containerId}`,
      state: { running: { startedAt: '2026-11-23T05:00:05Z' } },
      lastState: {},
    })
  })
const line = (time: string, message: string, more: object): object => ({
  time: `2026-11-23T${time}.5Z`,
  cluster: 'prod-eu',
  namespace: 'kube-system',
  pod: 'etcd-control-1',
  container: 'etcd',
  stream: 'stdout',
  message,
  ...more,
})

beforeAll(async () => {
  service = await openProjectorService()
  await service.say([
    line('05:00:06', 'before', { podUid: logUid, restart: 0 }),
    line('05:40:00', 'behind', { podUid: logUid, restart: 0 }),
    line('05:00:07', 'by its container', { containerId }),
  ])
  await service.tell(mirror('first', '2026-11-23T05:00:00Z', 100))
  await service.project()
  await service.tell({ type: 'DELETED', object: mirror('first', '2026-11-23T05:00:00Z', 110) })
  // Its container runs on.
  await service.tell(mirror('second', '2026-11-23T05:30:00Z', 120))
  await service.project()
})
afterAll(() => service?.[Symbol.asyncDispose]())

const get = async (path: string): Promise<KubernetesObject> => {
  const { status, body } = await service.request('GET', path)
  expect(status, JSON.stringify(body)).toBe(200)
  return body
}
const messagesOf = (lines: KubernetesObject[]): string[] => lines.map(({ message }) => message as string)

test.each([
  ['first', []],
  ['second', ['before', 'by its container', 'behind']],
])('list, page, seals, lines and obituary of the %s agree', async (uid, lines) => {
  const [listed] = (await get(`/v1/pods?uid=${uid}`))['pods'] as KubernetesObject[]
  const page = await get(`/v1/pods/${uid}`)
  const logs = await get(`/v1/pods/${uid}/logs`)
  const obituary = await get(`/v1/pods/${uid}/obituary`)
  expect(messagesOf(logs['lines'])).toEqual(lines)
  for (const pod of [listed!, page, obituary['pod'] as KubernetesObject]) {
    const lives = (pod['containers'] as KubernetesObject[]).flatMap((container) => container['lives'] as KubernetesObject[])
    expect(pod).toMatchObject({ uid, lines: lines.length })
    expect(lives).toMatchObject([{ restart: 0, lines: lines.length }])
    for (const { seal } of lives) if (seal !== null) expect(seal).toMatchObject({ lines: lines.length })
  }
  expect((obituary['lastWords'] as KubernetesObject[]).flatMap((words) => messagesOf(words['lines']))).toEqual(lines)
})

test('the uid of the log path, and its begin, are the newest pod', async () => {
  for (const asked of [logUid, logUid.slice(0, 8)]) {
    expect((await get(`/v1/pods?uid=${asked}`))['pods']).toMatchObject([{ uid: 'second' }])
    expect(await get(`/v1/pods/${asked}`)).toMatchObject({ uid: 'second', lines: 3 })
  }
})

test('Events that name the log uid and those that name the pod stand in the order of their times', async () => {
  const event = (name: string, uid: string, time: string): KubernetesObject =>
    fixture('event-evicted', (object) => {
      Object.assign(object['metadata'], { name, uid: name, namespace: 'kube-system' })
      Object.assign(object['involvedObject'], { uid, name: 'etcd-control-1', namespace: 'kube-system', kind: 'Pod' })
      Object.assign(object, { reason: name, firstTimestamp: time, lastTimestamp: time, eventTime: null })
    })
  await service.tell(event('Third', 'second', '2026-11-23T05:52:00Z'), event('First', 'second', '2026-11-23T05:50:00Z'))
  await service.tell(event('Second', logUid, '2026-11-23T05:51:00Z'))
  const reasons = ['First', 'Second', 'Third']
  for (const uid of ['second', logUid]) {
    const { events } = (await get(`/v1/pods/${uid}`)) as { events: { reason: string }[] }
    expect(events.map(({ reason }) => reason).filter((reason) => reasons.includes(reason))).toEqual(reasons)
  }
})
