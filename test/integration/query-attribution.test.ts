import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql, strs } from '#shared/clickhouse/sql.ts'
import { bareContainerId } from '#shared/container-id.ts'
import { bareContainerId as bareColumn } from '#shared/lines/bare-container-id.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => (service = await startTestService()))
afterAll(async () => service[Symbol.asyncDispose]())

const id = 'f'.repeat(64)
const post = (path: string, body: unknown) =>
  request(`${service.url}${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
interface Page {
  lines: { message: string; podUid: string | null; restart: number | null }[]
  next: string | null
}
const page = async (query: string): Promise<Page> => (await request(`${service.url}/v1/logs?${query}`)).body as unknown as Page

const pod = (name: string, containerID: string, restartCount: number, startedAt: string): object => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name, namespace: 'shop', uid: `${name}-uid`, resourceVersion: '7', creationTimestamp: startedAt },
  spec: { nodeName: 'n1' },
  status: { containerStatuses: [{ name: 'app', restartCount, containerID, state: { running: { startedAt } } }] },
})

test('podUid and restart of a line with a container id alone are null until that id is told, and pages stay whole', async () => {
  const time = new Date().toISOString()
  const records = ['a', 'b', 'c', 'd', 'e'].map((message) => ({
    path: `/var/log/containers/lonely_shop_app-${id}.log`,
    cri: `${time} stdout F ${message}`,
  }))
  await post('/v1/batches', { records })
  expect((await page('pod=lonely&limit=1')).lines).toMatchObject([{ podUid: null, restart: null }])

  const told = await post('/v1/lifecycle', pod('lonely', `containerd://${id}`, 3, time))
  expect(told.body).toMatchObject({ accepted: 1 })
  for (const path of ['pod=lonely&order=asc', 'pod=lonely&order=desc']) {
    const seen: string[] = []
    for (let cursor = ''; ;) {
      const { lines, next } = await page(`${path}&limit=2${cursor}`)
      for (const line of lines) expect(line).toMatchObject({ podUid: 'lonely-uid', restart: 3 })
      seen.push(...lines.map(({ message }) => message))
      if (next === null) break
      cursor = `&cursor=${next}`
    }
    expect(seen).toEqual(path.endsWith('asc') ? ['a', 'b', 'c', 'd', 'e'] : ['e', 'd', 'c', 'b', 'a'])
  }
})

const odd = ['weird_scheme://abc', '://abc', 'a://b://c', 'cri-o://abcd', 'Docker+2.x://abcde', 'plain']

test('a line belongs to the container whose id it has, whatever stands before the id', async () => {
  const time = new Date().toISOString()
  const records = odd.map((containerId, i) => ({
    time,
    namespace: 'shop',
    pod: `odd-${i}`,
    container: 'app',
    containerId,
    message: 'x',
  }))
  expect((await post('/v1/batches', { records })).body).toMatchObject({ rejected: 0 })
  for (const [i, containerId] of odd.entries()) {
    await post('/v1/lifecycle', pod(`odd-${i}`, containerId, i, time))
    const owned = [{ message: 'x', podUid: `odd-${i}-uid`, restart: i }]
    expect((await page(`pod=odd-${i}`)).lines).toMatchObject(owned)
    const ofPod = await request(`${service.url}/v1/pods/odd-${i}-uid/logs`)
    expect(ofPod.body['lines']).toMatchObject(owned)
    const ofLife = await request(`${service.url}/v1/pods/odd-${i}-uid/logs?life=${i}`)
    expect(ofLife.body['lines']).toMatchObject(owned)
    const { body } = await request(`${service.url}/v1/pods/odd-${i}-uid`)
    expect(body).toMatchObject({ lines: 1, containers: [{ lives: [{ restart: i, lines: 1 }] }] })
  }
})

test('the engine takes schemes off as everybody else does', async () => {
  const ids = [...odd, '', 'x\nrunc://abc', 'containerd://']
  const rows = await service.store.rows<{ bare: string }>({
    sql: sql`SELECT ${bareColumn} AS bare FROM (SELECT arrayJoin(${strs(ids)}) AS container_id)`,
  })
  expect(rows.map(({ bare }) => bare)).toEqual(ids.map(bareContainerId))
})
