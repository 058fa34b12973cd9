// The log says of each change of the retention rules where it came from and what it changed, and of nothing else.
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'

interface Line {
  level: number
  msg: string
  [field: string]: unknown
}
const logged: Line[] = []
const changes = (): Line[] => logged.filter(({ from }) => from !== undefined)

let service: ProjectorService
beforeAll(async () => {
  const log = pino({}, { write: (line) => logged.push(JSON.parse(line) as Line) })
  service = await openProjectorService({ rules: 'default=14d', log })
})
afterAll(() => service[Symbol.asyncDispose]())
beforeEach(() => {
  logged.length = 0
})

const lastWords = { first: '5m', last: '15m', keep: '180d' }
const environment = { rules: { default: '14d' }, lastWords }
const changed = { rules: { default: '15d', shop: '90d' }, lastWords: { ...lastWords, keep: '365d' } }

test('a PUT, then a DELETE, each with its address and the rules before and after it', async () => {
  const body = { rules: changed.rules, lastWords: { keep: '1y' } }
  expect((await service.request('PUT', '/v1/retention', body, '192.0.2.9')).status).toBe(200)
  expect((await service.request('DELETE', '/v1/retention', undefined, '127.0.0.1')).status).toBe(200)
  const requestId = expect.any(String) as unknown
  expect(changes()).toMatchObject([
    { level: 30, requestId, from: '192.0.2.9', before: environment, after: changed, msg: 'retention rules are put' },
    {
      level: 30,
      requestId,
      from: '127.0.0.1',
      before: changed,
      after: environment,
      msg: 'retention rules return to those of the environment',
    },
  ])
})

test('no dry run and no refused change', async () => {
  await service.say([
    { time: '2026-11-23T11:00:00Z', namespace: 'shop', pod: 'cart', podUid: 'u1', container: 'app', message: 'x' },
  ])
  const shorter = { rules: { default: '1d' } }
  expect((await service.request('PUT', '/v1/retention?dryRun=true', shorter)).status).toBe(200)
  expect((await service.request('PUT', '/v1/retention', shorter)).status).toBe(409)
  expect((await service.request('PUT', '/v1/retention', { rules: {} })).status).toBe(400)
  expect(changes()).toEqual([])
})
