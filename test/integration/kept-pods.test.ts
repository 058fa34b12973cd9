// What was written of a dead pod is what is answered, until anything is stored that it rests on: then it is found out anew.
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sql, str } from '#shared/clickhouse/sql.ts'
import { createKeeper } from '#query/keep/keeper.ts'
import { createObituaries } from '#query/keep/obituaries.ts'
import { createPodReader } from '#query/read/pods.ts'
import { createReading } from '#query/read/reading.ts'
import { openKeepService, type KeepService } from '#test/support/keep-service.ts'
import type { KubernetesObject } from '#test/support/kubernetes.ts'
import { both, ended, event, gone, pod, running, status } from '#test/support/pod-shapes.ts'

let service: KeepService
beforeAll(async () => void (service = await openKeepService({ settleMs: 0, rules: 'default=14d' })))
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

const forged = 'what was written of it'
/** Changes what is kept, so that it can be told from what would be found out. */
async function forge(): Promise<void> {
  await service.store.command({
    sql: sql`INSERT INTO obituaries SELECT * REPLACE (
      replaceOne(summary, '"message":""', ${str(`"message":"${forged}"`)}) AS summary, replaceOne(document, '"outcome":"crashed","cause":"', ${str(`"outcome":"crashed","cause":"${forged}, `)}) AS document,
      written_at + INTERVAL 1 MILLISECOND AS written_at) FROM obituaries FINAL WHERE uid = ${str(uid)}`,
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
  await service.look()
  await forge()
})

test('what is kept is what is shown: in the list, with its seals, and as its obituary', async () => {
  expect(await listed()).toMatchObject({ message: forged, outcome: 'crashed', lines: 2 })
  expect((await listed('&outcome=crashed')).message).toBe(forged)
  expect(await listed('&outcome=deleted')).toBeUndefined()
  expect((await obituary())['cause']).toContain(forged)
})

describe('it is found out anew once there is', () => {
  const changes: [string, () => Promise<void>, { list: boolean }][] = [
    ['a line more', () => service.say([line('late')]), { list: true }],
    [
      'a line that carries no uid',
      () =>
        service.say([line('late', '29:10', { podUid: '', restart: undefined, containerId: `containerd://${containerId()}` })]),
      { list: true },
    ],
    ['the same line again, for all anybody knows', () => service.say([line('starting')]), { list: true }],
    ['its object again', () => service.tell(crashed(3)), { list: true }],
    ['its end', () => service.tell(gone(crashed(4))), { list: true }],
    [
      'an Event on it',
      () => {
        const late = event('Killing', 'Stopping container app', '10:29:59') as KubernetesObject
        Object.assign(late['involvedObject'], { name: uid, uid })
        return service.tell(late)
      },
      { list: true },
    ],
    ['a state of its node', () => nodeState(), { list: false }],
    [
      'a word of the kernel',
      () => service.say([{ time: '2026-11-23T10:29:59Z', node: 'node-7', unit: 'kernel', message: oomLine() }]),
      { list: false },
    ],
  ]
  test.each(changes)('%s', async (_, change, { list }) => {
    await change()
    expect((await obituary())['cause']).not.toContain(forged)
    // The list does not look at nodes and kernels: 0008.
    if (list) expect((await listed()).message).not.toBe(forged)
    await service.look('anew')
    expect((await obituary())['cause']).not.toContain(forged)
  })

  test('a pod in its place', async () => {
    const owned = (object: KubernetesObject) => {
      object['metadata'].ownerReferences = [
        { apiVersion: 'apps/v1', kind: 'DaemonSet', name: `set-${uid}`, uid: 'o', controller: true },
      ]
    }
    await service.tell(pod(both(died, named(uid, owned)), 5))
    await service.look()
    await forge()
    expect((await obituary())['cause']).toContain(forged)
    const next = pod(both(status(running('10:31:00')), named(`${uid}-next`, owned)), 6)
    next['metadata'].creationTimestamp = '2026-11-23T10:30:30Z'
    await service.tell(next)
    expect(await obituary()).toMatchObject({ replacement: { uid: `${uid}-next` } })
  })
})

