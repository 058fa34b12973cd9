// Histogram, fields and dead letters on the real engine: every count is of distinct lines, with resent rows never
// merged.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { openQueryFixture, rfc3339, t0, type QueryFixture } from './query-fixture.ts'

let fixture: QueryFixture
const minute = 60_000_000_000n
beforeAll(async () => {
  fixture = await openQueryFixture()
  const lines = [
    { ts: t0, severity: 'error', labels: { app: 'cart' }, attributes: { code: '500' } },
    { ts: t0 + 1n, severity: 'info', labels: { app: 'cart', tier: 'web' }, stream: 'stderr' },
    { ts: t0 + 12n * minute, severity: '', restart: -1, pod: 'other' },
  ]
  await fixture.insert(lines)
  await fixture.insert(lines.slice(0, 2).map((line) => ({ ...line, agent: 'again', class: 'other' })))
  await fixture.insert(lines.slice(0, 1))
})
afterAll(() => fixture[Symbol.asyncDispose]())

const json = async <T>(url: string, tenant = 'default'): Promise<T> => {
  const answer = await fixture.app.inject({ url, headers: { 'x-scope-orgid': tenant } })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<T>()
}
interface Histogram {
  step: string
  buckets: { time: string; total: number; bySeverity: Record<string, number> }[]
}
const values = async (url: string) => (await json<{ values: { value: string; count: number }[] }>(url)).values

describe('the histogram', () => {
  test('counts each line once, in epoch-aligned buckets, the empty ones between them too', async () => {
    expect(await json<Histogram>('/v1/logs/histogram?step=5m')).toEqual({
      step: '5m',
      buckets: [
        { time: '2026-11-23T10:00:00.000000000Z', total: 2, bySeverity: { error: 1, info: 1 } },
        { time: '2026-11-23T10:05:00.000000000Z', total: 0, bySeverity: {} },
        { time: '2026-11-23T10:10:00.000000000Z', total: 1, bySeverity: { '': 1 } },
      ],
    })
    const seven = await json<Histogram>('/v1/logs/histogram?step=7m')
    expect(seven.buckets[0]!.time).toBe('2026-11-23T09:56:00.000000000Z')
    expect((await json<Histogram>(`/v1/logs/histogram?step=5m&severity=error`)).buckets.map(({ total }) => total)).toEqual([1])
  })

  test('chooses a round step, and is empty where there is nothing', async () => {
    const { step, buckets } = await json<Histogram>('/v1/logs/histogram')
    expect(step).toBe('10s')
    expect(buckets).toHaveLength(73)
    expect((await json<Histogram>('/v1/logs/histogram', 'nobody')).buckets).toEqual([])
  })

  test('refuses more than 10,000 buckets, also where the request leaves its times open', async () => {
    const answer = await fixture.app.inject('/v1/logs/histogram?step=1ms')
    expect([answer.statusCode, answer.json().parameter]).toEqual([400, 'step'])
  })
})

describe('fields', () => {
  test('are named by how many lines have them', async () => {
    const counts = Object.fromEntries((await values('/v1/fields')).map(({ value, count }) => [value, count]))
    expect(counts).toMatchObject({
      namespace: 3,
      pod: 3,
      severity: 2,
      restart: 2,
      'labels.app': 2,
      'labels.tier': 1,
      'attributes.code': 1,
    })
    expect(counts).not.toHaveProperty('unit')
  })

  test('have values by how many lines carry them, most frequent first', async () => {
    expect(await values('/v1/fields/pod/values')).toEqual([
      { value: 'cart', count: 2 },
      { value: 'other', count: 1 },
    ])
    expect(await values('/v1/fields/pod/values?limit=1')).toEqual([{ value: 'cart', count: 2 }])
    expect(await values('/v1/fields/labels.app/values')).toEqual([{ value: 'cart', count: 2 }])
    expect(await values('/v1/fields/restart/values')).toEqual([{ value: '0', count: 2 }])
    expect(await values('/v1/fields/severity/values?pod=other')).toEqual([])
    expect(await values('/v1/fields/labels.nothing/values')).toEqual([])
  })
})

