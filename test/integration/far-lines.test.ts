// Lines that lie hours and months apart: every one is found, from either end.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openQueryFixture, t0, type QueryFixture } from './query-fixture.ts'

const hour = 3_600_000_000_000n
const hours = [0, 1, 3, 8, 60, 61, 200, 2500]

let fixture: QueryFixture
beforeAll(async () => {
  fixture = await openQueryFixture()
  await fixture.insert(hours.map((at) => ({ ts: t0 + BigInt(at) * hour + 1n, message: `hour ${at}` })))
})
afterAll(() => fixture[Symbol.asyncDispose]())

const ask = async (query: string, accept = 'application/json') =>
  fixture.app.inject({ url: `/v1/logs?${query}`, headers: { accept } })

test.each([
  ['asc', ''],
  ['desc', ''],
  ['asc', '&from=2026-11-23T11:00:00Z&to=2026-12-05T00:00:00Z'],
  ['desc', '&from=2026-11-23T11:00:00Z&to=2026-12-05T00:00:00Z'],
  ['asc', '&from=2026-11-23T11:00:00Z'],
  ['desc', '&to=2026-12-05T00:00:00Z'],
])('are all found: %s%s', async (order, times) => {
  const due = hours.filter((at) => (!times.includes('from') || at >= 1) && (!times.includes('to') || at <= 200))
  const expected = (order === 'asc' ? due : due.toReversed()).map((at) => `hour ${at}`)
  const page = await ask(`q=/hour/&order=${order}${times}`)
  expect(page.json().lines.map(({ message }: { message: string }) => message)).toEqual(expected)
  const text = await ask(`q=/hour/&order=${order}${times}&prefix=false`, 'text/plain')
  expect(text.body.trim().split('\n')).toEqual(expected)
})