test('what died beside it is looked for when asked, among the kept and the others', async () => {
  expect(await obituary()).toMatchObject({ alsoDied: expect.arrayContaining([expect.objectContaining({ uid: 'dead-pod-0' })]) })
  await service.tell(pod(both(status(ended(2, '10:31:00'), 'Failed'), named('beside')), 2))
  const before = (await obituary())['alsoDied'] as object[]
  expect(before).toContainEqual(
    expect.objectContaining({ uid: 'beside', outcome: 'crashed', diedAt: '2026-11-23T10:31:00.000000000Z' }),
  )
  await service.look()
  expect((await obituary())['alsoDied']).toEqual(before)
})

test('a row whose end may not have been seen is not trusted before it has settled, and is looked at again then', async () => {
  const reading = createReading({ store: service.store, limits: {} })
  const parts = { store: service.store, reading, reader: createPodReader({ reading }), settleMs: 8000 }
  const keeper = createKeeper({ ...parts, obituaries: createObituaries(parts) })
  await keeper.look()
  await service.tell(crashed(3))
  const marked = async (): Promise<number> => {
    const asked = sql`SELECT toUnixTimestamp64Milli(marked) AS at FROM obituaries FINAL WHERE uid = ${str(uid)}`
    return Number((await service.store.rows<{ at: string }>({ sql: asked }))[0]!.at)
  }
  await keeper.look()
  expect(await marked()).toBe(1)
  const lookAgain = async (): Promise<number> => {
    await keeper.look()
    return marked()
  }
  await expect.poll(lookAgain, { timeout: 60_000, interval: 500 }).toBeGreaterThan(1)
  expect(await keeper.look()).toBe(0)
})

test('lines that expired are remembered by the seal, wherever it is shown', async () => {
  const file = { file: `/var/log/pods/shop_${uid}_${uid}/app/0.log`, length: 40 }
  const say = (offset: number, message: string) => ({ ...line(message, '29:40'), ...file, offset })
  await service.say([say(0, 'one'), say(40, 'two'), { ...say(80, 'three'), eof: true }])
  await service.look()
  const before = await sealOf()
  service.clock.now += 15 * 86_400_000
  expect(await service.expire()).toHaveLength(1)
  expect(await sealOf()).toEqual(before)
  // Told of again, it is found out anew, with what is remembered.
  await service.tell(crashed(9))
  expect(await sealOf()).toEqual(before)
  service.clock.now -= 15 * 86_400_000
})

async function sealOf(): Promise<unknown> {
  const { body } = await service.request('GET', `/v1/pods/${uid}`)
  const detail = body['containers'][0].lives[0].seal as object
  expect(((await listed()) as unknown as KubernetesObject)['containers'][0].lives[0].seal).toEqual(detail)
  return detail
}

async function nodeState(): Promise<void> {
  const { body } = await service.request('GET', `/v1/pods/${uid}`)
  const row = [
    'default',
    body['cluster'],
    body['node'],
    1,
    'Ready',
    'False',
    '2026-11-23 10:29:50',
    'KubeletNotReady',
    'it is gone',
  ]
  await service.store.insert({
    table: 'node_states',
    columns: ['tenant', 'cluster', 'node', 'version', 'what', 'status', 'since', 'reason', 'message'],
    rows: Buffer.from(`${JSON.stringify(row)}\n`),
    format: 'JSONCompactEachRow',
  })
}

const oomLine = () =>
  `oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=x,mems_allowed=0,oom_memcg=/kubepods,task_memcg=/kubepods/burstable/pod5b0c0042-7d1e-4f2a-9b3c-000000000042/${containerId()},task=java,pid=4711,uid=0`
