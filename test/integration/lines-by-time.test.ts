// Lines without a restart number or a container id, which only their times give to a life: lists and the page of the
// pod say the same of them, and their files are looked through for gaps.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'

let service: ProjectorService
beforeAll(async () => {
  service = await openProjectorService()
})
afterAll(() => service[Symbol.asyncDispose]())

const at = (seconds: number): string => new Date(service.clock.now - 500_000 + seconds * 1000).toISOString()
const id = 'containerd://c0'

const podOf = (name: string, state: object) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', uid: name, creationTimestamp: at(0), resourceVersion: 'running' in state ? '1' : '2' },
  spec: { nodeName: 'node', containers: [{ name: 'app' }] },
  status: {
    phase: 'running' in state ? 'Running' : 'Failed',
    containerStatuses: [{ name: 'app', restartCount: 0, containerID: id, state }],
  },
})

interface Life {
  lines: number
  firstLine: string
  lastLine: string
  seal: { text: string }
}

/** The one life of the pod, as its page and a list have it. */
async function lifeOf(name: string): Promise<{ page: Life; list: Life }> {
  await service.project()
  const page = (await service.request('GET', `/v1/pods/${name}`)).body
  const list = (await service.request('GET', `/v1/pods?name=${name}`)).body['pods'][0]
  const livesOf = (pod: typeof page): Life[] => pod['containers'].flatMap((one: { lives: Life[] }) => one.lives)
  expect([livesOf(page).length, livesOf(list).length]).toEqual([1, 1])
  return { page: livesOf(page)[0]!, list: livesOf(list)[0]! }
}

test.each([
  ['numbers came later', [{}, { restart: 0, containerId: id }]],
  ['numbers came first', [{ restart: 0, containerId: id }, {}]],
  ['no line has a number', [{}, {}]],
  ['a container id came first', [{ containerId: id }, {}]],
])('of a life that runs, and once it has ended: %s', async (name, names) => {
  const uid = name.replaceAll(' ', '-')
  await service.tell(podOf(uid, { running: { startedAt: at(1) } }))
  for (const [i, named] of names.entries()) {
    const line = { time: at(10 + i), namespace: 'shop', pod: uid, podUid: uid, container: 'app', message: `line ${i}` }
    await service.say([{ ...line, ...named, offset: i * 50, length: 50, file: 'f' }])
    await service.project()
  }
  const running = await lifeOf(uid)
  for (const life of [running.page, running.list]) {
    expect([life.lines, life.firstLine.slice(0, 19), life.lastLine.slice(0, 19)]).toEqual([
      2,
      at(10).slice(0, 19),
      at(11).slice(0, 19),
    ])
    expect(life.seal.text).toContain('still running')
  }
  await service.tell(
    podOf(uid, { terminated: { exitCode: 1, reason: 'Error', startedAt: at(1), finishedAt: at(20), containerID: id } }),
  )
  const ended = await lifeOf(uid)
  for (const life of [ended.page, ended.list])
    expect([life.lines, life.seal.text]).toEqual([
      2,
      'tail unknown: no agent reported that its log was read to the end; 2 lines, none known to be missing',
    ])
})
