// GET /v1/deaths?with=lives,replacement: each death of a page with the lives of its container and the pod that came
// next, from one statement each for the whole page; they are those that GET /v1/pods/{uid} has.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deadPod } from '#test/support/dead-pods.ts'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'

interface Life {
  restart: number | null
  startedAt: string | null
  endedAt: string | null
  outcome: string
  exitCode: number | null
}
interface Death {
  podUid: string
  restart: number | null
  lives?: Life[]
  earlierLives?: number
  replacement?: { podUid: string; pod: string } | null
}

const clock = (minute: number) =>
  `${String(9 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00`
const manyLives = Array.from({ length: 25 }, (_, i): readonly [string, string, number] => [clock(2 * i), clock(2 * i + 1), 1])

let service: ProjectorService

beforeAll(async () => {
  service = await openProjectorService()
  const [cart, db, agent] = [{ owner: 'Deployment/cart' }, { owner: 'StatefulSet/db' }, { owner: 'DaemonSet/agent' }]
  await service.tell(
    ...deadPod({ uid: 'cart-1', ...cart, lives: [['09:00:00', '09:05:00', 1]] }),
    // Two of the same second.
    ...deadPod({ uid: 'cart-3', ...cart, lives: [['09:05:00']] }),
    ...deadPod({ uid: 'cart-2', ...cart, lives: [['09:05:00', '09:20:00', 137]] }),
    ...deadPod({ uid: 'cart-4', ...cart, lives: [['09:30:00']] }),
    // Replaced in the second of their births.
    ...deadPod({ uid: 'burst-1', owner: 'Deployment/burst', lives: [['09:00:00', '09:00:00', 1]] }),
    ...deadPod({ uid: 'burst-2', owner: 'Deployment/burst', lives: [['09:00:02', '09:00:02', 1]] }),
    ...deadPod({ uid: 'db-old', name: 'db-0', ...db, lives: [['09:00:00', '09:05:00', 1]] }),
    ...deadPod({ uid: 'db-other', name: 'db-1', ...db, lives: [['09:06:00']] }),
    ...deadPod({ uid: 'db-new', name: 'db-0', ...db, lives: [['09:07:00']] }),
    ...deadPod({ uid: 'agent-n1', ...agent, lives: [['09:00:00', '09:05:00', 1]] }),
    ...deadPod({ uid: 'agent-n2', ...agent, node: 'n2', lives: [['09:06:00']] }),
    ...deadPod({ uid: 'agent-n1b', ...agent, lives: [['09:08:00']] }),
    ...deadPod({ uid: 'other-ns', namespace: 'data', ...cart, lives: [['09:40:00']] }),
    ...deadPod({ uid: 'alone', lives: [['09:00:00', '09:05:00', 1]] }),
    ...deadPod({ uid: 'looping', lives: manyLives }),
  )
  await service.project()
})
afterAll(() => service[Symbol.asyncDispose]())

async function deaths(query: string): Promise<Death[]> {
  const { status, body } = await service.request('GET', `/v1/deaths?${query}`)
  expect([status, body]).toEqual([200, expect.anything()])
  return (body as unknown as { deaths: Death[] }).deaths
}

test('a replacement is the next pod of the owner, of the same name or node where the owner keeps those', async () => {
  const replacements = new Map((await deaths('with=replacement')).map(({ podUid, replacement }) => [podUid, replacement?.podUid]))
  expect(Object.fromEntries(replacements)).toEqual({
    'cart-1': 'cart-2',
    'cart-2': 'cart-4',
    'burst-1': 'burst-2',
    'burst-2': undefined,
    'db-old': 'db-new',
    'agent-n1': 'agent-n1b',
    alone: undefined,
    looping: undefined,
  })
})

test('it is the one that the pod itself has', async () => {
  for (const { podUid, replacement } of await deaths('with=replacement&with=lives')) {
    const { body } = await service.request('GET', `/v1/pods/${podUid}`)
    const own = body['replacement'] as { uid: string; name: string } | null
    expect([podUid, replacement]).toEqual([podUid, own === null ? null : { podUid: own.uid, pod: own.name }])
  }
})

test('lives are those of the container, oldest first', async () => {
  const [death] = await deaths('with=lives&uid=cart-1')
  expect(death).toMatchObject({
    earlierLives: 0,
    lives: [
      {
        restart: 0,
        startedAt: '2026-11-23T09:00:00.000000000Z',
        endedAt: '2026-11-23T09:05:00.000000000Z',
        outcome: 'crashed',
        exitCode: 1,
      },
    ],
  })
  expect(death).not.toHaveProperty('replacement')
})

test('of many lives the last 20 are there, and how many were before', async () => {
  const all = await deaths('with=lives,replacement&uid=looping')
  expect(all).toHaveLength(25)
  for (const { lives, earlierLives } of all) {
    expect([lives!.length, earlierLives]).toEqual([20, 5])
    expect(lives!.map(({ restart }) => restart)).toEqual(Array.from({ length: 20 }, (_, i) => i + 5))
  }
})

test('pages go on whatever they have beside', async () => {
  const { body } = await service.request('GET', '/v1/deaths?limit=1&with=lives')
  const { status } = await service.request('GET', `/v1/deaths?limit=1&cursor=${String(body['next'])}`)
  expect(status).toBe(200)
  expect((await deaths('limit=1'))[0]).not.toHaveProperty('lives')
})

test.each([
  'with=',
  'with=pods',
  'with=lives,',
  'with=lives;replacement',
  `with=${'lives,'.repeat(50)}`,
  'group=fingerprint&with=lives',
])('?%s is refused with its parameter', async (query) => {
  const { status, body } = await service.request('GET', `/v1/deaths?${query}`)
  expect([status, (body as { parameter: string }).parameter]).toEqual([400, 'with'])
})
