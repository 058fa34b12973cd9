import { afterAll, beforeAll, expect, test } from 'vitest'
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

test('podUid and restart of a line with a container id alone are null until that id is told, and pages stay whole', async () => {
  const time = new Date().toISOString()
  const records = ['a', 'b', 'c', 'd', 'e'].map((message) => ({
    path: `/var/log/containers/lonely_shop_app-${id}.log`,
    cri: `${time} stdout F ${message}`,
  }))
  await post('/v1/batches', { records })
  expect((await page('pod=lonely&limit=1')).lines).toMatchObject([{ podUid: null, restart: null }])

  const status = {
    containerStatuses: [
      { name: 'app', restartCount: 3, containerID: `containerd://${id}`, state: { running: { startedAt: time } } },
    ],
  }
  const metadata = { name: 'lonely', namespace: 'shop', uid: 'lonely-uid', resourceVersion: '7', creationTimestamp: time }
  const told = await post('/v1/lifecycle', { kind: 'Pod', apiVersion: 'v1', metadata, spec: { nodeName: 'n1' }, status })
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
