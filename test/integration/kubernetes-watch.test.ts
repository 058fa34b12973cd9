import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { watchedKinds } from '#shared/kubernetes/watched-kind.ts'
import { startRecordedApi, type RecordedApi } from '#test/support/recorded-api.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'
import { differences, shownPods, type ToldPod } from '#test/support/told-pods.ts'

const expected = JSON.parse(
  readFileSync(new URL('../fixtures/kubernetes-watch/pods.expected.json', import.meta.url), 'utf8'),
) as ToldPod[]
const dead = expected.filter((pod) => pod.gone).length

let api: RecordedApi
let service: TestService
const start = async (dataDir?: string): Promise<TestService> => {
  const dir = dataDir === undefined ? {} : { AFTERLOG_DATA_DIR: dataDir }
  return startTestService({ AFTERLOG_KUBERNETES: api.kubeconfig, AFTERLOG_CLUSTER: 'proof', ...dir })
}
beforeEach(async () => {
  api = await startRecordedApi()
})
afterEach(async () => {
  await service?.[Symbol.asyncDispose]()
  await api[Symbol.asyncDispose]()
})

/** Every pod once, every death once: what is shown is what was done. */
const allIsKnown = async (): Promise<void> => {
  api.happen()
  await expect
    .poll(async () => differences(expected, await shownPods(service.url, 'proof')), { timeout: 40_000, interval: 500 })
    .toEqual([])
}
const watching = (): Promise<void> =>
  expect.poll(() => watchedKinds.filter((kind) => !api.isWatched(kind)), { timeout: 20_000 }).toEqual([])
const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(`${service.url}/metrics`)).text()
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(name))
      ?.split(' ')
      .at(-1) ?? Number.NaN,
  )
}
const vanished = () => metric('afterlog_kubernetes_vanished_total{kind="pods"}')
const listed = (reason: string) => metric(`afterlog_kubernetes_lists_total{kind="pods",reason="${reason}"}`)

describe('no death is missed and none is told twice', () => {
  test('where nothing goes wrong; states of nodes are kept, also those that a node forgot when it came back', async () => {
    service = await start()
    await watching()
    await allIsKnown()
    expect(api.requests.filter((text) => text.startsWith('list pods'))).toEqual(['list pods'])
    expect(await metric('afterlog_kubernetes_objects_total{kind="pods"}')).toBeGreaterThan(80)
    expect(await metric('afterlog_kubernetes_last_message_age_seconds{kind="pods"}')).toBeLessThan(30)
    const rows = async () =>
      service.store.rows<{ what: string; status: string; n: number }>({
        sql: raw(
          'SELECT what, status, toUInt32(count()) AS n FROM node_states FINAL GROUP BY what, status ORDER BY what, status',
        ),
      })
    await expect.poll(rows).toMatchObject([
      { what: 'Ready', status: 'True' },
      { what: 'Ready', status: 'Unknown' },
      { what: 'taint:node.kubernetes.io/unreachable', status: 'NoExecute' },
    ])
  })

  test('by connections cut in the middle of a line, events told twice, and a history told again from its beginning', async () => {
    api.trouble(
      'pods',
      'watch',
      { is: 'cut', after: 3 },
      { is: 'twice' },
      { is: 'cut', after: 0 },
      { is: 'rewind' },
      { is: 'cut', after: 40 },
    )
    service = await start()
    await watching()
    api.happen(30)
    await expect
      .poll(() => api.requests.filter((text) => text.startsWith('watch pods')).length, { timeout: 20_000 })
      .toBeGreaterThan(1)
    await allIsKnown()
    expect(await listed('expired')).toBeNaN()
  })

  test('by 410 Gone in the status and in an event of the stream, each of which leads to a new list', async () => {
    api.trouble('pods', 'watch', { is: 'status', status: 410 }, { is: 'error-event', code: 410 })
    service = await start()
    await watching()
    await allIsKnown()
    expect(await listed('expired')).toBe(2)
  })

  test('by an API server that answers 500, ends watches at once, says what is no JSON, and forgets a page of its list', async () => {
    api.pageSize = 4
    api.trouble('pods', 'list', { is: 'status', status: 503 }, { is: 'twice' }, { is: 'status', status: 410 })
    api.trouble('pods', 'watch', { is: 'end' }, { is: 'garbage' }, { is: 'error-event', code: 500 })
    api.trouble('nodes', 'list', { is: 'status', status: 500 })
    service = await start()
    await watching()
    await allIsKnown()
    expect(api.requests.filter((text) => text.startsWith('list pods')).slice(0, 5)).toEqual([
      'list pods',
      'list pods',
      'list pods continued',
      'list pods',
      'list pods continued',
    ])
    // One list in all, though it began anew.
    const reasons = ['start', 'list-expired', 'expired']
    expect(await Promise.all(reasons.map(listed))).toEqual([NaN, 1, NaN])
  })

  test('by a compaction while nobody is connected: who is missing from the new list is told as gone', async () => {
    service = await start()
    await watching()
    api.trouble('pods', 'watch', { is: 'status', status: 503 }, { is: 'status', status: 503 })
    api.disconnect()
    api.happen()
    api.compact()
    await theDeadAreKnown()
    expect(await listed('expired')).toBe(1)
    // Who is stored is counted a moment later.
    await expect.poll(vanished).toBe(dead)
  })

  test('by a restart of ingest: the store remembers who lived, and tells it of nobody who lives', async () => {
    const first = await start()
    service = first
    await watching()
    await expect.poll(async () => (await shownPods(service.url, 'proof')).length, { timeout: 20_000 }).toBe(15)
    await first.close()
    api.happen()
    service = await start(first.dataDir)
    await theDeadAreKnown()
    await expect.poll(vanished).toBe(dead)
    await service.close()
    service = await start(first.dataDir)
    await watching()
    await theDeadAreKnown()
    expect(await vanished()).toBeNaN()
    await service.close()
    await rm(first.dataDir, { recursive: true })
  })
})

/** Of who died while nobody watched, no more is known than that he is gone; of the living how they fare. */
async function theDeadAreKnown(): Promise<void> {
  const wrong = async (): Promise<string[]> => {
    const shown = await shownPods(service.url, 'proof')
    return expected.flatMap(({ uid, name, gone, outcome }) => {
      const of = shown.filter((pod) => pod.uid === uid)
      const right = of.length === 1 && (gone ? of[0]!.diedAt !== null : of[0]!.outcome === outcome)
      return right ? [] : [`${name} is shown ${of.length} times, ${of[0]?.outcome}`]
    })
  }
  await expect.poll(wrong, { timeout: 40_000, interval: 500 }).toEqual([])
}

test('readyz says why it does not watch, and stops once it does; it serves meanwhile', async () => {
  api.trouble('nodes', 'list', ...Array.from({ length: 4 }, () => ({ is: 'status', status: 403 }) as const))
  service = await start()
  const readyz = async () => {
    const { status, body } = await request(`${service.url}/readyz`)
    return [status, body['status'], body['reasons']]
  }
  const said = [expect.stringMatching(/^ingest: nodes of http.*403.*rbac\.yaml/)]
  await expect.poll(readyz, { timeout: 20_000 }).toEqual([200, 'ready', said])
  await expect.poll(readyz, { timeout: 20_000 }).toEqual([200, 'ready', []])
  await allIsKnown()
})
