// Names under /k8s are numbered by records, whatever rows a projector that was ended or beaten left behind.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { joined } from '#shared/pod-model/handles.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { readNamedPods } from '#query/kubernetes/pod-objects/read-named-pods.ts'
import { fixture } from '#test/support/kubernetes.ts'
import { openPodsService, type PodsService } from '#test/support/pods-service.ts'

let service: PodsService
beforeAll(async () => void (service = await openPodsService()))
afterAll(() => service?.[Symbol.asyncDispose]())

const tenant = 'named'
const born = { old: '2026-11-23T08:00:00Z', new: '2026-11-23T09:00:00Z' }
const pod = (uid: keyof typeof born) =>
  fixture('pod-replacement', (made) => Object.assign(made['metadata'], { uid, creationTimestamp: born[uid] }))

test('rows that were left behind number no pod', async () => {
  await service.tell(tenant, pod('old'), pod('new'))
  await service.project()
  const reading = createReading({ store: service.store, limits: {} })
  const named = async () =>
    (await readNamedPods(reading, { tenant, namespace: 'shop' }, undefined, 10)).map(({ uid, nth }) => [uid, nth])
  expect(await named()).toEqual([
    ['new', 1],
    ['old', 2],
  ])
  const insert = async (table: string, rows: object[]): Promise<void> => {
    const columns = Object.keys(rows[0]!)
    const text = rows.map((row) => `${JSON.stringify(Object.values(row))}\n`).join('')
    await service.store.insert({ table, columns, rows: Buffer.from(text), format: 'JSONCompactEachRow' })
  }
  const row = { tenant, kind: 'namespace-name', value: joined('shop', 'web-0'), name: 'web-0', namespace: 'shop', is_deleted: 0 }
  await insert('pod_lookup', [
    // Where the old one stood by a record that another one has beaten, and a pod that turned out to be another.
    { ...row, uid: 'old', rank: '-1795900000000000000', revision: 1 },
    { ...row, uid: 'ghost', rank: '-1795900000000000001', revision: 3 },
  ])
  await insert('pod_revisions', [
    { tenant, uid: 'ghost', revision: 3, is_deleted: 0, rules_version: 1, record: '{}' },
    { tenant, uid: 'ghost', revision: 4, is_deleted: 1, rules_version: 1, record: '' },
  ])
  const expected = [
    ['new', 1],
    ['old', 2],
  ]
  expect(await named()).toEqual(expected)
  await service.store.command({ sql: raw('OPTIMIZE TABLE pod_revisions FINAL') })
  expect(await named()).toEqual(expected)
})
