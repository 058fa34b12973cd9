// GET /v1/deaths/histogram and /v1/deaths/facets: what they count is what the list has.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deadPod } from '#test/support/dead-pods.ts'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'

interface Histogram {
  step: string
  buckets: { time: string; total: number; byOutcome: Record<string, number> }[]
  hints?: unknown
}
type Facets = Record<string, { values: { value: string; count: number }[]; total: number }>

let service: ProjectorService

beforeAll(async () => {
  service = await openProjectorService()
  await service.tell(
    ...deadPod({
      uid: 'cart-one',
      owner: 'Deployment/cart',
      image: 'registry.example/cart:1',
      lives: [['09:00:00', '09:05:00', 1], ['09:06:00', '09:10:00', 137], ['09:11:00']],
    }),
    ...deadPod({
      uid: 'cart-two',
      owner: 'Deployment/cart',
      node: 'n2',
      image: 'registry.example/cart:2',
      lives: [['09:00:00', '09:31:00', 1]],
    }),
    ...deadPod({
      uid: 'db-one',
      namespace: 'data',
      owner: 'StatefulSet/db',
      node: 'n2',
      container: 'db',
      lives: [['09:00:00', '09:33:00', 137]],
    }),
    ...deadPod({ uid: 'alone', lives: [['09:00:00', '09:45:00', 2]] }),
    ...deadPod({ uid: 'well', lives: [['09:00:00', '09:45:00', 0]] }),
  )
  await service.project()
})
afterAll(() => service[Symbol.asyncDispose]())

async function get<T>(path: string): Promise<T> {
  const { status, body } = await service.request('GET', path)
  expect([status, body]).toEqual([200, expect.anything()])
  return body as T
}
const count = async (query: string) => (await get<{ deaths: object[] }>(`/v1/deaths?${query}`)).deaths.length
const facetsOf = async (query = '') => (await get<{ facets: Facets }>(`/v1/deaths/facets?${query}`)).facets

const filters = [
  '',
  'namespace=data',
  'owner=Deployment/cart',
  'owner=cart&node=n2',
  'node=n2&outcome=oomkilled',
  'image=registry.example/cart',
  'label=app%3Dcart',
  'container=db&namespace=data&node=n2',
  'from=2026-11-23T09:10:00Z&to=2026-11-23T09:33:00Z',
  'namespace=shop&namespace=data&outcome=crashed&outcome=oomkilled',
]

describe('the histogram', () => {
  test('counts deaths by outcome in ascending buckets, those without a death too', async () => {
    const { step, buckets } = await get<Histogram>('/v1/deaths/histogram?step=10m')
    expect(step).toBe('10m')
    expect(buckets.map(({ time, total, byOutcome }) => [time.slice(11, 16), total, byOutcome])).toEqual([
      ['09:00', 1, { crashed: 1 }],
      ['09:10', 1, { oomkilled: 1 }],
      ['09:20', 0, {}],
      ['09:30', 2, { crashed: 1, oomkilled: 1 }],
      ['09:40', 1, { crashed: 1 }],
    ])
  })

  test('chooses a round step that makes up to 100 buckets', async () => {
    const { step, buckets } = await get<Histogram>('/v1/deaths/histogram')
    expect([step, buckets.length]).toEqual(['30s', 81])
    expect((await get<Histogram>('/v1/deaths/histogram?from=2026-11-20T00:00:00Z&to=2026-11-30T00:00:00Z')).step).toBe('3h')
  })

  test.each(filters)('has as many deaths as the list: ?%s', async (query) => {
    const { buckets } = await get<Histogram>(`/v1/deaths/histogram?${query}`)
    expect(buckets.reduce((sum, { total }) => sum + total, 0)).toBe(await count(query))
  })

  test('says what was never there where it is empty', async () => {
    const { buckets, hints } = await get<Histogram>('/v1/deaths/histogram?namespace=nope')
    expect([buckets, hints]).toEqual([[], [{ parameter: 'namespace', message: expect.stringContaining('no pod ever had') }]])
  })
})

describe('facets', () => {
  test('leave their own filter aside, so that the alternatives stay visible', async () => {
    const facets = await facetsOf('node=n2&outcome=oomkilled')
    expect(facets['node']).toEqual({
      values: [
        { value: 'n1', count: 1 },
        { value: 'n2', count: 1 },
      ],
      total: 2,
    })
    expect(facets['outcome']).toEqual({
      values: [
        { value: 'crashed', count: 1 },
        { value: 'oomkilled', count: 1 },
      ],
      total: 2,
    })
    expect(facets['namespace']).toEqual({ values: [{ value: 'data', count: 1 }], total: 1 })
  })

  test('have the most frequent values first, and say how many there are', async () => {
    const facets = await facetsOf('limit=1')
    expect(facets['owner']).toEqual({ values: [{ value: 'Deployment/cart', count: 3 }], total: 2 })
    expect(facets['image']!.values).toEqual([{ value: 'app:1', count: 2 }])
    expect(facets['image']!.total).toBe(3)
  })

  test.each(filters)('each count is what the list has with that value: ?%s', async (query) => {
    const facets = await facetsOf(query)
    expect(Object.keys(facets).toSorted()).toEqual(['container', 'image', 'namespace', 'node', 'outcome', 'owner'])
    for (const [name, { values, total }] of Object.entries(facets)) {
      expect(total).toBe(values.length)
      for (const { value, count: counted } of values) {
        const chosen = new URLSearchParams(query)
        chosen.delete(name)
        chosen.append(name, value)
        expect([name, value, counted]).toEqual([name, value, await count(chosen.toString())])
      }
    }
  })
})

test.each([
  ['histogram?step=1ms', 'step'],
  ['histogram?step=5m&from=1970-01-01T00:00:00Z&to=2105-01-01T00:00:00Z', 'step'],
  ['histogram?step=1h&step=2h', 'step'],
  ['histogram?limit=5', 'limit'],
  ['histogram?group=fingerprint', 'group'],
  ['histogram?from=now&to=-1h', 'to'],
  ['histogram?outcome=running', 'outcome'],
  ['facets?step=1h', 'step'],
  ['facets?limit=1001', 'limit'],
  ['facets?cursor=x', 'cursor'],
  ['facets?fingerprint=%27', 'fingerprint'],
])('%s is refused with its parameter', async (query, parameter) => {
  const { status, body } = await service.request('GET', `/v1/deaths/${query}`)
  expect([status, (body as { parameter: string }).parameter]).toEqual([400, parameter])
})
