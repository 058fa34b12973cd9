// GET and PUT /v1/retention: live, told before it happens, the same for every process and for every reading of a
// message.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLiveRetention } from '#shared/retention/live-retention.ts'
import { createLogger } from '#shared/logger.ts'
import { parseLastWords, parseRetention } from '#shared/retention/retention.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import { retentionAnswer, retentionChange } from '#query/retention/retention-schema.ts'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'

let service: ProjectorService
beforeAll(async () => {
  service = await openProjectorService({ rules: 'default=14d,kube-system=3d' })
})
afterAll(() => service[Symbol.asyncDispose]())

const dayMs = 86_400_000
const put = (body: object | string, query = '') => service.request('PUT', `/v1/retention${query}`, body)
const record = (message: string, more: object = {}): object => ({
  time: '2026-11-23T11:00:00.000000001Z',
  namespace: 'shop',
  pod: 'cart',
  podUid: 'u1',
  container: 'app',
  restart: 0,
  message,
  ...more,
})
const classes = async (): Promise<string[]> => {
  const rows = await service.store.rows<{ class: string }>({ sql: raw('SELECT DISTINCT class FROM logs ORDER BY class') })
  return rows.map((row) => row.class)
}

describe('what is wrong is refused by name, and changes nothing', () => {
  const rules = { default: '14d' }
  test.each([
    ['rules', {}],
    ['rules.default', { rules: {} }],
    ['rules.default', { rules: { default: '0d' } }],
    ['rules.default', { rules: { default: '-1d' } }],
    ['rules.default', { rules: { default: '101y' } }],
    ['rules.default', { rules: { default: '14' } }],
    ['rules.default', { rules: { default: 14 } }],
    ['rules', { rules: [] }],
    ['lastWords', { rules, lastWords: null }],
    ['rules.__proto__', '{"rules":{"default":"14d","__proto__":"3d"}}'],
    ['rules.default', '{"rules":{"default":"14d","default":"1d"}}'],
    ['lastWords.keep', '{"rules":{"default":"14d"},"lastWords":{"keep":"180d","keep":"1d"}}'],
    ['rules.kube-*', { rules: { ...rules, 'kube-*': '3d' } }],
    ['rules.last_words', { rules: { ...rules, last_words: '3d' } }],
    ['rules', { rules: { ...rules, ...Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`n${i}`, '1d'])) } }],
    ['lastWords.first', { rules, lastWords: { first: '0m' } }],
    ['lastWords.last', { rules, lastWords: { last: '25h' } }],
    ['lastWords.keep', { rules, lastWords: { keep: 'months' } }],
    ['lastWords.first', { rules, lastWords: { first: 5 } }],
    ['lastWords.kept', { rules, lastWords: { keep: '1y', kept: '1y' } }],
    ['default', { rules, default: '3d' }],
  ])('%s', async (parameter, body: object | string) => {
    const answer = await put(body)
    expect(answer).toMatchObject({ status: 400, body: { code: expect.stringMatching(/^invalid/) } })
    expect(answer.body['parameter']).toBe(parameter)
    expect(answer.body['detail']).not.toMatch(/Invalid input|expected/)
    expect((await service.request('GET', '/v1/retention')).body).toMatchObject({ source: 'environment', inForce: null })
  })

  test.each([['not JSON'], ['[]'], ['null']])('a body that is %j', async (body) => {
    const answer = await put(body)
    expect(answer.status).toBe(400)
    expect(answer.body['detail']).not.toMatch(/Invalid input/)
  })

  test('an unknown parameter', async () => {
    expect(await put({ rules }, '?dryrun=true')).toMatchObject({ status: 400, body: { parameter: 'dryrun' } })
  })
})

test('a dry run tells everything and changes nothing', async () => {
  await service.say([record('one'), record('two', { time: '2026-11-20T11:00:00Z' })])
  const { status, body } = await put({ rules: { default: '1d', shop: '90d' } }, '?dryRun=true')
  expect(status).toBe(200)
  expect(retentionChange.parse(body)).toEqual(body)
  const [effect] = body['effect'].stored as { expireNow: object; stay: object; text: string }[]
  expect(effect).toMatchObject({
    class: 'default',
    before: '14d',
    after: '1d',
    expireNow: { partitions: 1 },
    stay: { partitions: 1 },
    text: 'lines of class default are kept 1d, no longer 14d: 1 day of them, up to 2026-11-20, will be dropped; the next is dropped at 2026-11-25T00:00:00.000000000Z',
  })
  expect(body['effect'].new).toEqual([
    { namespace: 'default', before: { class: 'default', kept: '14d' }, after: { class: 'default', kept: '1d' } },
    { namespace: 'kube-system', before: { class: 'kube-system', kept: '3d' }, after: { class: 'default', kept: '1d' } },
    { namespace: 'shop', before: { class: 'default', kept: '14d' }, after: { class: 'shop', kept: '90d' } },
  ])
  const { body: now } = await service.request('GET', '/v1/retention')
  expect(retentionAnswer.parse(now)).toEqual(now)
  expect(now).toMatchObject({ source: 'environment', rules: { default: '14d', 'kube-system': '3d' } })
})

