// Lines of a life are counted once: those of a life that ended are not counted again because its pod changed, and those
// of one that runs are not counted beside their estimate.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createReading } from '#shared/store-reading/reading.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import { project } from '#projector/project.ts'
import { projectAndStore } from '#projector/project-and-store.ts'
import { openPodsService, uid, type PodsService } from '#test/support/pods-service.ts'

let service: PodsService
beforeEach(async () => void (service = await openPodsService()))
afterEach(() => service[Symbol.asyncDispose]())

const pod = { pod: 'cart', podUid: uid(1) }
const running = (restartCount: number) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    namespace: 'shop',
    name: 'cart',
    uid: uid(1),
    resourceVersion: `10${restartCount}`,
    creationTimestamp: '2026-11-23T08:59:00Z',
  },
  spec: { nodeName: 'n1', containers: [{ name: 'app', image: 'i' }] },
  status: {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'app',
        image: 'i',
        restartCount,
        containerID: `containerd://c${restartCount}`,
        state: { running: { startedAt: `2026-11-23T1${restartCount}:00:00Z` } },
        lastState: {
          terminated: {
            exitCode: 1,
            reason: 'Error',
            containerID: `containerd://c${restartCount - 1}`,
            startedAt: `2026-11-23T1${restartCount - 1}:00:00Z`,
            finishedAt: `2026-11-23T1${restartCount - 1}:30:00Z`,
          },
        },
      },
    ],
  },
})

/** The record, which is stored, and the statements that counting its lines takes. */
async function projected(reuseCounts: boolean): Promise<{ lines: number[]; exact: boolean[]; reads: number; record: PodRecord }> {
  let reads = 0
  const reading = createReading({ store: service.store, limits: {} })
  const counting = {
    ...reading,
    binary: (...statement: Parameters<typeof reading.binary>) => {
      reads++
      return reading.binary(...statement)
    },
  }
  await project(counting, 'default', [uid(1)], { reuseCounts })
  const { pods } = await projectAndStore(service.store, reading, 'default', [uid(1)], { reuseCounts })
  const { record } = pods[0]!
  return { lines: record.lives.map(({ lines }) => lines), exact: record.lives.map(({ linesExact }) => linesExact), reads, record }
}

test('of a pod that was restarted each life has its own lines, those of the running one estimated', async () => {
  await service.tell('default', running(1))
  await service.say('default', 5, { ...pod, restart: 0, clock: '10:05:00' })
  await service.say('default', 5, { ...pod, restart: 1, clock: '11:05:00' })
  expect(await projected(false)).toMatchObject({ lines: [5, 5], exact: [true, false] })
})

test('a life that ended is counted once, while its pod changes', async () => {
  await service.tell('default', running(1))
  await service.say('default', 5, { ...pod, restart: 0, clock: '10:05:00' })
  await service.say('default', 6, { ...pod, restart: 1, clock: '11:05:00' })
  const before = await projected(true)
  expect([before.lines, before.reads]).toEqual([[5, 6], 1])
  expect(await projected(true)).toMatchObject({ lines: [5, 6], exact: [true, false], reads: 0 })
  await service.tell('default', running(2))
  const after = await projected(true)
  expect([after.lines, after.exact, after.reads]).toEqual([[5, 6, 0], [true, true, false], 1])
  expect(after.record.lives.map(({ seal }) => seal?.lines)).toEqual([5, 6, 0])
  expect((await projected(false)).record.lives).toEqual(after.record.lives)
})

test('lines that come late for a life that ended are counted where they are asked for', async () => {
  await service.tell('default', running(1))
  await service.say('default', 5, { ...pod, restart: 0, clock: '10:05:00' })
  await projected(true)
  await service.say('default', 2, { ...pod, restart: 0, clock: '10:05:01' })
  expect((await projected(false)).lines[0]).toBe(7)
})
