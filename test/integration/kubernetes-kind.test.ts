import { expect, test } from 'vitest'
import { Registry } from 'prom-client'
import { createWatchMetrics } from '#ingest/metrics.ts'
import { createKindWatch, type WatchKindOptions, type WatchTiming } from '#ingest/sources/watch-kind.ts'
import { createApiServer } from '#shared/kubernetes/api-server.ts'
import { createLogger } from '#shared/logger.ts'
import { startRecordedApi, type RecordedApi } from '#test/support/recorded-api.ts'

const timing: WatchTiming = { watchS: 60, silentMsMax: 300, retryMs: [5, 20] }

async function watchPods(api: RecordedApi, deliver: WatchKindOptions['deliver'], changed: Partial<WatchTiming> = {}) {
  const registry = new Registry()
  const stopped = new AbortController()
  const watch = createKindWatch({
    api: await createApiServer(api.kubeconfig),
    kind: 'pods',
    deliver,
    onListed: () => undefined,
    metrics: createWatchMetrics({ registry, clock: Date.now }),
    timing: { ...timing, ...changed },
    log: createLogger({ level: 'silent', service: 'test' }),
  })
  const ended = watch.run(stopped.signal)
  return {
    watch,
    lists: async (reason: string) => {
      const text = await registry.getSingleMetricAsString('afterlog_kubernetes_lists_total')
      return Number(new RegExp(`reason="${reason}"} (\\d+)`).exec(text)?.[1] ?? 0)
    },
    [Symbol.asyncDispose]: async () => {
      stopped.abort()
      await ended
    },
  }
}

test('a stream that falls silent is given up, and the next begins with a new list', async () => {
  await using api = await startRecordedApi()
  api.trouble('pods', 'watch', { is: 'silent' })
  await using watching = await watchPods(api, async () => undefined)
  await expect.poll(() => watching.lists('silent')).toBeGreaterThanOrEqual(1)
})

test('a position moves only past what is delivered, and what is not is asked for again', async () => {
  await using api = await startRecordedApi()
  let held = Promise.withResolvers<void>()
  held.resolve()
  const delivered: string[] = []
  await using watching = await watchPods(
    api,
    async (body) => {
      await held.promise
      delivered.push(body.toString())
    },
    { silentMsMax: 30_000 },
  )
  await expect.poll(() => api.isWatched('pods')).toBe(true)
  const before = watching.watch.known()!.position
  held = Promise.withResolvers()
  api.happen(20)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(watching.watch.known()!.position).toBe(before)
  held.resolve()
  await expect.poll(() => Number(watching.watch.known()!.position)).toBeGreaterThan(Number(before))
  expect(delivered.length).toBeGreaterThan(1)
})

test('an API server that is away is said, tried again, and no obstacle any more once it answers', async () => {
  await using api = await startRecordedApi()
  api.trouble('pods', 'list', ...Array.from({ length: 20 }, () => ({ is: 'status', status: 401 }) as const))
  await using watching = await watchPods(api, async () => undefined, { silentMsMax: 30_000 })
  await expect.poll(() => watching.watch.obstacle()).toMatch(/^pods of http.* are not watched: the API server answers 401/)
  await expect.poll(() => watching.watch.obstacle(), { timeout: 10_000 }).toBeUndefined()
  expect(await watching.lists('start')).toBe(1)
})

test('it asks for pods, with bookmarks, from the version of the list', async () => {
  await using api = await startRecordedApi()
  await using watching = await watchPods(api, async () => undefined, { silentMsMax: 30_000 })
  await expect.poll(() => api.isWatched('pods')).toBe(true)
  expect(api.requests).toEqual(['list pods', `watch pods ${watching.watch.known()!.position}`])
})
