// GET /v1/deaths/tail: each death once, as soon as it is known, also to a client that was away.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deadPod, type DeadPod } from '#test/support/dead-pods.ts'
import { listsHave, request, startTestService, type TestService } from '#test/support/service.ts'

interface SentEvent {
  event: string
  id: string
  data: { podUid: string; restart: number }
}

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
let isStopped = false
afterAll(async () => {
  if (!isStopped) await service[Symbol.asyncDispose]()
})

async function tell(...pods: DeadPod[]): Promise<void> {
  for (const object of pods.flatMap(deadPod)) {
    const headers = { 'content-type': 'application/json', 'x-afterlog-cluster': 'prod-eu' }
    const answer = await request(`${service.url}/v1/lifecycle`, { method: 'POST', body: JSON.stringify(object), headers })
    expect(answer.status).toBe(200)
  }
  await listsHave(service.url)
}
const crashed = (uid: string, more: Partial<DeadPod> = {}): DeadPod => ({ uid, lives: [['09:00:00', '09:05:00', 1]], ...more })

/** A client that reads events until it leaves. */
function open(query = '', headers: Record<string, string> = {}) {
  const leaving = new AbortController()
  const events: SentEvent[] = []
  let [text, lastId] = ['', '']
  let failure: unknown
  const ready = Promise.withResolvers<void>()
  const reading = (async () => {
    const answer = await fetch(`${service.url}/v1/deaths/tail?${query}`, { headers, signal: leaving.signal })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8'])
    for await (const part of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += part
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const fields = Object.fromEntries(
          text
            .slice(0, end)
            .split('\n')
            .map((line) => line.split(/: (.*)/s)),
        )
        text = text.slice(end + 2)
        lastId = fields['id'] ?? lastId
        if (fields['event'] !== undefined) events.push({ ...fields, data: JSON.parse(fields['data']) })
        if (fields[''] !== undefined) ready.resolve()
      }
    }
  })().catch((error: unknown) => {
    if (!leaving.signal.aborted) failure = error
  })
  return {
    events,
    ready: () => ready.promise,
    lastId: () => lastId,
    uids: () => events.filter(({ event }) => event === 'death').map(({ data }) => `${data.podUid}/${data.restart}`),
    async leave() {
      leaving.abort()
      await reading
      expect(failure).toBeUndefined()
    },
  }
}

test('a death comes once, as the list has it, however often its pod is told again', async () => {
  await tell(crashed('before'))
  const tail = open()
  await tail.ready()
  await tell(crashed('one'), { uid: 'two', lives: [['09:00:00', '09:05:00', 137], ['09:06:00']] })
  await expect.poll(tail.uids).toEqual(expect.arrayContaining(['one/0', 'two/0']))
  await tell(
    {
      uid: 'two',
      lives: [
        ['09:00:00', '09:05:00', 137],
        ['09:06:00', '09:10:00', 1],
      ],
    },
    crashed('three'),
  )
  await expect.poll(tail.uids).toEqual(expect.arrayContaining(['two/1', 'three/0']))
  expect(tail.uids().toSorted()).toEqual(['one/0', 'three/0', 'two/0', 'two/1'])
  const { body } = await request(`${service.url}/v1/deaths?uid=two`)
  expect(tail.events.filter(({ data }) => data.podUid === 'two').map(({ data }) => data)).toEqual(
    (body['deaths'] as object[]).toReversed(),
  )
  await tail.leave()
})

test('a client that was away gets what it missed, and nothing twice', async () => {
  const first = open('namespace=away')
  await first.ready()
  // Before the first death it has an id too.
  const begin = first.lastId()
  await tell(crashed('away-1', { namespace: 'away' }), crashed('other-1'))
  await expect.poll(first.uids).toEqual(['away-1/0'])
  await first.leave()
  await tell(crashed('away-2', { namespace: 'away' }), crashed('other-2'))
  for (const [id, missed] of [
    [first.lastId(), ['away-2/0']],
    [begin, ['away-1/0', 'away-2/0']],
  ] as const) {
    const back = open('namespace=away', { 'last-event-id': id })
    await back.ready()
    await expect.poll(back.uids).toEqual(missed)
    await back.leave()
  }
  const third = open(`namespace=away&cursor=${first.lastId()}`)
  await tell(crashed('away-3', { namespace: 'away' }))
  await expect.poll(third.uids).toEqual(['away-2/0', 'away-3/0'])
  await third.leave()
})

test('from begins with stored deaths', async () => {
  const lives = [['11:00:00', '11:05:00', 1]] as const
  await tell(crashed('stored-old', { namespace: 'stored' }), { uid: 'stored-new', namespace: 'stored', lives })
  const tail = open('namespace=stored&from=2026-11-23T11:00:00Z')
  await tail.ready()
  await tell({ uid: 'stored-live', namespace: 'stored', lives })
  await expect.poll(tail.uids).toEqual(['stored-new/0', 'stored-live/0'])
  await tail.leave()
})

test('another tenant sees none of them', async () => {
  const tail = open('from=2026-11-23T00:00:00Z', { 'x-scope-orgid': 'other' })
  await tail.ready()
  await tell(crashed('of-default'))
  const own = open('uid=of-default&from=2026-11-23T00:00:00Z')
  await expect.poll(own.uids).toEqual(['of-default/0'])
  expect(tail.uids()).toEqual([])
  await Promise.all([tail.leave(), own.leave()])
})

test.each([
  ['cursor=abc', 400, 'cursor'],
  ['to=now', 400, 'to'],
  ['limit=5', 400, 'limit'],
  ['explain=true', 400, 'explain'],
  ['from=yesterday', 400, 'from'],
  ['outcome=running', 400, 'outcome'],
])('?%s is %i', async (query, code, parameter) => {
  const { status, body } = await request(`${service.url}/v1/deaths/tail?${query}`)
  expect([status, body['parameter']]).toEqual([code, parameter])
})

test('an id of other filters, and a type that it does not come in, are refused', async () => {
  const tail = open()
  await tail.ready()
  const headers = { 'last-event-id': tail.lastId() }
  const other = await request(`${service.url}/v1/deaths/tail?namespace=other`, { headers })
  expect([other.status, other.body['parameter']]).toEqual([400, 'Last-Event-ID'])
  await tail.leave()
  const { status } = await request(`${service.url}/v1/deaths/tail`, { headers: { accept: 'application/json' } })
  expect(status).toBe(406)
})

// The last one: one process has one embedded store.
test('it ends when the service stops', async () => {
  const answer = await fetch(`${service.url}/v1/deaths/tail`)
  const text = answer.text()
  await service[Symbol.asyncDispose]()
  isStopped = true
  expect(await text).toMatch(/event: end\ndata: \{\}\n\n$/)
})
