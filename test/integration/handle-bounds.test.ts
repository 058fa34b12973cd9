// A pod has a bounded number of handles, however many labels it has or once had.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { trimHandles } from '#projector/retention/trim-handles.ts'
import { both, pod, running, status } from '#test/support/pod-shapes.ts'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'

let service: ProjectorService
beforeAll(async () => void (service = await openProjectorService()))
afterAll(() => service[Symbol.asyncDispose]())

const numberOf = async (what: string): Promise<number> =>
  (await service.store.rows<{ number: number }>({ sql: raw(`SELECT toFloat64(${what}) AS number`) }))[0]!.number
const lookupRows = (uid: string): Promise<number> =>
  numberOf(`(SELECT count() FROM pod_lookup FINAL WHERE uid = '${uid}' AND kind = 'label')`)
const storedHandles = (uid: string): Promise<number> =>
  numberOf(`(SELECT max(length(handles_first)) FROM pod_watermarks FINAL WHERE uid = '${uid}')`)
const names = async (query: string): Promise<string[]> =>
  (await service.request('GET', `/v1/pods?${query}`)).body['pods'].map(({ uid }: { uid: string }) => uid)

const labelled = (uid: string, labels: Record<string, string>): object =>
  pod(
    both(status(running()), (object) => void Object.assign(object['metadata'], { uid, name: uid, labels })),
    2,
  )

test('an object with 100,000 labels is found by the first 300', async () => {
  const labels = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`k${String(i).padStart(6, '0')}`, 'v']))
  await service.tell(labelled('wide', labels))
  await service.project()
  // The first 300 of the object, and 300 of those that it ever had.
  expect(await lookupRows('wide')).toBeLessThanOrEqual(600)
  expect(await names('label=k000299%3Dv')).toEqual(['wide'])
  expect(await names('label=k000300%3Dv')).toEqual([])
  const { body } = await service.request('GET', '/v1/pods/wide')
  expect(Object.keys(body['labels'])).toHaveLength(100_000)
})

test('of 10,000 versions with a label each, the last 300 labels find the pod, and the others are deleted', async () => {
  await service.tell(labelled('restless', { v: 'now' }))
  await service.store.command({
    sql: raw(`INSERT INTO pods (tenant, cluster, namespace, name, uid, version, labels, status_at)
      SELECT tenant, cluster, namespace, name, uid, 1, map('v', toString(number)), status_at - INTERVAL 20000 - number SECOND
      FROM (SELECT * FROM pods FINAL WHERE uid = 'restless') AS newest, numbers(10000) AS numbers`),
  })
  const expected = async (): Promise<void> => {
    await service.project('anew')
    expect(await lookupRows('restless')).toBeLessThanOrEqual(301)
    expect(await names('label=v%3Dnow')).toEqual(['restless'])
    expect(await names('label=v%3D9999')).toEqual(['restless'])
    expect(await names('label=v%3D1')).toEqual([])
  }
  await service.store.command({ sql: raw('OPTIMIZE TABLE pod_watermarks FINAL') })
  expect(await storedHandles('restless')).toBeGreaterThan(10_000)
  await expected()
  await trimHandles({ store: service.store, reading: createReading({ store: service.store, limits: {} }) })
  await expect.poll(() => storedHandles('restless'), { timeout: 30_000 }).toBe(300)
  await service.store.command({ sql: raw('TRUNCATE TABLE pod_revisions') })
  await expected()
})
