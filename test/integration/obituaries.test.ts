// Obituaries: written when a death is known, again when something is reported of it, by whichever projector, and one
// counts.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'
import { deleted, ended, gone, pod, running, status } from '#test/support/pod-shapes.ts'
import type { KubernetesObject } from '#test/support/kubernetes.ts'

let service: ProjectorService
beforeAll(async () => {
  service = await openProjectorService()
})
afterAll(() => service[Symbol.asyncDispose]())

interface Written {
  uid: string
  outcome: string
  bad: number
  lines: string
  document: string
}
const written = (): Promise<Written[]> =>
  service.store.rows<Written>({
    sql: raw('SELECT uid, outcome, bad, lines, document FROM obituaries ORDER BY uid, revision DESC LIMIT 1 BY uid'),
  })
const obituaryOf = async (uid: string): Promise<Written | undefined> => (await written()).find((one) => one.uid === uid)
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
  await service.project()
  expect(await written()).toEqual([])
})

test('one that died has one, which is what GET /v1/pods/{uid}/obituary says', async () => {
  await service.tell(pod(status(ended(1), 'Failed'), 2))
  await service.project()
  const [obituary, ...others] = await written()
  expect(others).toEqual([])
  expect(obituary).toMatchObject({ uid: 'p', outcome: 'crashed', bad: 1, lines: '0' })
  expect(JSON.parse(obituary!.document)).toEqual((await service.request('GET', '/v1/pods/p/obituary')).body)
})

test('the same reported again changes nothing in it', async () => {
  const before = await written()
  await service.tell(pod(status(ended(1), 'Failed'), 2))
  await service.project()
  expect(await written()).toEqual(before)
})

test('a late fact changes it', async () => {
  const lost = named('late', pod(status(running()), 3))
  await service.tell(lost, gone(named('late', pod(deleted(), 4))))
  await service.project()
  expect(await obituaryOf('late')).toMatchObject({ outcome: 'deleted' })
  const forced = named('late', pod(deleted(), 5))
  forced['status'].conditions.push({
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'drained',
  })
  await service.tell(gone(forced))
  await service.project()
  expect(await obituaryOf('late')).toMatchObject({ outcome: 'evicted', bad: 1 })
})

test('two projectors at once write one each, and one that begins then changes nothing', async () => {
  const before = (await written()).length
  await service.tell(...Array.from({ length: 50 }, (_, i) => named(`twice-${i}`, pod(status(ended(137), 'Failed'), 2))))
  await Promise.all([service.project(), service.project('anew')])
  const after = await written()
  expect(after).toHaveLength(before + 50)
  await service.project('anew')
  expect(await written()).toEqual(after)
})

test('what was reported while no projector ran is caught up with, also from nothing', async () => {
  await service.tell(named('missed', pod(status(ended(2), 'Failed'), 2)))
  for (const table of ['job_watermarks', 'pod_revisions', 'pod_lookup', 'obituaries'])
    await service.store.command({ sql: raw(`TRUNCATE TABLE ${table}`) })
  await service.project('anew')
  expect(await written()).toHaveLength(53)
  expect(await obituaryOf('missed')).toBeDefined()
})

test('lines that came late are in it before they expire', async () => {
  await service.say([line])
  expect(await obituaryOf('p')).toMatchObject({ lines: '0' })
  service.clock.now += 15 * 86_400_000
  expect(await service.expire()).toHaveLength(1)
  const obituary = await obituaryOf('p')
  expect(obituary).toMatchObject({ lines: '1' })
  expect(JSON.parse(obituary!.document)).toMatchObject({
    pod: { lines: 1, containers: [{ lives: [{ lines: 1 }] }] },
    lastWords: [{ container: 'app', lines: [{ message: 'boom' }] }],
  })
})

test('one whose node is gone, and of which nothing more is ever reported, has one too', async () => {
  await service.tell(named('stranded', pod(status(running()), 7)))
  await service.project()
  expect(await obituaryOf('stranded')).toBeUndefined()
  const { body } = await service.request('GET', '/v1/pods/stranded')
  const row = ['default', body['cluster'], body['node'], 9, 'gone', 'True', '2026-11-23 11:00:00', '', '']
  await service.store.insert({
    table: 'node_states',
    columns: ['tenant', 'cluster', 'node', 'version', 'what', 'status', 'since', 'reason', 'message'],
    rows: Buffer.from(`${JSON.stringify(row)}\n`),
    format: 'JSONCompactEachRow',
  })
  await service.project()
  expect(await obituaryOf('stranded')).toMatchObject({ outcome: 'node-lost' })
})
