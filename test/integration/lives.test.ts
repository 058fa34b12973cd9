// Lives as GET /v1/pods/{uid} shows them, through the front door: lines to whichever life, bytes and errors of distinct
// lines, and lines that came with neither restart nor container id put into lives by the times of Kubernetes, however
// late those are told.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { podAnswer } from '#query/pods/pods-schema.ts'
import { post, record, type TestRecord } from '#test/support/lines.ts'
import { listsHave, request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => (service = await startTestService()))
afterAll(async () => service[Symbol.asyncDispose]())

const start = Math.floor(Date.now() / 1000) - 3600
/** `s` seconds into the test's hour, to the ns. */
const at = (s: number, ns = 0) => `${new Date((start + s) * 1000).toISOString().slice(0, 19)}.${String(ns).padStart(9, '0')}Z`
const seconds = (s: number) => `${at(s).slice(0, 19)}Z`

const say = async (...records: TestRecord[]) => {
  for (let i = 0; i < 2; i++) expect(await post({ url: service.url, tenant: 'default' }, records)).toMatchObject({ status: 200 })
}
const tell = async (...objects: unknown[]) => {
  const answer = await request(`${service.url}/v1/lifecycle`, {
    method: 'POST',
    body: JSON.stringify(objects),
    headers: { 'content-type': 'application/json' },
  })
  expect(answer.body).toMatchObject({ rejected: 0 })
}
const get = async (path: string) => (await request(`${service.url}${path}`)).body
const podOf = async (uid: string) => podAnswer.parse(await get(`/v1/pods/${uid}`))
const linesOf = async (uid: string, query = '') =>
  (
    (await get(`/v1/pods/${uid}/logs?limit=1000${query}`)) as unknown as { lines: { message: string; restart: number | null }[] }
  ).lines.map(({ message, restart }) => `${message}@${restart}`)

const pod = (uid: string, status: object, more: { resourceVersion?: string; spec?: object; annotations?: object } = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: uid,
    namespace: 'shop',
    uid,
    resourceVersion: more.resourceVersion ?? '1',
    creationTimestamp: seconds(0),
    annotations: more.annotations ?? {},
  },
  spec: { nodeName: 'n1', ...more.spec },
  status: { phase: 'Running', startTime: seconds(0), ...status },
})
const dead = (restart: number, from: number, to: number, more: object = {}) => ({
  terminated: {
    exitCode: 1,
    reason: 'Error',
    startedAt: seconds(from),
    finishedAt: seconds(to),
    containerID: `containerd://${String(restart).repeat(64)}`,
    ...more,
  },
})
const container = (name: string, restart: number, state: object, lastState: object = {}) => ({
  name,
  restartCount: restart,
  containerID: `containerd://${String(restart).repeat(64)}`,
  image: `registry.example/${name}:1`,
  imageID: `registry.example/${name}@sha256:${'ab'.repeat(32)}`,
  state,
  lastState,
})

describe('lines without restart and container id', () => {
  const uid = 'timed'
  const line = (message: string, time: string) => {
    const { restart: _, ...rest } = record(message, { time, pod: uid, podUid: uid })
    return rest
  }
  const lives = async () =>
    (await podOf(uid)).containers[0]!.lives.map(({ restart, lines, bytes, firstLine, lastLine }) => [
      restart,
      lines,
      bytes,
      firstLine,
      lastLine,
    ])

  test('are a life’s by its times once Kubernetes tells them, again when it tells more, in every answer about the pod', async () => {
    await say(
      line('a', at(11, 5)),
      line('b', at(39)),
      line('c', at(45)),
      line('d', at(49, 999_999_999)),
      line('e', at(50)),
      line('fine', at(400)),
    )
    expect(await lives()).toEqual([[null, 6, 9, at(11, 5), at(400)]])
    expect(await linesOf(uid)).toEqual(['a@null', 'b@null', 'c@null', 'd@null', 'e@null', 'fine@null'])

    await tell(pod(uid, { containerStatuses: [container('app', 0, { running: { startedAt: seconds(10) } })] }))
    expect(await lives()).toEqual([[0, 6, 9, at(11, 5), at(400)]])

    const second = container('app', 1, { running: { startedAt: seconds(50) } }, dead(0, 10, 40))
    await tell(pod(uid, { containerStatuses: [second] }, { resourceVersion: '2' }))
    expect(await lives()).toEqual([
      [0, 4, 4, at(11, 5), at(49, 999_999_999)],
      [1, 2, 5, at(50), at(400)],
    ])
    expect(await linesOf(uid)).toEqual(['a@0', 'b@0', 'c@0', 'd@0', 'e@1', 'fine@1'])
    expect(await linesOf(uid, '&life=0')).toEqual(['a@0', 'b@0', 'c@0', 'd@0'])
    expect(await linesOf(uid, '&life=1')).toEqual(['e@1', 'fine@1'])
    expect(await linesOf(uid, '&life=-1')).toEqual(['a@0', 'b@0', 'c@0', 'd@0'])
    expect(await linesOf(uid, '&order=desc&tail=2')).toEqual(['fine@1', 'e@1'])

    await listsHave(service.url)
    const [listed] = ((await get(`/v1/pods?name=${uid}`)) as { pods: { lines: number; containers: { lives: object[] }[] }[] })
      .pods
    expect(listed).toMatchObject({
      lines: 6,
      containers: [
        {
          lives: [
            { restart: 0, lines: 4 },
            { restart: 1, lines: 2 },
          ],
        },
      ],
    })
  })

  test('what the agent said counts for more: a number, or an id', async () => {
    await say(
      record('numbered', { time: at(12), pod: uid, podUid: uid, restart: 1 }),
      { ...line('named', at(13)), containerId: `containerd://${'1'.repeat(64)}` },
      { ...line('stranger', at(14)), containerId: `containerd://${'7'.repeat(64)}` },
    )
    expect(await linesOf(uid, '&to=' + at(20))).toEqual(['a@0', 'numbered@1', 'named@1', 'stranger@null'])
    expect(await linesOf(uid, '&life=1')).toEqual(['numbered@1', 'named@1', 'e@1', 'fine@1'])
  })
})

