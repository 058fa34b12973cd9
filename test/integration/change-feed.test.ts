// The feed names the pods that the projector projects: lines without a uid are of the pod with their name, in their
// cluster.
import { expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { openProjectorService } from '#test/support/projector-service.ts'

test('lines without a uid are of a pod of their own cluster', async () => {
  await using service = await openProjectorService()
  const line = { time: new Date(service.clock.now).toISOString(), namespace: 'shop', pod: 'web', container: 'app', message: 'x' }
  await service.say([{ ...line, cluster: 'c1' }, { ...line, cluster: 'c2' }, line, { ...line, podUid: 'u1' }])
  const uids = ['u1', 'unresolved:c1/shop/web', 'unresolved:c2/shop/web', 'unresolved:prod-eu/shop/web']
  for (const table of ['pod_change_feed', 'pod_watermarks']) {
    const rows = await service.store.rows<{ uid: string }>({ sql: raw(`SELECT DISTINCT uid FROM ${table} ORDER BY uid`) })
    expect(rows.map(({ uid }) => uid)).toEqual(uids)
  }
  await service.project()
  const { body } = await service.request('GET', '/v1/pods?name=web')
  expect(body['pods'].map((pod: { uid: string; lines: number }) => `${pod.uid} ${pod.lines}`).toSorted()).toEqual(
    uids.map((uid) => `${uid} 1`),
  )
  // New lines make a record that rests on older ones stale.
  await service.say([{ ...line, cluster: 'c2', message: 'y' }])
  await service.project()
  const again = (await service.request('GET', '/v1/pods?name=web')).body['pods']
  expect(again.find((pod: { cluster: string }) => pod.cluster === 'c2').lines).toBe(2)
})