describe('dead letters', () => {
  test('come newest first, once each, in pages; a payload that is not UTF-8 comes in base64', async () => {
    const letter = (i: number, identity: number) => ({
      tenant: 'default',
      time: rfc3339(t0 + BigInt(i)),
      origin: `http:/v1/batches#${i}`,
      reason: i === 2 ? 'bad-cri' : 'bad-time',
      detail: 'd',
      payload: `p${i}`,
      identity,
    })
    await fixture.rows(
      'dead_letters',
      [1, 2, 3].map((i) => letter(i, i)),
    )
    await fixture.rows('dead_letters', [{ ...letter(9, 1), payload: 'p1' }])
    const columns = ['tenant', 'time', 'origin', 'reason', 'payload', 'identity']
    const row = Buffer.concat([
      Buffer.from(`["default","${rfc3339(t0)}","o","not-json","`),
      Buffer.from([0xff, 0x41]),
      Buffer.from('",7]\n'),
    ])
    await fixture.test.store.insert({ table: 'dead_letters', columns, rows: row, format: 'JSONCompactEachRow' })
    interface Letters {
      deadLetters: { time: string; origin: string; reason: string; payload: unknown }[]
      next: string | null
    }
    const first = await json<Letters>('/v1/dead-letters?limit=2')
    expect(first.deadLetters.map(({ payload }) => payload)).toEqual(['p3', 'p2'])
    const second = await json<Letters>(`/v1/dead-letters?limit=2&cursor=${first.next}`)
    expect(second.deadLetters.map(({ payload }) => payload)).toEqual(['p1', { base64: '/0E=' }])
    expect(second.next).toBeNull()
    expect(second.deadLetters[0]).toMatchObject({
      time: '2026-11-23T10:00:00.000000001Z',
      origin: 'http:/v1/batches#1',
      reason: 'd',
      code: 'bad-time',
    })
    expect((await json<Letters>('/v1/dead-letters?code=bad-cri')).deadLetters.map(({ payload }) => payload)).toEqual(['p2'])
    expect(
      (await json<Letters>(`/v1/dead-letters?from=${t0 + 2n}&to=${t0 + 3n}`)).deadLetters.map(({ payload }) => payload),
    ).toEqual(['p2'])
    expect((await json<Letters>('/v1/dead-letters', 'other')).deadLetters).toEqual([])
  })

  test('of before their format and length were kept, and of a clock that stands in 1970, are read and outlive a merge', async () => {
    const letter = { tenant: 'before', time: '1970-01-01 00:00:00', reason: 'bad-time', detail: 'd' }
    await fixture.rows('dead_letters', [
      { ...letter, origin: 'http:/v1/batches#0', payload: 'x'.repeat(65_536), identity: 1 },
      { ...letter, origin: 'http:/v1/lifecycle#0', payload: 'y', identity: 2 },
    ])
    await fixture.rows('dead_letter_replays', [
      { tenant: 'before', identity: 2, replayed_at: '2100-01-01 10:00:00.005' },
      { tenant: 'before', identity: 2, replayed_at: '2100-01-01 11:00:00.000' },
      { tenant: 'elsewhere', identity: 1, replayed_at: '2100-01-01 10:00:00.000' },
    ])
    await fixture.test.store.command({ sql: raw('OPTIMIZE TABLE dead_letters FINAL') })
    const shown = async (query: string) =>
      (await json<{ deadLetters: Record<string, unknown>[] }>(`/v1/dead-letters?${query}`, 'before')).deadLetters.map(
        ({ id, format, truncated, replayedAt }) => [id, format, truncated, replayedAt],
      )
    const [first, second] = [
      ['2', 'lifecycle', false, '2100-01-01T10:00:00.005000000Z'],
      ['1', 'native', true, null],
    ]
    expect(await shown('')).toEqual([first, second])
    expect(await shown('replayed=true')).toEqual([first])
    expect(await shown('replayed=false')).toEqual([second])
    const { next } = await json<{ next: string }>('/v1/dead-letters?limit=1', 'before')
    const url = `/v1/dead-letters?limit=1&replayed=false&cursor=${next}`
    const other = await fixture.app.inject({ url, headers: { 'x-scope-orgid': 'before' } })
    expect([other.statusCode, other.json().parameter]).toEqual([400, 'cursor'])
  })
})
