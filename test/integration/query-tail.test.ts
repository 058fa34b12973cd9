// /v1/logs/tail and streams over a real connection.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEvents, type SseMessage } from '#test/support/sse.ts'
import { openQueryFixture, t0, type QueryFixture } from './query-fixture.ts'

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

test('a quiet tail is kept alive by comments, and ends with an event when the service stops', async () => {
  const tail = await open('/v1/logs/tail?podUid=nobody')
  expect((await tail.messages.next()).value).toEqual({ comment: 'still here' })
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
