// A pod that died with very many lines: lists have it in time, with an estimate, and its exact number once it is
// counted.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { smallPodLinesMax } from '#projector/count-lines/small-pods.ts'
import { project, type ProjectedPod } from '#projector/project.ts'
import { ended, pod, running, status } from '#test/support/pod-shapes.ts'
import { openPodsService, type PodsService } from '#test/support/pods-service.ts'
import { openRecordProjector } from '#test/support/record-projector.ts'

let service: PodsService
beforeAll(async () => void (service = await openPodsService()))
afterAll(() => service[Symbol.asyncDispose]())

const named = (uid: string, change: Parameters<typeof pod>[0], version: number) =>
  pod((object) => {
    change(object)
    Object.assign(object['metadata'], { uid, name: uid })
  }, version)

interface Row {
  name: string
  lines: number
  linesExact: boolean
  outcome: string
}
const rowsOf = async (tenant: string): Promise<Record<string, Row>> => {
  const { body } = await service.get(tenant, '/v1/pods')
  return Object.fromEntries((body['pods'] as Row[]).map((row) => [row.name, row]))
}
const versionsOf = async (uid: string): Promise<number[]> => {
  const rows = await service.store.rows<{ version: number }>({
    sql: raw(`SELECT rules_version AS version FROM pod_revisions WHERE uid = '${uid}' ORDER BY revision`),
  })
  return rows.map(({ version }) => version)
}

test('its death is in lists after one pass, which counts none of its lines', { timeout: 60_000 }, async () => {
  await service.say('large', 7_000, {
    pod: 'large',
    podUid: 'large',
    restart: 0,
    containerId: 'containerd://aa',
    clock: '10:00:00',
  })
  await service.say('large', 5, { pod: 'small', podUid: 'small', restart: 0, containerId: 'containerd://aa', clock: '10:00:00' })
  await service.tell('large', named('large', status(ended(1), 'Failed'), 1), named('small', status(ended(1), 'Failed'), 1))
  const projector = await openRecordProjector(service.store)
  await expect.poll(() => projector.pass(), { timeout: 20_000 }).toBeGreaterThan(0)
  const first = await rowsOf('large')
  expect(first['small']).toMatchObject({ lines: 5, linesExact: true })
  expect(first['large']).toMatchObject({ linesExact: false, outcome: first['small']!.outcome })
  expect(Math.abs(first['large']!.lines - 7_000)).toBeLessThan(500)
  // A process that ends now leaves a record that counts as one of older rules.
  expect((await versionsOf('large'))[0]).toBe(0)

  await projector.catchUp()
  expect((await rowsOf('large'))['large']).toMatchObject({ lines: 7_000, linesExact: true })
  expect((await versionsOf('large')).at(-1)).toBeGreaterThan(0)
})

test('the page of the pod counts its lines, whatever its record says', { timeout: 60_000 }, async () => {
  await service.say('page', 7_000, {
    pod: 'page',
    podUid: 'page',
    restart: 0,
    containerId: 'containerd://aa',
    clock: '10:00:00',
  })
  await service.tell('page', named('page', status(running(), 'Running'), 1))
  await service.tell('page', named('page', status(ended(0), 'Succeeded'), 2))
  const projector = await openRecordProjector(service.store)
  await expect.poll(() => projector.pass(), { timeout: 20_000 }).toBeGreaterThan(0)
  const { body } = await service.get('page', '/v1/pods/page')
  expect(body).toMatchObject({ lines: 7_000, linesExact: true })
})

test('a pod that was never counted is not taken for one that is counted again', { timeout: 60_000 }, async () => {
  const place = { pod: 'late', podUid: 'late', restart: 0, containerId: 'containerd://aa' }
  const reading = createReading({ store: service.store, limits: {} })
  const projected = async (): Promise<ProjectedPod> =>
    (await project(reading, 'late', ['late'], { countedLinesMax: smallPodLinesMax })).pods[0]!
  await service.say('late', 3, { ...place, clock: '10:00:00' })
  await service.tell('late', named('late', status(ended(1), 'Failed'), 1))
  await (await openRecordProjector(service.store)).catchUp()
  expect(await projected()).toMatchObject({ isLarge: false })

  // Its lines come after its death was projected.
  await service.say('late', 7_000, { ...place, clock: '10:00:01' })
  expect(await projected()).toMatchObject({ isLarge: true, wasCounted: undefined })
  await (await openRecordProjector(service.store)).catchUp()
  await service.say('late', 5, { ...place, clock: '10:20:00' })
  expect(await projected()).toMatchObject({ isLarge: true, wasCounted: true })

  await service.tell('late', named('late', status({ ...running('10:40:00'), restartCount: 1, lastState: ended(1).state }), 2))
  await (await openRecordProjector(service.store)).catchUp()
  await service.tell('late', named('late', status({ ...ended(1, '10:50:00'), restartCount: 1, lastState: ended(1).state }), 3))
  expect(await projected()).toMatchObject({ wasCounted: false })
})