test('a life tells its kind, image, digest, bytes and errors, each line once', async () => {
  const uid = 'kinds'
  const of = (name: string, restart: number, message: string, more: object = {}) =>
    record(message, { time: at(20 + message.length), pod: uid, podUid: uid, container: name, restart, ...more })
  await say(
    of('migrate', 0, 'grün'),
    of('app', 0, 'boom', { severity: 'fatal' }),
    of('app', 0, 'oh dear', { severity: 'error' }),
    of('app', 1, 'hello'),
    of('proxy', 0, 'up'),
    of('shell', 0, '#'),
  )
  await tell(
    pod(
      uid,
      {
        initContainerStatuses: [
          container('migrate', 0, dead(0, 1, 9, { exitCode: 0, reason: 'Completed' })),
          container('proxy', 0, { running: { startedAt: seconds(10) } }),
        ],
        containerStatuses: [
          container('app', 1, { running: { startedAt: seconds(40) } }, dead(0, 10, 30, { exitCode: 139, signal: 11 })),
        ],
        ephemeralContainerStatuses: [container('shell', 0, { running: { startedAt: seconds(20) } })],
      },
      {
        spec: {
          initContainers: [{ name: 'migrate' }, { name: 'proxy', restartPolicy: 'Always' }],
          containers: [{ name: 'app', resources: { limits: { memory: '256Mi' } } }],
        },
      },
    ),
  )
  const { containers, cause } = await podOf(uid)
  expect(
    containers.map(({ name, lives }) => [
      name,
      ...lives.map(({ restart, kind, lines, bytes, errors, outcome }) => [restart, kind, lines, bytes, errors, outcome]),
    ]),
  ).toEqual([
    ['migrate', [0, 'init', 1, 5, 0, 'completed']],
    ['proxy', [0, 'sidecar', 1, 2, 0, 'running']],
    ['app', [0, 'container', 2, 11, 2, 'crashed'], [1, 'container', 1, 5, 0, 'running']],
    ['shell', [0, 'ephemeral', 1, 1, 0, 'running']],
  ])
  expect(cause).toBe(
    `app was killed by SIGSEGV (exit code 139) at ${at(30).slice(0, 10)} ${at(30).slice(11, 19)} UTC; it was started again and runs`,
  )
  const [first, second] = containers[2]!.lives
  expect(second).toMatchObject({
    image: 'registry.example/app:1',
    imageDigest: `sha256:${'ab'.repeat(32)}`,
    containerId: '1'.repeat(64),
    cause: `app runs since ${at(40).slice(0, 10)} ${at(40).slice(11, 19)} UTC`,
  })
  expect(first).toMatchObject({
    startedAt: at(10),
    finishedAt: at(30),
    exitCode: 139,
    signal: 11,
    containerId: '0'.repeat(64),
    cause: `app was killed by SIGSEGV (exit code 139) at ${at(30).slice(11, 19)} UTC`,
    evidence: [{ kind: 'container-status', time: at(30) }],
  })
})

test('a static pod is one pod under both uids: lives by time, counts, cause', async () => {
  const manifest = 'ef'.repeat(16)
  const { restart: _, ...line } = record('elected', { time: at(60), pod: 'api-static', podUid: manifest })
  await say(line)
  const status = { containerStatuses: [container('app', 2, { running: { startedAt: seconds(50) } }, dead(1, 10, 40))] }
  await tell(pod('api-static', status, { annotations: { 'kubernetes.io/config.mirror': manifest } }))
  for (const uid of ['api-static', manifest]) {
    const { containers, cause, uid: shown } = await podOf(uid)
    expect(shown).toBe('api-static')
    expect(containers[0]!.lives.map(({ restart, lines, bytes }) => [restart, lines, bytes])).toEqual([
      [1, 0, 0],
      [2, 1, 7],
    ])
    expect(cause).toMatch(/^app ended with exit code 1 at .* after 1 restart; it was started again and runs$/)
    expect(await linesOf(uid)).toEqual(['elected@2'])
  }
})