describe('what keeps stored lines for less time than before', () => {
  const shorter = { rules: { default: '1d' } }
  const confirmation = async (body: object): Promise<string> =>
    ((await put(body, '?dryRun=true')).body['effect'] as { confirm: string }).confirm

  test('is refused with what it would drop and what to do, and changes nothing', async () => {
    const { status, body } = await put(shorter)
    expect([status, body['code'], body['parameter']]).toEqual([409, 'not-confirmed', 'confirm'])
    expect(body['detail']).toContain('lines of class default are kept 1d, no longer 14d: 1 day of them, up to 2026-11-20,')
    expect(body['detail']).toContain('dryRun=true')
    expect((await service.request('GET', '/v1/retention')).body).toMatchObject({ source: 'environment', inForce: null })
  })

  test('is refused with the confirmation of another change, and of what would drop other days', async () => {
    const other = await confirmation({ rules: { default: '2d' } })
    expect((await put(shorter, `?confirm=${other}`)).status).toBe(409)
    const today = await confirmation(shorter)
    service.clock.now += 2 * dayMs
    expect((await put(shorter, `?confirm=${today}`)).status).toBe(409)
    service.clock.now -= 2 * dayMs
  })

  test('needs no confirmation where it is for new lines alone, or keeps them longer', async () => {
    for (const rules of [{ default: '14d', shop: '1d' }, { default: '15d' }])
      expect((await put({ rules }, '?dryRun=true')).body['effect']).toMatchObject({ confirm: null })
  })

  test.each(['', 'yes', '123456789'])('a confirmation that is %j is 400', async (confirm) => {
    expect(await put(shorter, `?confirm=${confirm}`)).toMatchObject({ status: 400, body: { parameter: 'confirm' } })
  })
})

describe('a change', () => {
  let changedMs: number
  beforeAll(async () => {
    changedMs = service.clock.now
    const { status, body } = await put({ rules: { default: '14d', shop: '90d' }, lastWords: { keep: '1y' } })
    expect([status, body['source'], body['inForce']]).toEqual([200, 'put', '2026-11-23T12:00:05.000000000Z'])
  })

  test('is for lines that arrive five seconds later, of what was not named nothing changes', async () => {
    await service.say([record('before')])
    expect(await classes()).toEqual(['default'])
    service.clock.now += 5000
    await service.say([record('after')])
    expect(await classes()).toEqual(['default', 'shop'])
    expect((await service.request('GET', '/v1/retention')).body['lastWords']).toEqual({ first: '5m', last: '15m', keep: '365d' })
  })

  test('is what another process, and one that starts later, go by', async () => {
    const environment = { rules: parseRetention('default=1d'), lastWords: parseLastWords('') }
    const log = createLogger({ level: 'silent', service: 'ingest' })
    await using other = await createLiveRetention({ store: service.store, environment, log, clock: () => service.clock.now })
    expect(other.at(service.clock.now).classOf('shop')).toBe('shop')
    expect(other.at(changedMs).daysOf('default')).toBe(1)
    expect(other.obstacle()).toBeUndefined()
  })

  test('does not change the class of a message that is read again: its arrival decides, not its reader', async () => {
    await service.say([record('before')], changedMs)
    const rows = await service.store.rows<{ class: string }>({
      sql: raw(`SELECT DISTINCT class FROM logs WHERE message = 'before'`),
    })
    expect(rows).toEqual([{ class: 'default' }])
  })

  test('leaves a line that its sender sends again under two classes one line', async () => {
    await service.say([record('before')])
    const stored = await service.store.rows<{ class: string }>({
      sql: raw(`SELECT DISTINCT class FROM logs WHERE message = 'before' ORDER BY class`),
    })
    expect(stored.map((row) => row.class)).toEqual(['default', 'shop'])
    const { body: logs } = await service.request('GET', '/v1/logs?q=before')
    expect((logs['lines'] as unknown[]).length).toBe(1)
    expect((await service.request('GET', '/v1/pods/u1/logs')).body['lines']).toHaveLength(4)
    expect((await service.request('GET', '/v1/pods/u1')).body['lines']).toBe(4)
  })

  test('of the class of a line counts it once also when one of the two has expired', async () => {
    service.clock.now += 15 * dayMs
    expect((await service.expire()).map((partition) => [partition.day, partition.class])).toEqual([
      [20261120, 'default'],
      [20261123, 'default'],
    ])
    expect((await service.request('GET', '/v1/pods/u1')).body['lines']).toBe(4)
    const { body } = await service.request('GET', '/v1/pods/u1/logs')
    expect((body['lines'] as { message: string }[]).map(({ message }) => message).toSorted()).toEqual(['after', 'before'])
  })
})

