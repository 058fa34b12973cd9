// /v1/logs/tail and streams over a real connection.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { createReturningReader, openEvents, type SseMessage } from '#test/support/sse.ts'
import { createRandom } from '../../bench/storage/random.ts'
import { openQueryFixture, t0, type QueryFixture, type TestLine } from './query-fixture.ts'

let fixture: QueryFixture
let base: string
beforeAll(async () => {
  fixture = await openQueryFixture()
  base = await fixture.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => fixture[Symbol.asyncDispose]())

/** Events of one connection, read as they come. */
async function open(path: string, headers: Record<string, string> = {}) {
  const { status, type, messages, leave } = await openEvents(`${base}${path}`, headers)
  expect([status, type]).toEqual([200, 'text/event-stream; charset=utf-8'])
  await messages.next()
  return {
    messages,
    async lines(count: number): Promise<{ message: string; id: string }[]> {
      const lines: { message: string; id: string }[] = []
      while (lines.length < count) {
        const { value, done } = await messages.next()
        if (done === true) break
        if (value.event === 'line')
          lines.push({ message: (JSON.parse(value.data!) as { message: string }).message, id: value.id! })
      }
      return lines
    },
    leave,
  }
}
const texts = (lines: { message: string }[]): string[] => lines.map(({ message }) => message)

/** The cursor as another process reads it, which does not remember the tail. */
function elsewhere(id: string): string {
  const fields = JSON.parse(Buffer.from(id, 'base64url').toString()) as { w: unknown[] }
  return Buffer.from(JSON.stringify({ ...fields, w: ['elsewhere', ...fields.w.slice(1)] })).toString('base64url')
}

async function merge(): Promise<void> {
  for (const text of ['SYSTEM START MERGES logs', 'OPTIMIZE TABLE logs FINAL', 'SYSTEM STOP MERGES logs'])
    await fixture.test.store.command({ sql: raw(text) })
}

test('lines are told as they arrive, late and old ones too, each once; what was there before is not', async () => {
  await fixture.insert([{ tenant: 'default', ts: t0, message: 'before', received: fixture.clock.now - 5 }])
  const tail = await open('/v1/logs/tail?pod=cart')
  await fixture.insert([{ ts: t0 + 5n, message: 'a' }])
  expect(texts(await tail.lines(1))).toEqual(['a'])
  await fixture.insert([
    { ts: t0 + 5n, message: 'a' },
    { ts: t0, message: 'before' },
    { ts: t0 - 86_400_000_000_000n, message: 'late', received: fixture.clock.now + 10 },
    { ts: t0, pod: 'else', message: 'else' },
  ])
  await fixture.insert([{ ts: t0 + 6n, message: 'earlier arrival, seen later', received: fixture.clock.now + 3 }])
  expect(texts(await tail.lines(2)).toSorted()).toEqual(['earlier arrival, seen later', 'late'])
  tail.leave()
})

test('a tail that comes back goes on behind the last line it had', async () => {
  const first = await open('/v1/logs/tail?podUid=resume')
  const arrived = fixture.clock.now
  await fixture.insert(['1', '2', '3'].map((message, i) => ({ ts: t0 + BigInt(i), pod_uid: 'resume', message })))
  const [one, two] = await first.lines(2)
  first.leave()
  fixture.clock.now += 60_000
  await fixture.insert([{ ts: t0, pod_uid: 'resume', message: '4' }])
  const second = await open('/v1/logs/tail?podUid=resume', { 'last-event-id': two!.id })
  const rest = texts(await second.lines(2))
  second.leave()
  fixture.clock.now = arrived
  expect([one!.message, two!.message, ...rest].toSorted()).toEqual(['1', '2', '3', '4'])
  const refused = await fetch(`${base}/v1/logs/tail`, { headers: { 'last-event-id': two!.id } })
  expect([refused.status, ((await refused.json()) as { parameter: string }).parameter]).toEqual([400, 'Last-Event-ID'])
})

test.each([
  ['the same process', (id: string) => id],
  ['another process', elsewhere],
])('a client that comes back to %s gets what an insert showed late, and nothing twice', async (process, back) => {
  const pod_uid = `late in ${process}`
  const line = (n: number, more: Partial<TestLine> = {}): TestLine => ({ ts: t0 + BigInt(n), pod_uid, message: `${n}`, ...more })
  const path = `/v1/logs/tail?podUid=${encodeURIComponent(pod_uid)}`
  const first = await open(path)
  fixture.clock.now += 20_000
  const received = fixture.clock.now
  const inFile = { offset: 40, length: 40 }
  await fixture.insert([line(1), line(2, inFile), line(3)])
  const ids = (await first.lines(3)).map(({ id }) => id)
  first.leave()
  await fixture.insert([line(4, { received: received - 4000 }), line(5, { received: received - 1 })])
  // Sent again, also with more known of the file, which makes the later row the one that stays.
  await fixture.insert([line(1, { received: received + 7 }), line(2, { ...inFile, file: 'f', received: received + 8 })])
  await merge()
  fixture.clock.now += 1000
  await fixture.insert([line(6)])
  const second = await open(path, { 'last-event-id': back(ids[2]!) })
  expect(texts(await second.lines(3)).toSorted()).toEqual(['4', '5', '6'])
  second.leave()
  const third = await open(path, { 'last-event-id': back(ids[0]!) })
  expect(texts(await third.lines(5)).toSorted()).toEqual(['2', '3', '4', '5', '6'])
  third.leave()
})

test.each([
  { back: [(id: string) => id], more: { length: 9 } },
  // Another process does not remember the lines of long ago, whose rows are replaced where more is known of their file.
  { back: [(id: string) => id, elsewhere], more: {} },
])('a client that comes back at any time has each line once, while lines come late, again and merge', async (variant) => {
  const random = createRandom(7)
  const pod_uid = `random ${JSON.stringify(variant.more)}`
  const path = `/v1/logs/tail?podUid=${encodeURIComponent(pod_uid)}`
  const sent: (TestLine & { message: string })[] = []
  const reader = createReturningReader({
    open: (id) => openEvents(`${base}${path}`, id === undefined ? {} : { 'last-event-id': random.pick(variant.back)(id) }),
    textOf: ({ event, data }) => (event === 'line' ? (JSON.parse(data!) as { message: string }).message : undefined),
    each: 5,
  })
  await reader.start()
  fixture.clock.now += 20_000
  const read: string[] = []
  for (let step = 0; step < 24; step++) {
    fixture.clock.now += 500
    const batch = Array.from({ length: 1 + random.int(3) }, (_, i) => {
      const n = step * 10 + i
      return {
        ts: t0 + BigInt(random.int(1000)),
        pod_uid,
        message: `${n}`,
        offset: n,
        received: fixture.clock.now - random.int(8000),
      }
    })
    await fixture.insert(batch)
    const again = { ...random.pick([...sent, batch[0]!]), received: fixture.clock.now + 1 }
    if (step % 3 === 0) await fixture.insert([step % 2 === 0 ? again : { ...again, ...variant.more }])
    if (step % 8 === 7) await merge()
    sent.push(...batch)
    if (sent.length - read.length > 10) read.push(...(await reader.texts(1 + random.int(12))))
  }
  read.push(...(await reader.texts(sent.length - read.length)), ...(await reader.rest()))
  expect(read.toSorted()).toEqual(texts(sent).toSorted())
})

test('from: what is there since then comes first, in time order, then what arrives', async () => {
  await fixture.insert(
    [3n, 1n, 2n].map((dt) => ({ ts: t0 + dt, pod_uid: 'from', message: String(dt), received: fixture.clock.now - 1000 })),
  )
  const tail = await open(`/v1/logs/tail?podUid=from&from=${t0 + 2n}`)
  expect(texts(await tail.lines(2))).toEqual(['2', '3'])
  await fixture.insert([{ ts: t0 + 9n, pod_uid: 'from', message: '9' }])
  expect(texts(await tail.lines(1))).toEqual(['9'])
  tail.leave()
})

test('from: a line whose insert was under way when the tail began comes too, and each line once', async () => {
  const pod = { pod: 'underway', received: fixture.clock.now - 300 }
  await fixture.insert([{ ts: t0 + 1n, message: 'before', ...pod }])
  const tail = await open(`/v1/logs/tail?pod=underway&from=${t0}`)
  expect(texts(await tail.lines(1))).toEqual(['before'])
  await fixture.insert([{ ts: t0, message: 'under way', ...pod }])
  const [underWay] = await tail.lines(1)
  expect(underWay).toMatchObject({ message: 'under way' })
  await fixture.insert([
    { ts: t0 + 1n, message: 'before', ...pod },
    { ts: t0 + 2n, message: 'after', pod: 'underway' },
  ])
  const [after] = await tail.lines(1)
  expect(after).toMatchObject({ message: 'after' })
  tail.leave()
  const again = await open(`/v1/logs/tail?pod=underway&from=${t0}`, { 'last-event-id': underWay!.id })
  expect(texts(await again.lines(1))).toEqual(['after'])
  again.leave()
})

test('a quiet tail is kept alive by comments, and ends with an event when the service stops', async () => {
  const tail = await open('/v1/logs/tail?podUid=nobody')
  expect((await tail.messages.next()).value).toEqual({ comment: 'still here, lag 0.000 s' })
  fixture.stop()
  const rest: SseMessage[] = []
  for await (const message of tail.messages) rest.push(message)
  expect(rest.at(-1)).toEqual({ event: 'end', data: '{}' })
})

test('a stream that its reader leaves stops reading the store', async () => {
  await fixture.insert(
    Array.from({ length: 30_000 }, (_, i) => ({ ts: t0 + BigInt(i), pod_uid: 'long', message: 'x'.repeat(500) })),
  )
  const leaving = new AbortController()
  const answer = await fetch(`${base}/v1/logs?podUid=long&order=asc`, {
    headers: { accept: 'application/x-ndjson' },
    signal: leaving.signal,
  })
  const reader = answer.body!.getReader()
  await reader.read()
  leaving.abort()
  const whole = await fetch(`${base}/v1/logs?podUid=long&order=asc`, { headers: { accept: 'text/plain' } })
  expect((await whole.text()).split('\n')).toHaveLength(30_001)
})
