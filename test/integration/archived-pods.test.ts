// What was concluded of a dead pod is what is answered, until anything is stored that it rests on: then its record is
// written again. It outlives its lines and facts.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { raw, sql, str } from '#shared/clickhouse/sql.ts'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'
import type { KubernetesObject } from '#test/support/kubernetes.ts'
import { both, ended, event, gone, pod, running, status } from '#test/support/pod-shapes.ts'

let service: ProjectorService
beforeAll(async () => void (service = await openProjectorService({ rules: 'default=14d' })))
afterAll(() => service[Symbol.asyncDispose]())

let count = 0
let uid = ''
const named =
  (of: string, change: (object: KubernetesObject) => void = () => undefined) =>
  (object: KubernetesObject) => {
    object['metadata'].uid = of
    object['metadata'].name = of
    change(object)
  }
const containerId = (): string => createHash('sha256').update(uid).digest('hex')
const died = (object: KubernetesObject) => {
  status(ended(1), 'Failed')(object)
  object['status'].containerStatuses[0].state.terminated.containerID = `containerd://${containerId()}`
}
const crashed = (version = 2) => pod(both(died, named(uid)), version)
const line = (message: string, second = '29:00', more: object = {}) => ({
  time: `2026-11-23T10:${second}Z`,
  namespace: 'shop',
  pod: uid,
  podUid: uid,
  container: 'app',
  restart: 0,
  message,
  ...more,
})

const forged = 'what was concluded of it'
/** Changes what is stored, so that it can be told from what would be concluded again. */
async function forge(): Promise<void> {
  const of = sql`FROM pod_revisions FINAL WHERE uid = ${str(uid)}`
  await service.store.command({
    sql: sql`INSERT INTO pod_revisions SELECT * REPLACE (replaceOne(record, '"message":""', ${str(`"message":"${forged}"`)}) AS record, revision + 1 AS revision) ${of}`,
  })
  await service.store.command({
    sql: sql`INSERT INTO obituaries SELECT * REPLACE (replaceOne(document, '"outcome":"crashed","cause":"', ${str(`"outcome":"crashed","cause":"${forged}, `)}) AS document, revision + 1 AS revision,
      written_at + INTERVAL 1 MILLISECOND AS written_at) FROM obituaries WHERE uid = ${str(uid)} ORDER BY obituaries.revision DESC LIMIT 1`,
  })
}

interface Shown {
  message: string
  outcome: string
  lines: number
}
const listed = async (query = ''): Promise<Shown> => {
  const { body } = await service.request('GET', `/v1/pods?uid=${uid}${query}`)
  return (body['pods'] as Shown[])[0]!
}
const obituary = async () => (await service.request('GET', `/v1/pods/${uid}/obituary`)).body

beforeEach(async () => {
  uid = `dead-pod-${count++}`
  await service.say([line('starting'), line('boom', '29:30', { severity: 'error' })])
  await service.tell(crashed())
  await service.project()
  await forge()
})

test('what is stored is what is answered: in the list, and as its obituary', async () => {
  expect(await listed()).toMatchObject({ message: forged, outcome: 'crashed', lines: 2 })
  expect((await listed('&outcome=crashed')).message).toBe(forged)
  expect(await listed('&outcome=deleted')).toBeUndefined()
  expect((await obituary())['cause']).toContain(forged)
})

describe('it is concluded again once there is', () => {
  const changes: [string, () => Promise<void>, { inline: boolean }][] = [
    ['a line more', () => service.say([line('late')]), { inline: true }],
    [
      'a line that carries no uid',
      () =>
        service.say([line('late', '29:10', { podUid: '', restart: undefined, containerId: `containerd://${containerId()}` })]),
      { inline: false },
    ],
    ['the same line again, which may be another', () => service.say([line('starting')]), { inline: true }],
    ['its object again', () => service.tell(crashed(3)), { inline: true }],
    ['its end', () => service.tell(gone(crashed(4))), { inline: true }],
    [
      'an Event on it',
      () => {
        const late = event('Killing', 'Stopping container app', '10:29:59') as KubernetesObject
        Object.assign(late['involvedObject'], { name: uid, uid })
        return service.tell(late)
      },
      { inline: true },
    ],
    [
      'a word of the kernel',
      () => service.say([{ time: '2026-11-23T10:29:59Z', node: 'node-7', unit: 'kernel', message: oomLine() }]),
      { inline: false },
    ],
  ]
  // Lines without a uid and the kernel are of no pod before the projector finds whose they are.
  test.each(changes)('%s', async (_, change, { inline }) => {
    await change()
    if (inline) expect((await obituary())['cause']).not.toContain(forged)
    await service.project()
    expect((await obituary())['cause']).not.toContain(forged)
    expect((await listed()).message).not.toBe(forged)
  })

  test('a pod in its place', async () => {
    const owned = (object: KubernetesObject) => {
      object['metadata'].ownerReferences = [
        { apiVersion: 'apps/v1', kind: 'DaemonSet', name: `set-${uid}`, uid: 'o', controller: true },
      ]
    }
    await service.tell(pod(both(died, named(uid, owned)), 5))
    await service.project()
    await forge()
    expect((await obituary())['cause']).toContain(forged)
    const next = pod(both(status(running('10:31:00')), named(`${uid}-next`, owned)), 6)
    next['metadata'].creationTimestamp = '2026-11-23T10:30:30Z'
    await service.tell(next)
    await service.project()
    const answer = await obituary()
    expect(answer).toMatchObject({ replacement: { uid: `${uid}-next` } })
    expect(answer['cause']).toContain(forged)
  })
})

