// A page whose search meets its limits has what was found until then, says so, and goes on without losing a line.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { createRequestWork } from '#shared/http/request-work.ts'
import { readPage } from '#shared/store-reading/line-pages.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { openQueryFixture, t0, type QueryFixture } from './query-fixture.ts'

const rowsRead = 6000
const perHour = 1000
const hours = 40
const hourNs = 3_600_000_000_000n

let fixture: QueryFixture
beforeAll(async () => {
  fixture = await openQueryFixture({ limits: { timeMs: 60_000, rowsRead } })
  fixture.clock.now = Number((t0 + BigInt(hours) * hourNs) / 1_000_000n)
  await fixture.test.store.command({
    sql: raw(`INSERT INTO logs (tenant, ts, pod, message, offset, class) SELECT 'default',
        fromUnixTimestamp64Nano(toInt64(${t0} + intDiv(number, ${perHour}) * ${hourNs} + (number % ${perHour}) * 1000000)),
        'p', if(number % 1000 = 7, concat('needle ', toString(intDiv(number, 1000))), 'hay'), number, 'default'
      FROM numbers(${hours * perHour})`),
  })
})
afterAll(() => fixture[Symbol.asyncDispose]())

interface Page {
  lines: { message: string; time: string }[]
  next: string | null
  partial?: true
  completeFrom?: string
  completeTo?: string
  hint?: string
  stats: { partial?: string }
}

const ask = async (query: string, accept = 'application/json') =>
  fixture.app.inject({ url: `/v1/logs?${query}`, headers: { accept } })

async function everyPage(query: string): Promise<Page[]> {
  const pages: Page[] = []
  for (let next: string | null = ''; next !== null;) {
    const page: Page = (await ask(`${query}${next === '' ? '' : `&cursor=${next}`}`)).json()
    pages.push(page)
    next = page.next
  }
  return pages
}

test.each(['desc', 'asc'] as const)('pages over the limits are partial and lose no line: %s', async (order) => {
  const pages = await everyPage(`q=/needle/&order=${order}&limit=1000`)
  const numbers = pages.flatMap(({ lines }) => lines.map(({ message }) => Number(message.split(' ')[1])))
  const all = Array.from({ length: hours }, (_, n) => n)
  expect(numbers).toEqual(order === 'asc' ? all : all.toReversed())
})

test('a page of a window that cannot be narrowed is partial, and says from where on it is complete', async () => {
  await fixture.test.store.command({
    sql: raw(`INSERT INTO logs (tenant, ts, pod, message, offset, class) SELECT 'default',
        fromUnixTimestamp64Nano(toInt64(${t0} + ${10n * hourNs} + number)), 'p', 'hay', number, 'default' FROM numbers(20000)`),
  })
  const page: Page = (await ask('q=/needle/&limit=1000')).json()
  expect(page.lines.map(({ message }) => message)).toEqual(
    Array.from({ length: hours - 11 }, (_, n) => `needle ${hours - 1 - n}`),
  )
  expect(page).toMatchObject({ partial: true, stats: { partial: 'read' }, hint: expect.stringContaining('may be missing') })
  expect(page.completeFrom! <= page.lines.at(-1)!.time).toBe(true)
  expect(page.next).not.toBeNull()
  // Behind it nothing is found before the limit is met: that is no page.
  const rest = await ask(`q=/needle/&limit=1000&cursor=${page.next}`)
  expect([rest.statusCode, rest.json().code]).toEqual([503, 'query-limit'])
})

test('a page whose time is over ends before it, and has what was found until then', async () => {
  const timeMs = 4000
  const limits = { timeMs }
  const reading = createReading({ store: fixture.test.store, limits, work: createRequestWork() })
  const began = performance.now()
  const page = await readPage({
    reading,
    filter: { tenant: 'default', fields: {}, scope: raw("message LIKE 'needle%' AND NOT sleepEachRow(0.2)") },
    order: 'desc',
    limit: 1000,
    mayBePartial: true,
  })
  expect(performance.now() - began).toBeLessThan(timeMs)
  expect(page).toMatchObject({ more: true, partial: { limit: 'time' } })
  expect(page.lines.map(({ message }) => String(message))).toEqual(
    Array.from({ length: page.lines.length }, (_, n) => `needle ${hours - 1 - n}`),
  )
  expect(page.partial!.searchedTo <= page.lines.at(-1)!.ts).toBe(true)
})

test('text and streams are never partial, nor are counts', async () => {
  for (const accept of ['text/plain', 'application/x-ndjson'])
    expect((await ask('q=/needle/&limit=1000', accept)).statusCode).toBe(503)
  expect((await fixture.app.inject({ url: '/v1/logs/histogram?q=/needle/' })).statusCode).toBe(503)
})
