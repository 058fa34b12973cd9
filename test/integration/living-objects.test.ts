import { expect, test } from 'vitest'
import { columns } from '#ingest/store/columns.ts'
import { createLivingObjects } from '#ingest/store/living-objects.ts'
import { decode, fixture, origin } from '#test/support/kubernetes.ts'
import { openTestStore } from '#test/support/store.ts'

const pod = (uid: string, version: number) =>
  fixture('pod-crash-loop', (object) => Object.assign(object['metadata'], { uid, resourceVersion: String(version) }))

test('the store is asked for who lives in one cluster of one tenant, at a version that a list must have shown', async () => {
  await using opened = await openTestStore()
  const tell = async (value: unknown, from = origin): Promise<void> => {
    for (const { table, rows } of decode(value, from).tables)
      await opened.store.insert({ table, columns: columns[table], rows, format: 'JSONCompactEachRow' })
  }
  const dying = pod('dying', 60)
  dying['metadata'].deletionTimestamp = '2026-11-23T10:00:00Z'
  await tell([pod('old', 50), pod('new', 101), dying, pod('moved', 40), pod('dead', 30)])
  await tell([pod('moved', 120), pod('old', 50)])
  await tell({ type: 'DELETED', object: pod('dead', 90) })
  await tell(pod('elsewhere', 10), { ...origin, cluster: 'other' })
  await tell(pod('somebody-else', 10), { ...origin, tenant: 'other' })
  const living = createLivingObjects({ store: opened.store, table: 'pods', tenant: 'default', cluster: 'prod-eu' })
  expect((await living.uids(100n)).toSorted()).toEqual(['dying', 'old'])
  expect((await living.uids(200n)).toSorted()).toEqual(['dying', 'moved', 'new', 'old'])
  const objects = await living.objects(['old', 'dead', 'nobody'])
  expect(
    objects.map(({ object, reportedAt }) => [(JSON.parse(object) as { metadata: { uid: string } }).metadata.uid, reportedAt]),
  ).toEqual([['old', expect.stringMatching(/^2026-11-23T10:\d\d:\d\d\.000000000Z$/)]])
})
