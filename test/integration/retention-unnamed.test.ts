// Lines of a class that no rule names stay until an operator says what becomes of them; and a dry run names the
// namespaces whose stored lines a change drops.
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLiveRetention } from '#shared/retention/live-retention.ts'
import { parseLastWords, parseRetention } from '#shared/retention/retention.ts'
import { retentionAnswer, retentionChange } from '#query/retention/retention-schema.ts'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'

const dayMs = 86_400_000
const line = (service: ProjectorService, namespace: string, daysAgo: number, message = 'a line'): object => ({
  time: new Date(service.clock.now - daysAgo * dayMs).toISOString(),
  namespace,
  pod: `${namespace}-0`,
  podUid: namespace,
  container: 'app',
  restart: 0,
  message,
})
const logs: { msg: string }[] = []
const log = pino({}, { write: (text) => logs.push(JSON.parse(text) as { msg: string }) })

describe('a rule of the environment that is left out at the next start', () => {
  let service: ProjectorService
  beforeAll(async () => {
    // The rules of the start before: these filed the lines.
    const before = { rules: parseRetention('default=90d,keep=365d,gone=300d'), lastWords: parseLastWords('') }
    service = await openProjectorService({ rules: 'default=14d', log })
    await using retention = await createLiveRetention({
      store: service.store,
      environment: before,
      log,
      clock: () => service.clock.now,
    })
    for (const namespace of ['keep', 'gone', 'shop'])
      await service.say([line(service, namespace, 60)], service.clock.now, retention)
  })
  afterAll(() => service[Symbol.asyncDispose]())
  const put = (body: object, query = '') => service.request('PUT', `/v1/retention${query}`, body, '127.0.0.1')
  const classes = async (): Promise<string[]> =>
    ((await service.request('GET', '/v1/retention')).body['stored'] as { class: string }[]).map((one) => one.class)

  test('leaves its lines where they are, and it is said everywhere', async () => {
    expect(await service.expire()).toMatchObject([{ class: 'default' }])
    const { body } = await service.request('GET', '/v1/retention')
    expect(retentionAnswer.parse(body)).toEqual(body)
    expect(body['unnamed']).toMatchObject([{ class: 'gone' }, { class: 'keep', text: /no rule names keep/ }].map(asPattern))
    expect(body['overdue']).toMatchObject(
      [{ class: 'gone' }, { class: 'keep', reason: /no rule names keep/, nextTry: null }].map(asPattern),
    )
    expect(await service.expire()).toEqual([])
    expect(logs.filter(({ msg }) => msg.includes('class keep do not expire'))).toHaveLength(1)
  })

  test('a PUT that does not speak of them leaves them as well', async () => {
    const { body } = await put({ rules: { default: '10d' } })
    expect(retentionChange.parse(body)).toEqual(body)
    const effect = (body['effect'].stored as { class: string }[]).find((one) => one.class === 'keep')
    expect(effect).toMatchObject({ before: 'unlimited', after: 'unlimited', expireNow: { partitions: 0 } })
    service.clock.now += 5000
    expect(await service.expire()).toEqual([])
    expect(await classes()).toEqual(['gone', 'keep'])
  })

  test('a PUT that names a class settles it', async () => {
    const dry = await service.request('PUT', '/v1/retention?dryRun=true', { rules: { default: '10d', keep: '30d' } })
    expect(dry.body['effect']).toMatchObject({
      confirm: expect.stringMatching(/^[0-9a-f]{12}$/) as string,
      namespaces: [{ namespace: 'keep', class: 'keep', rows: 2, days: 1 }],
      namespacesComplete: true,
    })
    await put({ rules: { default: '10d', keep: '30d' } })
    service.clock.now += 5000
    expect(await service.expire()).toMatchObject([{ class: 'keep' }])
  })

  test('so does a PUT that leaves all of them to default, for later starts too', async () => {
    expect((await put({ rules: { default: '10d' }, unnamed: 'all' })).body).toMatchObject({ parameter: 'unnamed' })
    const { body } = await put({ rules: { default: '70d', keep: '30d' }, unnamed: 'default' })
    expect(body['unnamed']).toEqual([])
    service.clock.now += 5000
    expect(await service.expire()).toEqual([])
    await put({ rules: { default: '10d' } })
    service.clock.now += 5000
    expect(await service.expire()).toMatchObject([{ class: 'gone' }])
  })
})

const asPattern = (one: Record<string, unknown>): object =>
  Object.fromEntries(
    Object.entries(one).map(([key, value]) => [key, value instanceof RegExp ? (expect.stringMatching(value) as unknown) : value]),
  )

test('a dry run names each namespace that loses lines, also one that the same change protects from then on', async () => {
  await using service = await openProjectorService({ rules: 'default=3650d' })
  await service.say([
    line(service, 'pay', 4, 'an invoice'),
    ...[3, 4].map((days) => line(service, 'shop', days)),
    line(service, 'new', 1),
  ])
  const change = { rules: { default: '2d', pay: '90d' } }
  const { body } = await service.request('PUT', '/v1/retention?dryRun=true', change)
  expect(retentionChange.parse(body)).toEqual(body)
  expect(body['effect'].namespaces).toMatchObject([
    { namespace: 'shop', class: 'default', rows: 4, days: 2, firstDay: '2026-11-19', lastDay: '2026-11-20' },
    {
      namespace: 'pay',
      class: 'default',
      rows: 2,
      days: 1,
      text: 'lines of namespace pay in class default will be dropped, of 2026-11-19: the rule pay=90d is for new lines',
    },
  ])
  expect(body['effect'].namespacesComplete).toBe(true)
})
