// `npm run project -- --rebuild`: every pod of which anything is stored, once.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { runRebuild } from '#projector/rebuild/run-rebuild.ts'
import { pod, running, status } from '#test/support/pod-shapes.ts'
import { openPodsService, type PodsService } from '#test/support/pods-service.ts'

let service: PodsService
beforeAll(async () => void (service = await openPodsService()))
afterAll(() => service[Symbol.asyncDispose]())

const named = (uid: string) =>
  pod((object) => {
    status(running('10:00:00'), 'Running')(object)
    Object.assign(object['metadata'], { uid, name: uid })
  }, 1)

async function rebuild(signal: AbortSignal): Promise<{ done: number; progress: [number, number][] }> {
  const progress: [number, number][] = []
  const done = await runRebuild({
    store: service.store,
    reading: createReading({ store: service.store, limits: {}, signal }),
    signal,
    onProgress: (...now) => void progress.push(now),
    onFailure: (_, error) => {
      throw error
    },
  })
  return { done, progress }
}

test('pods of every tenant, with facts or with lines only, are projected, each once', async () => {
  await service.tell('one', named('a'), named('b'))
  await service.tell('two', named('a'))
  await service.say('two', 3, { pod: 'c', podUid: 'c' })
  const { done, progress } = await rebuild(new AbortController().signal)
  expect(done).toBe(4)
  expect(progress.at(-1)).toEqual([4, 4])
  const records = await service.store.rows({
    sql: raw(
      'SELECT toString(tenant) AS tenant, uid, count() AS rows FROM pod_revisions GROUP BY tenant, uid ORDER BY tenant, uid',
    ),
  })
  expect(records).toEqual(
    [
      ['one', 'a'],
      ['one', 'b'],
      ['two', 'a'],
      ['two', 'c'],
    ].map(([tenant, uid]) => ({ tenant, uid, rows: '1' })),
  )
})

test('one that is stopped says how far it came, whatever statement was under way', async () => {
  const stopping = new AbortController()
  const stopped = rebuild(stopping.signal)
  stopping.abort()
  expect(await stopped).toEqual({ done: 0, progress: [] })
})
