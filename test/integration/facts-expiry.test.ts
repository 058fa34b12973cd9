// Facts of pods that ended long ago expire; what was concluded from them does not.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { createFactsExpiry, factsDays } from '#projector/retention/facts-expiry.ts'
import { runRebuild } from '#projector/rebuild/run-rebuild.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { parseLastWords, parseRetention } from '#shared/retention/retention.ts'
import type { KubernetesObject } from '#test/support/kubernetes.ts'
import { both, deleted, ended, event, gone, pod, running, status } from '#test/support/pod-shapes.ts'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'

let service: ProjectorService
beforeAll(async () => void (service = await openProjectorService({ rules: 'default=14d' })))
afterAll(() => service[Symbol.asyncDispose]())

const dayMs = 86_400_000
const settings = { rules: parseRetention('default=14d'), lastWords: parseLastWords('') }

let count = 0
let uid = ''
beforeEach(() => void (uid = `pod-${count++}`))

const named = (object: KubernetesObject): void => {
  Object.assign(object['metadata'], { uid, name: uid, annotations: { note: 'of its own' } })
  object['metadata'].ownerReferences = [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'set', uid: 'o', controller: true }]
}
const crashed = (version = 2) => pod(both(status(ended(1), 'Failed'), named), version)
const crashEvent = (): KubernetesObject => {
  const about = event('BackOff', 'Back-off restarting failed container', '10:29:59') as KubernetesObject
  Object.assign(about['involvedObject'], { name: uid, uid })
  return about
}
const line = (message: string, more: object = {}) => ({
  time: '2026-11-23T10:29:30Z',
  namespace: 'shop',
  pod: uid,
  podUid: uid,
  container: 'app',
  restart: 0,
  message,
  ...more,
})

/** Looks for expired facts as if so many days had passed; twice, with hours between: the first time it freezes. */
async function expireFacts(days: number): Promise<number> {
  const reading = createReading({ store: service.store, limits: {} })
  const expiry = createFactsExpiry({ store: service.store, reading })
  const now = Date.now() + days * dayMs
  await expiry.run(settings, now)
  const expired = await expiry.run(settings, now + dayMs / 4)
  await expect
    .poll(
      () =>
        service.store.rows({
          sql: raw('SELECT 1 AS one FROM system.mutations WHERE is_done = 0 AND database = currentDatabase()'),
        }),
      { timeout: 30_000 },
    )
    .toEqual([])
  return expired
}
const long = factsDays(settings) + 1

const rowsOf = async (): Promise<Record<string, number>> => {
  const [row] = await service.store.rows<Record<string, number>>({
    sql: raw(`SELECT (SELECT toUInt32(count()) FROM pods WHERE uid = '${uid}') AS pods, (SELECT toUInt32(count()) FROM lives WHERE pod_uid = '${uid}') AS lives,
      (SELECT toUInt32(count()) FROM events WHERE involved_uid = '${uid}') AS events`),
  })
  return row!
}

/** Rows that lead lines to the pod. */
const linesOf = (): Promise<object[]> =>
  service.store.rows({
    sql: raw(`SELECT 'alias' AS what FROM pod_aliases WHERE uid = '${uid}'
      UNION ALL SELECT 'lines' FROM lines_of_lives WHERE pod_uid = '${uid}'`),
  })

async function answers(): Promise<Record<string, unknown>> {
  const [list, detail, obituary] = await Promise.all(
    [`/v1/pods?uid=${uid}`, `/v1/pods/${uid}`, `/v1/pods/${uid}/obituary`].map((path) => service.request('GET', path)),
  )
  return { list: list!.body['pods'], detail, obituary }
}

const rebuild = () =>
  runRebuild({
    store: service.store,
    reading: createReading({ store: service.store, limits: {} }),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onFailure: (_, error) => {
      throw error
    },
  })

describe('list, detail and obituary are what they were once the facts are gone, after a rebuild, and after facts that come late:', () => {
  const shapes: [string, () => Promise<void>][] = [
    ['a pod that crashed', () => service.tell(crashed(), crashEvent())],
    ['a pod that was deleted', () => service.tell(gone(pod(both(status(running()), named, deleted()), 3)))],
    ['a pod of whose end nobody knows why', () => service.tell(gone(pod(both(status({ state: {} }, 'Unknown'), named), 3)))],
  ]
  test.each(shapes)('%s', async (_, tell) => {
    await tell()
    await service.say([line('starting'), line('it went wrong', { severity: 'error' })])
    await service.project()
    const before = await answers()
    expect(before['list']).toHaveLength(1)
    expect(await expireFacts(long)).toBeGreaterThan(0)
    expect(await rowsOf()).toEqual({ pods: 0, lives: 0, events: 0 })
    expect(await linesOf()).toEqual([])
    expect(await answers()).toEqual(before)
    await rebuild()
    await service.project('anew')
    expect(await answers()).toEqual(before)
    await service.tell(crashEvent())
    await service.project()
    expect(await answers()).toEqual(before)
  })
})

test('facts stay as long as any line of the pod may be stored, and as long as the newest of them is not old', async () => {
  await service.tell(crashed())
  await service.project()
  expect(await expireFacts(factsDays(settings) - 1)).toBe(0)
  expect(await rowsOf()).toMatchObject({ pods: 1, lives: 1 })
  const year = { ...settings, rules: parseRetention('default=14d,audit=400d') }
  expect(factsDays(year)).toBeGreaterThan(400)
  expect(factsDays({ ...settings, lastWords: parseLastWords('keep=500d') })).toBeGreaterThan(500)
})

