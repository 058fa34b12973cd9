// Patterns on the real engine: labelled lines are told apart, counts are of distinct lines, and each pattern matches its
// lines.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { int, sql, uint } from '#shared/clickhouse/sql.ts'
import { labelled } from '#test/fixtures/patterns/labelled.ts'
import { openQueryFixture, t0, type QueryFixture } from './query-fixture.ts'

interface Answer {
  patterns: {
    pattern: string
    count: number
    bySeverity: Record<string, number>
    firstSeen: string
    lastSeen: string
    example: { message: string } | null
    buckets: { time: string; count: number }[]
  }[]
  lines: number
  sampled: boolean
  step: string
}

let fixture: QueryFixture
beforeAll(async () => {
  fixture = await openQueryFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const patterns = async (parameters = '', tenant = 'default'): Promise<Answer> => {
  const answer = await fixture.app.inject({
    url: `/v1/logs/patterns?${parameters}`,
    headers: { 'x-scope-orgid': tenant },
  })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<Answer>()
}

/** Whether Loki's `|>` takes the line: the literal pieces stand in it in their order, the outer ones at its ends. */
function isMatch(line: string, pattern: string): boolean {
  const pieces = pattern.split('<_>').map((piece) => piece.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${pieces.join('[\\s\\S]*')}$`).test(line)
}

describe.each(Object.entries(labelled))('patterns of %s', (kind, groups) => {
  beforeAll(async () => {
    const lines = Object.values(groups).flat()
    await fixture.insert(lines.map((message, i) => ({ ts: t0 + BigInt(i), message, namespace: kind })))
  })
  test.each(Object.entries(groups))('%s is one pattern, which has no line of another message', async (_, lines) => {
    const answer = await patterns(`namespace=${kind}`)
    const taking = answer.patterns.filter(({ pattern }) => lines.some((line) => isMatch(line, pattern)))
    expect(taking.map(({ pattern, count }) => [pattern, count])).toEqual([[expect.any(String), lines.length]])
    expect(lines.every((line) => isMatch(line, taking[0]!.pattern))).toBe(true)
    expect(answer).toMatchObject({ lines: Object.values(groups).flat().length, sampled: false })
  })
})

describe('the counts', () => {
  const second = 1_000_000_000n
  beforeAll(async () => {
    const lines = [
      { ts: t0 + second, message: 'order 1 failed', severity: 'error', namespace: 'counts' },
      { ts: t0 + 2n * second, message: 'order 2 failed', severity: 'error', namespace: 'counts' },
      { ts: t0 + 61n * second, message: 'order 3 failed', severity: 'warn', namespace: 'counts' },
      { ts: t0 + 3n * second, message: 'listening', namespace: 'counts' },
    ]
    await fixture.insert(lines)
    await fixture.insert(lines.slice(0, 2).map((line) => ({ ...line, agent: 'again', class: 'other' })))
    await fixture.insert([
      { ts: t0 + 4n * second, message: 'order 4 fa', namespace: 'counts', absorbed: 1 },
      { ts: t0 + 4n * second, message: 'order 9 failed', namespace: 'counts', tenant: 'other' },
    ])
  })

  test('are of distinct lines: none that was sent twice, no absorbed row, no other tenant', async () => {
    const answer = await patterns('namespace=counts&step=1m')
    const { patterns: found } = answer
    expect(found.map(({ pattern, count }) => [pattern, count])).toEqual([
      ['order <_> failed', 3],
      ['listening', 1],
    ])
    expect(answer).toMatchObject({ lines: 4, sampled: false, step: '1m' })
    expect(found[0]).toMatchObject({
      bySeverity: { warn: 1, error: 2 },
      firstSeen: '2026-11-23T10:00:01.000000000Z',
      lastSeen: '2026-11-23T10:01:01.000000000Z',
      example: { message: 'order 3 failed' },
      buckets: [
        { time: '2026-11-23T10:00:00.000000000Z', count: 2 },
        { time: '2026-11-23T10:01:00.000000000Z', count: 1 },
      ],
    })
    expect((await patterns('namespace=counts', 'other')).lines).toBe(1)
    expect(await patterns('namespace=nowhere')).toMatchObject({ patterns: [], lines: 0, sampled: false })
  })

  test('obey the filters of lines, and `limit` leaves the total as it is', async () => {
    const some = await patterns('namespace=counts&q=order&to=2026-11-23T10:01:00Z')
    expect(some.patterns.map(({ pattern, count }) => [pattern, count])).toEqual([['order <_> failed', 2]])
    const one = await patterns('namespace=counts&limit=1')
    expect([one.patterns.length, one.lines]).toEqual([1, 4])
  })

  test.each([
    ['step=1ms', 'step'],
    ['step=x', 'step'],
    ['limit=1001', 'limit'],
    ['order=asc', 'order'],
    ['from=yesterday', 'from'],
  ])('%s is refused with its parameter', async (parameters, parameter) => {
    const answer = await fixture.app.inject(`/v1/logs/patterns?namespace=counts&${parameters}`)
    expect([answer.statusCode, answer.json().parameter]).toEqual([400, parameter])
  })
})

describe('hostile and large input', () => {
  test('lines of any bytes and lengths have patterns, in bounded time', async () => {
    const messages = [
      '',
      ' ',
      '\0\u0001\u0002<_>\0',
      '{"msg":"',
      '{"msg":"a\\',
      `${'{"a":'.repeat(500)}1`,
      'a=b c=',
      `msg="${'\\"'.repeat(2000)}`,
      'x'.repeat(3_000_000),
      'word '.repeat(100_000),
      '😀'.repeat(10_000),
      '1'.repeat(100_000),
      `${'a-'.repeat(50_000)}1`,
      '1:'.repeat(50_000),
      '"'.repeat(10_000),
    ]
    await fixture.insert(messages.map((message, i) => ({ ts: t0 + BigInt(i), message, namespace: 'hostile' })))
    const began = performance.now()
    const answer = await patterns('namespace=hostile')
    expect(answer.lines).toBe(messages.length)
    expect(answer.patterns.reduce((sum, { count }) => sum + count, 0)).toBe(messages.length)
    expect(performance.now() - began).toBeLessThan(10_000)
  })

  test('more lines than the first look reads are all counted, though every line has words of its own', async () => {
    const many = 300_000
    await fixture.test.store.command({
      sql: sql`INSERT INTO logs (tenant, ts, namespace, pod, severity, message, offset) SELECT 'many',
        fromUnixTimestamp64Nano(toInt64(${int(t0)} + number * 1000), 'UTC'), 'many', 'p', 'info', multiIf(
          number = 77777, 'disk is on fire',
          number % 3 = 0, concat('user ', translate(hex(cityHash64(number)), '0123456789ABCDEF', 'qwertyuiopasdfgh'),
            ' logged in from ', translate(hex(cityHash64(number, 1)), '0123456789ABCDEF', 'qwertyuiopasdfgh')),
          concat('{"level":"info","msg":"took ', toString(number), ' ms","id":"', hex(number), '"}')), number
        FROM numbers(${uint(many)})`,
    })
    const answer = await patterns('', 'many')
    expect(answer.patterns.map(({ pattern, count }) => [pattern, count])).toEqual([
      ['{"level":<_>,"msg":"took <_> ms","id":<_>}', many - many / 3 - 1],
      ['user <_> logged in from <_>', many / 3],
      ['disk is on fire', 1],
    ])
    expect(answer).toMatchObject({ lines: many, sampled: false })
  })
})