test('a state of its node concludes again what did not end before it', async () => {
  const stranded = `${uid}-stranded`
  await service.tell(pod(both(status(running()), named(stranded)), 2))
  await service.project()
  await nodeGone()
  await service.project()
  const { body } = await service.request('GET', `/v1/pods?uid=${stranded}`)
  expect(body['pods']).toMatchObject([{ outcome: 'node-lost' }])
})

test('what died beside it is looked up when asked', async () => {
  expect(await obituary()).toMatchObject({ alsoDied: expect.arrayContaining([expect.objectContaining({ uid: 'dead-pod-0' })]) })
  await service.tell(pod(both(status(ended(2, '10:31:00'), 'Failed'), named('beside')), 2))
  await service.project()
  const answer = await obituary()
  expect(answer['cause']).toContain(forged)
  expect(answer['alsoDied']).toContainEqual(
    expect.objectContaining({ uid: 'beside', outcome: 'crashed', diedAt: '2026-11-23T10:31:00.000000000Z' }),
  )
})

test('lines that expired are remembered by the seal, wherever it is shown', async () => {
  const file = { file: `/var/log/pods/shop_${uid}_${uid}/app/0.log`, length: 40 }
  const say = (offset: number, message: string) => ({ ...line(message, '29:40'), ...file, offset })
  await service.say([say(0, 'one'), say(40, 'two'), { ...say(80, 'three'), eof: true }])
  const before = await sealOf()
  service.clock.now += 15 * 86_400_000
  expect(await service.expire()).toHaveLength(1)
  expect(await sealOf()).toEqual(before)
  // Reported again, it is concluded again, with what is remembered.
  await service.tell(crashed(9))
  expect(await sealOf()).toEqual(before)
  service.clock.now -= 15 * 86_400_000
})

async function sealOf(): Promise<unknown> {
  const { body } = await service.request('GET', `/v1/pods/${uid}`)
  const detail = body['containers'][0].lives[0].seal as object
  await service.project()
  expect(((await listed()) as unknown as KubernetesObject)['containers'][0].lives[0].seal).toEqual(detail)
  return detail
}

test('its record outlives lines and facts: it is listed, and has its obituary', async () => {
  const expected = await listed()
  const document = await obituary()
  for (const table of ['logs', 'pods', 'lives', 'lines_of_lives', 'events', 'kept_counts'])
    await service.store.command({ sql: raw(`TRUNCATE TABLE ${table}`) })
  await service.project('anew')
  expect(await listed()).toEqual(expected)
  expect(await obituary()).toEqual(document)
  expect((await service.request('GET', `/v1/pods/${uid}`)).body).toMatchObject({ uid, outcome: 'crashed', lines: 2 })
})

async function nodeGone(): Promise<void> {
  const { body } = await service.request('GET', `/v1/pods/${uid}`)
  const row = ['default', body['cluster'], body['node'], 1, 'gone', 'True', '2026-11-23 11:00:00', '', '']
  await service.store.insert({
    table: 'node_states',
    columns: ['tenant', 'cluster', 'node', 'version', 'what', 'status', 'since', 'reason', 'message'],
    rows: Buffer.from(`${JSON.stringify(row)}\n`),
    format: 'JSONCompactEachRow',
  })
}

const oomLine = () =>
  `oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=x,mems_allowed=0,oom_memcg=/kubepods,task_memcg=/kubepods/burstable/pod5b0c0042-7d1e-4f2a-9b3c-000000000042/${containerId()},task=java,pid=4711,uid=0`
