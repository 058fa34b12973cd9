// GET /v1/pods/{uid}: what it has beyond the pod of the list.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { podAnswer } from '#query/pods/pods-schema.ts'
import { fixture } from '#test/support/kubernetes.ts'
import { openPodsService, uid, type PodsService } from '#test/support/pods-service.ts'

let service: PodsService
const { tell, say, get, list } = {
  tell: (...args: Parameters<PodsService['tell']>) => service.tell(...args),
  say: (...args: Parameters<PodsService['say']>) => service.say(...args),
  get: (...args: Parameters<PodsService['get']>) => service.get(...args),
  list: (...args: Parameters<PodsService['list']>) => service.list(...args),
}
beforeAll(async () => {
  service = await openPodsService()
})
afterAll(async () => {
  await service?.[Symbol.asyncDispose]()
})

describe('one pod', () => {
  const tenant = 'one'
  beforeAll(async () => {
    await tell(
      tenant,
      fixture('watch-deleted-healthy'),
      fixture('event-killing'),
      fixture('pod-replacement'),
      fixture('event-v1-scheduled'),
    )
    await say(tenant, 2, { pod: 'web-0', podUid: uid(7), restart: 0, clock: '10:30:20' })
  })

  test('adds events, labels, image digests and the replacement to the pod of the list', async () => {
    const [, listed] = await list(tenant)
    const { status, body } = await get(tenant, `/v1/pods/${uid(7)}`)
    expect(status).toBe(200)
    podAnswer.parse(body)
    const [container] = listed!['containers']
    const [life] = container.lives
    expect(body).toEqual({
      ...listed,
      cause: 'deleted at 10:30:00 UTC while it ran; app ended with exit code 143, SIGTERM at 10:30:21 UTC',
      evidence: expect.arrayContaining([
        { kind: 'event', time: '2026-11-23T10:30:00.000000000Z', text: 'Killing: Stopping container app' },
      ]),
      containers: [
        {
          ...container,
          lives: [
            {
              ...life,
              kind: 'container',
              cause: expect.stringMatching(/^app was killed by SIGTERM \(exit code 143\) at 10:30:21 UTC, with its pod: deleted/),
              evidence: [expect.objectContaining({ kind: 'container-status', time: '2026-11-23T10:30:21.000000000Z' })],
              image: 'registry.example/shop/app:1.4.2',
              imageDigest: `sha256:${'47'.repeat(32)}`,
              bytes: 12,
              errors: 0,
            },
          ],
        },
      ],
      ip: '10.244.1.17',
      labels: { app: 'web', 'statefulset.kubernetes.io/pod-name': 'web-0' },
      annotations: {},
      imageDigests: { app: `sha256:${'47'.repeat(32)}` },
      events: [
        {
          type: 'Normal',
          reason: 'Killing',
          message: 'Stopping container app',
          count: 1,
          firstTime: '2026-11-23T10:30:00.000000000Z',
          lastTime: '2026-11-23T10:30:00.000000000Z',
          container: 'app',
          component: 'kubelet',
          host: 'node-7',
        },
      ],
      replacement: { uid: uid(8), name: 'web-0', node: 'node-8', startedAt: '2026-11-23T10:30:24.000000000Z' },
    })
    expect(listed).toMatchObject({
      outcome: 'deleted',
      diedAt: '2026-11-23T10:30:21.000000000Z',
      containers: [{ lives: [{ outcome: 'deleted', exitCode: 143, lines: 2 }] }],
    })
  })

  test('a pod that lives has no replacement', async () => {
    expect((await get(tenant, `/v1/pods/${uid(8)}`)).body).toMatchObject({
      outcome: 'running',
      diedAt: null,
      replacement: null,
      events: [{ reason: 'Scheduled' }],
    })
  })

  test('an unknown uid is 404, an unknown parameter 400', async () => {
    expect((await get(tenant, '/v1/pods/nobody')).status).toBe(404)
    expect((await get(tenant, '/v1/pods/unresolved%3Ax%2Fy%2Fz')).status).toBe(404)
    expect(await get(tenant, `/v1/pods/${uid(7)}?x=1`)).toMatchObject({ status: 400, body: { parameter: 'x' } })
  })
})
