// The one reader of arrivals on a real engine: each row is read once, whatever merges do, and a reader that takes too few
// lines is told how many it lost.
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { compileSearch } from '#test/support/compile-search.ts'
import { createArrivalFeed } from '#query/tail/follow-arrivals.ts'
import { placeBefore } from '#query/tail/arrival-place.ts'
import { createFirstPlaces } from '#query/tail/first-places.ts'
import { createLineBuffers, type FedArrival } from '#query/tail/line-buffer.ts'
import { createSentLines } from '#query/tail/sent-lines.ts'
import { someLines } from '#shared/lines/line-statements.ts'
import { keyOf } from '#shared/lines/row-decoder.ts'
import { createArrivalReader } from '#query/tail/read-arrivals.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { openQueryFixture, t0, type QueryFixture } from './query-fixture.ts'

let fixture: QueryFixture
beforeAll(async () => {
  fixture = await openQueryFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const own = (podUid: string, more: Partial<LineFilter> = {}): LineFilter => ({
  tenant: 'default',
  fields: { podUid: [podUid] },
  ...more,
})

function readerOf(filter: LineFilter) {
  const messages: string[] = []
  const failures: unknown[] = []
  const after = placeBefore(fixture.clock.now)
  const sentLines = createSentLines({ floor: after, hashes: [], count: 0 })
  return {
    filter,
    after,
    messages,
    failures,
    /** As tails do, which send no line twice. */
    push: (arrivals: readonly FedArrival[]) => {
      for (const { line, received } of arrivals)
        if (sentLines.add({ received, key: keyOf(line) })) messages.push(line.message.toString())
    },
    fail: (error: unknown) => void failures.push(error),
  }
}

async function begunReader(isCluster = false) {
  const reading = createReading({ store: fixture.test.store, limits: {} })
  const reader = createArrivalReader({ reading, isCluster, overlapMs: 30_000 })
  await reader.begin()
  return reader
}

const batch = (podUid: string, arrival: number, messages: readonly string[]) =>
  fixture.insert(
    messages.map((message, seq) => ({
      ts: t0 + BigInt(1000 * arrival + seq),
      pod_uid: podUid,
      message,
      received: fixture.clock.now + arrival,
      arrival,
      seq,
    })),
  )
async function merge(): Promise<void> {
  for (const text of ['SYSTEM START MERGES logs', 'OPTIMIZE TABLE logs FINAL', 'SYSTEM STOP MERGES logs'])
    await fixture.test.store.command({ sql: raw(text) })
}

test.each([false, true])(
  'rows are read once, also where a merge took their part away unread; in a cluster: %s',
  async (isCluster) => {
    const uid = `merged-${isCluster}`
    const reader = await begunReader(isCluster)
    const one = readerOf(own(uid))
    await batch(uid, 1, ['a', 'b'])
    await reader.round(() => [one])
    await reader.round(() => [one])
    expect(one.messages).toEqual(['a', 'b'])
    await batch(uid, 2, ['c', 'd'])
    await batch(uid, 3, ['e'])
    await merge()
    await reader.round(() => [one])
    await merge()
    await reader.round(() => [one])
    await batch(uid, 4, ['f'])
    await merge()
    await batch(uid, 5, ['g'])
    await reader.round(() => [one])
    await reader.round(() => [one])
    expect([one.messages, one.failures]).toEqual([['a', 'b', 'c', 'd', 'e', 'f', 'g'], []])
  },
)

test('each reader gets what its filter selects, by the rules of the search, and a filter that the store refuses costs no other', async () => {
  const reader = await begunReader()
  const all = readerOf(own('filters'))
  const words = readerOf(own('filters', { search: compileSearch('refused -debug') }))
  const expression = readerOf(own('filters', { search: compileSearch('/wor(d|k)\\d+/') }))
  const bad = readerOf(own('filters', { search: raw("match(message, '(')") }))
  const other = readerOf({ ...own('filters'), tenant: 'other' })
  await batch('filters', 1, ['Connection refused', 'debug: refused', 'word12', 'wörter 日本'])
  await reader.round(() => [all, words, bad, expression, other])
  expect([all.messages.length, words.messages, expression.messages, other.messages]).toEqual([
    4,
    ['Connection refused'],
    ['word12'],
    [],
  ])
  expect(bad.failures).toHaveLength(1)
})

test('a line that an agent sends again is not told to a reader that began meanwhile', async () => {
  const early = readerOf(own('resent'))
  const reader = await begunReader()
  await batch('resent', 1, ['once'])
  await reader.round(() => [early])
  const late = { ...readerOf(own('resent')), after: placeBefore(fixture.clock.now + 10) }
  await fixture.insert([{ ts: t0 + 1000n, pod_uid: 'resent', message: 'once', received: fixture.clock.now + 20, arrival: 9 }])
  await reader.round(() => [early, late])
  expect(late.messages).toEqual([])
})

test.each([20_000, 1])(
  'nor is one of a node whose clock is ahead, however many of those there are; known at once: %s',
  async (aheadMax) => {
    const began = Number(t0 / 1_000_000n)
    const uid = `ahead-${aheadMax}`
    const row = (message: string, ms: number) => ({
      ts: t0 + BigInt(ms) * 1_000_000n,
      pod_uid: uid,
      message,
      received: began + ms,
    })
    const statements: string[] = []
    const reading = createReading({ store: fixture.test.store, limits: {} })
    const places = createFirstPlaces({
      reading: {
        rows: (statement) => {
          statements.push(statement.name)
          return reading.rows(statement)
        },
      },
      aheadMax,
    })
    const ahead = ['first', 'second', 'third'].map((message, n) => ({ ...row(message, 2000 + n), received: began - 5 }))
    await fixture.insert(ahead)
    await fixture.insert(ahead.map((each) => ({ ...each, received: began + 3000, arrival: 2 })))
    await fixture.insert([
      { ...row('new', 4000), arrival: 3 },
      { ...row('late', -1000), received: began + 4000, arrival: 3 },
    ])
    const lines = await reading.some(someLines(own(uid), 'asc', 10))
    const found = await places.of('default', lines, began)
    expect(found.map(({ received }) => received - began)).toEqual([4000, -5, -5, -5, 4000])
    await places.of('default', lines, began)
    expect(statements).toEqual(['arrived-before', 'first-arrivals', 'first-arrivals'])
  },
)

test('rows of many batches in one part are read in portions, each once and in order', async () => {
  const reader = await begunReader()
  const one = readerOf(own('portions'))
  const pushed: number[] = []
  const counted = { ...one, push: (arrivals: readonly FedArrival[]) => (pushed.push(arrivals.length), one.push(arrivals)) }
  const texts = (first: number) => Array.from({ length: 9000 }, (_, n) => String(first + n))
  for (let n = 0; n < 3; n++) await batch('portions', n + 1, texts(9000 * n))
  await merge()
  await reader.round(() => [counted])
  await reader.round(() => [counted])
  expect(pushed).toEqual([18_000, 9000])
  expect(one.messages).toEqual(Array.from({ length: 27_000 }, (_, n) => String(n)))
})

test('a slow reader is told how many lines it lost; what it got and what was dropped are all', async () => {
  const feed = createArrivalFeed({
    store: fixture.test.store,
    limits: {},
    clock: () => fixture.clock.now,
    intervalMs: 20,
    buffers: createLineBuffers({ linesMax: 40 }),
  })
  const leaving = new AbortController()
  onTestFinished(() => leaving.abort())
  using slow = feed.open(own('slow'), placeBefore(fixture.clock.now))
  using quick = feed.open(own('slow'), placeBefore(fixture.clock.now))
  await slow.ready()
  let quickLines = 0
  for (let n = 1; n <= 6; n++) {
    await batch(
      'slow',
      n,
      Array.from({ length: 30 }, (_, i) => `${n}/${i}`),
    )
    while (quickLines < 30 * n) quickLines += (await quick.next(5000, leaving.signal))?.arrivals.length ?? 0
  }
  const { arrivals, dropped } = (await slow.next(5000, leaving.signal))!
  expect([quickLines, arrivals.length, dropped?.count]).toEqual([180, 40, 140])
  expect(arrivals.at(-1)!.line.message.toString()).toBe('6/29')
})