test('a rule that is taken away leaves its lines to default', async () => {
  const dry = await put({ rules: { default: '3d' } }, '?dryRun=true')
  const { status, body } = await put({ rules: { default: '3d' } }, `?confirm=${dry.body['effect'].confirm}`)
  expect(status).toBe(200)
  const effects = body['effect'].stored as { class: string }[]
  expect(effects.find((effect) => effect.class === 'shop')).toMatchObject({
    before: '90d',
    after: '3d',
    expireNow: { partitions: 1 },
  })
  service.clock.now += 5000
  expect(await service.expire()).toMatchObject([{ class: 'shop' }])
  expect((await service.request('GET', '/v1/pods/u1')).body['lines']).toBe(4)
})

test('of two changes at once the later one wins, whoever asks', async () => {
  const answers = await Promise.all(['7d', '8d'].map((days) => put({ rules: { default: days } })))
  const newest = answers.toSorted((a, b) => (a.body['inForce'] < b.body['inForce'] ? 1 : -1))[0]!
  const { body } = await service.request('GET', '/v1/retention')
  if (answers[0]!.body['inForce'] !== answers[1]!.body['inForce']) expect(body['rules']).toEqual(newest.body['rules'])
  expect(['7d', '8d']).toContain(body['rules'].default)
  expect((await service.request('GET', '/v1/retention')).body['rules']).toEqual(body['rules'])
})

describe('back to the environment', () => {
  test('a PUT says that the environment is not in force, and how to return to it', async () => {
    const { body } = await service.request('GET', '/v1/retention')
    expect(body['source']).toBe('put')
    expect(body['text']).toContain('DELETE /v1/retention')
    expect(body['environment']).toMatchObject({ rules: { default: '14d', 'kube-system': '3d' } })
  })

  test('DELETE makes its rules those in force, for every process, five seconds later', async () => {
    const dry = await service.request('DELETE', '/v1/retention?dryRun=true')
    expect(dry).toMatchObject({ status: 200, body: { source: 'environment', effect: { confirm: null } } })
    expect((await service.request('GET', '/v1/retention')).body['source']).toBe('put')
    const { status, body } = await service.request('DELETE', '/v1/retention')
    expect([status, retentionChange.parse(body)]).toEqual([200, body])
    service.clock.now = Date.parse(body['inForce'] as string)
    const { body: now } = await service.request('GET', '/v1/retention')
    expect(now).toMatchObject({ source: 'environment', rules: { default: '14d', 'kube-system': '3d' } })
    expect(now['inForce']).not.toBeNull()
    const environment = { rules: parseRetention('default=7d'), lastWords: parseLastWords('') }
    const log = createLogger({ level: 'silent', service: 'ingest' })
    await using other = await createLiveRetention({ store: service.store, environment, log, clock: () => service.clock.now })
    expect(other.at(service.clock.now).daysOf('default')).toBe(7)
  })

  test('DELETE has to be confirmed where the environment keeps stored lines for less time', async () => {
    await service.say([record('now', { time: new Date(service.clock.now).toISOString() })])
    expect((await put({ rules: { default: '90d' } })).status).toBe(200)
    service.clock.now += 5000
    expect(await service.request('DELETE', '/v1/retention')).toMatchObject({ status: 409, body: { code: 'not-confirmed' } })
    const { body } = await service.request('DELETE', '/v1/retention?dryRun=true')
    expect((await service.request('DELETE', `/v1/retention?confirm=${body['effect'].confirm}`)).status).toBe(200)
  })
})

describe('a client on the machine of the service', () => {
  const shorter = { rules: { default: '13d' } }
  test.each(['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1'])(
    'at %s confirms nothing, but what it confirms has to be right',
    async (from) => {
      expect((await put({ rules: { default: '14d' } })).status).toBe(200)
      service.clock.now += 5000
      expect((await service.request('PUT', '/v1/retention?confirm=000000000000', shorter, from)).status).toBe(409)
      expect((await put(shorter)).status).toBe(409)
      expect((await service.request('PUT', '/v1/retention', shorter, from)).status).toBe(200)
      service.clock.now += 5000
    },
  )
})
