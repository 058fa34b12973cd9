// GET /v1/deaths: every life that ended badly, newest first, and by fingerprint; with the error that it said last, also
// after its lines have expired.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'
import { ended, lineOf, podOf, running } from '#test/support/two-lives.ts'

interface Death {
  pod: string
  podUid: string
  container: string
  restart: number | null
  diedAt: string
  outcome: string
  reason: string
  exitCode: number | null
  lastError: string | null
  frames: string[]
  fingerprint: string
}
interface Group {
  fingerprint: string
  title: string
  count: number
  pods: number
  owners: string[]
  firstSeen: string
  lastSeen: string
  lastError: string | null
  example: Death
  buckets: { time: string; count: number }[]
}

let service: ProjectorService
const error = { severity: 'error' }
const trace = (id: number) => [
  `java.lang.IllegalStateException: cart ${id} is locked`,
  `\tat com.shop.Cart.lock(Cart.java:${id})`,
]

beforeAll(async () => {
  service = await openProjectorService()
  // Two pods die of one fault, one of them twice; one dies of another.
  for (const [i, uid] of ['one', 'two', 'third'].entries()) {
    const lines = [0, 1].flatMap((restart) =>
      (i < 2 ? trace(17 * (i + 1) + restart) : ['disk is full', '\tnothing']).map((text, k) =>
        lineOf(uid, `09:0${restart ? 9 : 4}:0${k}`, text, { podUid: uid, restart, ...(k === 0 ? error : {}) }),
      ),
    )
    await service.say(lines)
    const first = ended(uid, 0, '09:00:00', '09:05:00')
    await service.tell(
      i === 0
        ? podOf(uid, 1, [ended(uid, 1, '09:06:00', '09:10:00'), first], { version: 2, labels: { app: 'cart' } })
        : podOf(uid, 1, [running('09:06:00'), first], { version: 2 }),
    )
  }
  await service.project()
})
afterAll(() => service[Symbol.asyncDispose]())

async function get<T>(path: string): Promise<T> {
  const { status, body } = await service.request('GET', path)
  expect([status, body]).toEqual([200, expect.anything()])
  return body as T
}
const deaths = async (query = '') => get<{ deaths: Death[]; next: string | null }>(`/v1/deaths?${query}`)
const groups = async (query = '') => (await get<{ groups: Group[] }>(`/v1/deaths?group=fingerprint&${query}`)).groups

test.each(['', 'group=fingerprint&'])('an empty answer says what was never there: %s', async (form) => {
  const { hints } = await get<{ hints: unknown }>(`/v1/deaths?${form}namespace=nope`)
  expect(hints).toEqual([{ parameter: 'namespace', message: expect.stringContaining('no pod ever had the namespace') }])
})

describe('the list', () => {
  test('has each life that ended badly, newest first, with its last error', async () => {
    const { deaths: all, next } = await deaths()
    expect(all.map(({ podUid, restart }) => [podUid, restart])).toEqual([
      ['one', 1],
      ['two', 0],
      ['third', 0],
      ['one', 0],
    ])
    expect(next).toBeNull()
    expect(all[0]).toMatchObject({
      outcome: 'crashed',
      diedAt: '2026-11-23T09:10:00.000000000Z',
      lastError: 'java.lang.IllegalStateException: cart 18 is locked',
      frames: ['com.shop.Cart.lock'],
    })
  })

  test('comes in pages that have each death once', async () => {
    const visited: string[] = []
    for (let cursor = ''; ;) {
      const { deaths: page, next } = await deaths(`limit=1${cursor}`)
      visited.push(...page.map(({ podUid, restart }) => `${podUid} ${restart}`))
      if (next === null) break
      cursor = `&cursor=${next}`
    }
    expect(visited).toEqual(['one 1', 'two 0', 'third 0', 'one 0'])
  })

  test.each([
    ['name=pod-one', 0],
    ['uid=third', 1],
    ['outcome=crashed', 4],
    ['outcome=OOMKilled', 0],
    ['label=app%3Dcart', 2],
    ['label=app', 2],
    ['label=app%3Dweb', 0],
    ['container=nope', 0],
    ['from=2026-11-23T09:10:00Z', 1],
    ['to=2026-11-23T09:10:00Z', 3],
    ['node=nowhere', 0],
    ['owner=Deployment/nowhere', 0],
    ['image=nowhere', 0],
  ])('?%s has %i', async (query, count) => {
    expect((await deaths(query)).deaths).toHaveLength(count)
  })

  test.each([
    ['outcome=running', 'outcome'],
    ['fingerprint=x', 'fingerprint'],
    ['group=pod', 'group'],
    ['step=1h', 'step'],
    ['cursor=abc', 'cursor'],
    ['group=fingerprint&cursor=abc', 'cursor'],
    ['group=fingerprint&step=1ms', 'step'],
    ['limit=0', 'limit'],
    ['nothing=1', 'nothing'],
  ])('?%s is refused with its parameter', async (query, parameter) => {
    const { status, body } = await service.request('GET', `/v1/deaths?${query}`)
    expect([status, (body as { parameter: string }).parameter]).toEqual([400, parameter])
  })
})

describe('by fingerprint', () => {
  test('deaths of one fault are one group, most frequent first', async () => {
    const found = await groups('step=10m')
    expect(found.map(({ title, count, pods }) => [title, count, pods])).toEqual([
      ['Error (1): java.lang.IllegalStateException: cart <_> is locked at com.shop.Cart.lock', 3, 2],
      ['Error (1): disk is full', 1, 1],
    ])
    expect(found[0]).toMatchObject({
      firstSeen: '2026-11-23T09:05:00.000000000Z',
      lastSeen: '2026-11-23T09:10:00.000000000Z',
      lastError: 'java.lang.IllegalStateException: cart 18 is locked',
      example: { podUid: 'one', restart: 1 },
      buckets: [
        { time: '2026-11-23T09:00:00.000000000Z', count: 2 },
        { time: '2026-11-23T09:10:00.000000000Z', count: 1 },
      ],
    })
    const { deaths: own } = await deaths(`fingerprint=${found[0]!.fingerprint}`)
    expect(own.map(({ podUid }) => podUid)).toEqual(['one', 'two', 'one'])
  })

  test('a fault keeps its fingerprint after its lines have expired and its pod was projected again', async () => {
    const before = await groups()
    await service.store.command({ sql: raw('TRUNCATE TABLE logs') })
    await service.tell(
      podOf('one', 1, [ended('one', 1, '09:06:00', '09:10:00'), ended('one', 0, '09:00:00', '09:05:00')], {
        version: 3,
        labels: { app: 'cart' },
      }),
    )
    await service.project()
    expect(await groups()).toEqual(before)
  })
})