test('a pod that lives keeps all of its facts, however old, and goes on', async () => {
  await service.tell(pod(both(status(running()), named), 2), crashEvent())
  await service.project()
  const before = await answers()
  await expireFacts(10 * long)
  expect(await rowsOf()).toEqual({ pods: 1, lives: 1, events: 1 })
  expect(await answers()).toEqual(before)
  await service.tell(crashed(5))
  await service.project()
  expect((await answers())['list']).toMatchObject([{ uid, outcome: 'crashed' }])
})

test('a pod that died long ago by its own time, and is reported now, keeps its facts', async () => {
  await service.tell(crashed())
  await service.project()
  expect(await expireFacts(0)).toBe(0)
  expect(await rowsOf()).toMatchObject({ pods: 1 })
})

test('whoever ends between the freezing and the deletion leaves a record that the next one goes on with', async () => {
  await service.tell(crashed(), crashEvent())
  await service.project()
  const before = await answers()
  const reading = createReading({ store: service.store, limits: {} })
  const failing = { ...service.store, command: () => Promise.reject(new Error('the process is gone')) }
  const now = Date.now() + long * dayMs
  for (let times = 0; times < 2; times++)
    await createFactsExpiry({ store: failing, reading })
      .run(settings, now + times * dayMs)
      .catch(() => undefined)
  expect(await rowsOf()).toEqual({ pods: 1, lives: 1, events: 1 })
  expect(await answers()).toEqual(before)
  expect(await createFactsExpiry({ store: service.store, reading }).run(settings, now + 2 * dayMs)).toBeGreaterThan(0)
  await expect.poll(rowsOf, { timeout: 30_000 }).toEqual({ pods: 0, lives: 0, events: 0 })
  expect(await answers()).toEqual(before)
})

test('Events about no pod expire by their time', async () => {
  const about = crashEvent()
  Object.assign(about['involvedObject'], { kind: 'Deployment', name: 'cart', uid })
  await service.tell(about)
  await expireFacts(1)
  expect(await rowsOf()).toMatchObject({ events: 1 })
  await expireFacts(long)
  expect(await rowsOf()).toMatchObject({ events: 0 })
})

test('states of nodes expire but for those that held then, those of a node that was gone do, and so do OOM lines', async () => {
  const cluster = `of-${uid}`
  const state = (node: string, what: string, is: string, daysAgo: number): string =>
    `SELECT 'default', '${cluster}', '${node}', '${what}', '${is}', now64(9) - INTERVAL ${daysAgo} DAY, ${1000 - daysAgo}`
  await service.store.command({
    sql: raw(
      `INSERT INTO node_states (tenant, cluster, node, what, status, since, version) ${[
        state('here', 'Ready', 'True', 900),
        state('here', 'Ready', 'False', 500),
        state('here', 'Ready', 'True', 400),
        state('here', 'Ready', 'False', 2),
        state('here', 'DiskPressure', 'False', 900),
        state('back', 'gone', 'True', 500),
        state('back', 'Ready', 'True', 400),
        state('gone', 'Ready', 'True', 500),
        state('gone', 'gone', 'True', 400),
        state('leaving', 'Ready', 'True', 300),
        state('leaving', 'gone', 'True', 10),
      ].join(' UNION ALL ')}`,
    ),
  })
  await service.store.command({
    sql: raw(`INSERT INTO kernel_ooms (tenant, ts, identity, message)
      SELECT '${cluster}', now64(9) - INTERVAL (number + 1) * 100 DAY, number, '' FROM numbers(3)`),
  })
  const left = async (): Promise<string[]> => {
    const rows = await service.store.rows<{ one: string }>({
      sql: raw(`SELECT concat(node, ' ', what, ' ', status, ' ', toString(dateDiff('day', since, now64(9)))) AS one
        FROM node_states FINAL WHERE cluster = '${cluster}' ORDER BY since
        UNION ALL SELECT concat('oom ', toString(dateDiff('day', ts, now64(9)))) FROM kernel_ooms WHERE tenant = '${cluster}'`),
    })
    return rows.map(({ one }) => one).toSorted()
  }
  await expireFacts(0)
  expect(factsDays(settings)).toBe(182)
  expect(await left()).toEqual([
    'back Ready True 400',
    'back gone True 500',
    'here DiskPressure False 900',
    'here Ready False 2',
    'here Ready True 400',
    'leaving Ready True 300',
    'leaving gone True 10',
    'oom 100',
  ])
})

test('a pod without obituary of which nothing is left but its record is answered from it', async () => {
  await service.tell(pod(both(status(running()), named), 2))
  await service.say([line('starting')])
  await service.project()
  const [listed] = (await answers())['list'] as KubernetesObject[]
  for (const table of ['logs', 'pods', 'lives', 'lines_of_lives', 'events', 'obituaries'])
    await service.store.command({ sql: raw(`TRUNCATE TABLE ${table}`) })
  const { status: code, body } = await service.request('GET', `/v1/pods/${uid}`)
  expect(code).toBe(200)
  expect(body).toMatchObject({
    uid,
    outcome: 'running',
    cause: expect.any(String),
    labels: listed!['labels'] ?? expect.any(Object),
  })
  expect((await service.request('GET', `/v1/pods/${uid.slice(0, 3)}`)).status).not.toBe(500)
})
