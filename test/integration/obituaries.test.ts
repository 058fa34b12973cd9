// Obituaries: written when a death is known, again when something was told of it, by whoever looks, and never twice.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { openKeepService, type KeepService } from '#test/support/keep-service.ts'
import { deleted, ended, gone, pod, running, status } from '#test/support/pod-shapes.ts'
import type { KubernetesObject } from '#test/support/kubernetes.ts'

let service: KeepService
beforeAll(async () => {
  service = await openKeepService()
})
afterAll(() => service[Symbol.asyncDispose]())

interface Kept {
  uid: string
  outcome: string
  bad: number
  lines: string
  document: string
}
const kept = (): Promise<Kept[]> =>
  service.store.rows<Kept>({ sql: raw('SELECT uid, outcome, bad, lines, document FROM obituaries FINAL ORDER BY uid') })
const named = (uid: string, object: KubernetesObject): KubernetesObject => {
  object['metadata'].uid = uid
  object['metadata'].name = uid
  return object
}
const line = {
  time: '2026-11-23T10:29:00Z',
  namespace: 'shop',
  pod: 'p',
  podUid: 'p',
  container: 'app',
  restart: 0,
  message: 'boom',
}

test('a pod that lives has none', async () => {
  await service.tell(pod(status(running())))
  expect(await service.look()).toBe(0)
  expect(await kept()).toEqual([])
})

test('one that died has one, which is what GET /v1/pods/{uid}/obituary says', async () => {
  await service.tell(pod(status(ended(1), 'Failed'), 2))
  expect(await service.look()).toBe(1)
  const [obituary, ...others] = await kept()
  expect(others).toEqual([])
  expect(obituary).toMatchObject({ uid: 'p', outcome: 'crashed', bad: 1, lines: '0' })
  expect(JSON.parse(obituary!.document)).toEqual((await service.request('GET', '/v1/pods/p/obituary')).body)
})

test('nothing told, nothing written; the same told again, nothing written', async () => {
  expect(await service.look()).toBe(0)
  await service.tell(pod(status(ended(1), 'Failed'), 2))
  expect(await service.look()).toBe(0)
})

test('a late fact changes it', async () => {
  const lost = named('late', pod(status(running()), 3))
  await service.tell(lost, gone(named('late', pod(deleted(), 4))))
  expect(await service.look()).toBe(1)
  expect((await kept()).map(({ uid, outcome }) => [uid, outcome])).toContainEqual(['late', 'deleted'])
  const forced = named('late', pod(deleted(), 5))
  forced['status'].conditions.push({
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'drained',
  })
  await service.tell(gone(forced))
  expect(await service.look()).toBe(1)
  expect((await kept()).find(({ uid }) => uid === 'late')).toMatchObject({ outcome: 'evicted', bad: 1 })
})

test('two processes that look at once write the same, and one that comes after writes nothing', async () => {
  const before = (await kept()).length
  await service.tell(...Array.from({ length: 50 }, (_, i) => named(`twice-${i}`, pod(status(ended(137), 'Failed'), 2))))
  await Promise.all([service.look(), service.look('anew')])
  expect(await kept()).toHaveLength(before + 50)
  expect(await service.look('anew')).toBe(0)
})

test('what was told while nobody looked is caught up with, also before there were marks', async () => {
  await service.tell(named('missed', pod(status(ended(2), 'Failed'), 2)))
  for (const table of ['keeper_progress', 'pod_changes', 'obituaries'])
    await service.store.command({ sql: raw(`TRUNCATE TABLE ${table}`) })
  expect(await service.look('anew')).toBe(53)
  expect((await kept()).map(({ uid }) => uid)).toContain('missed')
})

test('lines that came late are in it before they expire', async () => {
  await service.say([line])
  expect((await kept()).find(({ uid }) => uid === 'p')).toMatchObject({ lines: '0' })
  service.clock.now += 15 * 86_400_000
  expect(await service.expire()).toHaveLength(1)
  const obituary = (await kept()).find(({ uid }) => uid === 'p')
  expect(obituary).toMatchObject({ lines: '1' })
  expect(JSON.parse(obituary!.document)).toMatchObject({
    pod: { lines: 1, containers: [{ lives: [{ lines: 1 }] }] },
    lastWords: [{ container: 'app', lines: [{ message: 'boom' }] }],
  })
})

test('one whose node is gone, and of which nothing more is ever told, has one too', async () => {
  await service.tell(named('stranded', pod(status(running()), 7)))
  expect(await service.look()).toBe(0)
  const { body } = await service.request('GET', '/v1/pods/stranded')
  const row = ['default', body['cluster'], body['node'], 9, 'gone', 'True', '2026-11-23 11:00:00', '', '']
  await service.store.insert({
    table: 'node_states',
    columns: ['tenant', 'cluster', 'node', 'version', 'what', 'status', 'since', 'reason', 'message'],
    rows: Buffer.from(`${JSON.stringify(row)}\n`),
    format: 'JSONCompactEachRow',
  })
  await service.look()
  expect((await kept()).find(({ uid }) => uid === 'stranded')).toMatchObject({ outcome: 'node-lost' })
})
