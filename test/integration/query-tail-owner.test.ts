// /v1/logs/tail?owner=: an owner is followed through crash, eviction and rollout, whatever comes late, and however
// often its reader comes back.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { columns } from '#ingest/store/columns.ts'
import { scale } from '#test/support/campaign.ts'
import { decode, fixture as kubernetesFixture, origin, type KubernetesObject } from '#test/support/kubernetes.ts'
import { createReturningReader, openEvents, type SseMessage } from '#test/support/sse.ts'
import { openQueryFixture, type QueryFixture } from './query-fixture.ts'

let fixture: QueryFixture
let base: string
beforeAll(async () => {
  fixture = await openQueryFixture()
  base = await fixture.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => fixture[Symbol.asyncDispose]())

const tell = async (tenant: string, ...objects: unknown[]): Promise<void> => {
  const { tables, rejects } = decode(objects, { ...origin, tenant })
  expect(rejects).toEqual([])
  for (const { table, rows } of tables)
    await fixture.test.store.insert({ table, columns: columns[table], rows, format: 'JSONCompactEachRow' })
  await fixture.project()
}
/** Clock times are of t0's day, 10:00. */
const at = (clock: string): string => `2026-11-23T10:${clock}Z`
const ns = (clock: string): bigint => BigInt(Date.parse(at(clock))) * 1_000_000n

interface Shape {
  name: string
  born: string
  version: number
  node?: string
  set?: string
  change?: (pod: KubernetesObject) => void
}
function pod({ name, born, version, node = 'node-3', set = 'cart-7d9f', change = () => {} }: Shape): KubernetesObject {
  return kubernetesFixture('pod-replacement', (made) => {
    Object.assign(made['metadata'], {
      name,
      uid: `uid-${name}`,
      resourceVersion: String(version),
      creationTimestamp: at(born),
      managedFields: [],
    })
    made['metadata'].labels = { 'pod-template-hash': set.split('-')[1] }
    made['metadata'].ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: set, uid: 'rs', controller: true }]
    made['spec'].nodeName = node
    Object.assign(made['status'], { startTime: at(born), conditions: [] })
    runs(born)(made)
    change(made)
  })
}
const runs =
  (since: string, restartCount = 0, lastState = {}) =>
  (made: KubernetesObject) =>
    (made['status'].containerStatuses = [{ name: 'app', restartCount, state: { running: { startedAt: at(since) } }, lastState }])
const ended = (exitCode: number, reason: string, finished: string, restartCount = 0) => ({
  terminated: {
    exitCode,
    reason,
    startedAt: at('00:00'),
    finishedAt: at(finished),
    containerID: `containerd://c${restartCount}`,
  },
})

let received = 0
const line = (tenant: string, name: string, clock: string, message: string, restart = 0, arrivedMs = 0) => {
  const arrived = fixture.clock.now + (arrivedMs || ++received)
  return { tenant, ts: ns(clock), pod: name, pod_uid: `uid-${name}`, restart, message, received: arrived }
}
/** Sent twice, as agents do. */
const say = async (...lines: ReturnType<typeof line>[]): Promise<void> => {
  await fixture.insert(lines)
  await fixture.insert(lines)
}

/** What a message says: a line's text, or a divider's. */
const textOf = ({ event, data }: SseMessage): string | undefined => {
  if (event !== 'line' && event !== 'life') return undefined
  const { message, text } = JSON.parse(data!) as { message?: string; text?: string }
  return message ?? text
}

/** In whichever order: facts come when they come. */
const sameTexts = (texts: readonly string[], expected: readonly string[]): void =>
  expect(texts.toSorted()).toEqual(expected.toSorted())

const follow = (tenant: string, query: string, id?: string) =>
  openEvents(`${base}/v1/logs/tail?${query}`, { 'x-scope-orgid': tenant, ...(id === undefined ? {} : { 'last-event-id': id }) })

const createReader = (tenant: string, query: string, each: number) =>
  createReturningReader({ open: (id) => follow(tenant, query, id), textOf, each })

/** After so many messages a reader comes back: by day after each one, at night also between and never. */
const returns = scale === 1 ? [1] : [1, 2, 3, 5, 1000]

test.each(returns)(
  'a whole story, its reader coming back after each %i: every line once, every divider once',
  { timeout: 120_000 },
  async (each) => {
    const tenant = `story-${each}`
    const a = (version: number, change?: Shape['change']) =>
      pod({ name: 'cart-a', born: '00:00', version, ...(change === undefined ? {} : { change }) })
    await tell(tenant, a(1))
    await say(line(tenant, 'cart-a', '00:01', 'before anyone followed', 0, -1000))
    const reader = createReader(tenant, 'owner=Deployment/cart', each)
    await reader.start()

    // A crash, and the restart; the last words and the fact come together, and the facts are told twice.
    await say(line(tenant, 'cart-a', '01:00', 'a is fine'), line(tenant, 'other', '01:00', 'not ours'))
    expect(await reader.texts(1)).toEqual(['a is fine'])
    await say(line(tenant, 'cart-a', '02:04', 'a runs out of memory'))
    const oom = ended(137, 'OOMKilled', '02:04')
    await tell(tenant, a(2, runs('02:14', 1, oom)))
    await tell(tenant, a(2, runs('02:14', 1, oom)), a(1))
    await say(line(tenant, 'cart-a', '02:15', 'a is back', 1))
    const crash = await reader.texts(4)
    sameTexts(crash, [
      'a is back',
      'a runs out of memory',
      '── cart-a/app died: OOMKilled (137) ──',
      '── cart-a/app died: OOMKilled (137) · life 1 of cart-a/app born on node-3, 10 s later ──',
    ])

    // An eviction. The replacement speaks before anyone told whose it is.
    await tell(
      tenant,
      a(3, (made) => {
        Object.assign(made['status'], { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' })
        made['status'].containerStatuses = [{ name: 'app', restartCount: 1, state: ended(137, 'Error', '05:00', 1) }]
      }),
    )
    await say(line(tenant, 'cart-b', '05:05', 'b says hello'), line(tenant, 'cart-b', '05:06', 'b is up'))
    expect(await reader.texts(1)).toEqual(['── cart-a died: Evicted (137) ──'])
    await say(line(tenant, 'cart-b', '05:07', 'b goes on'))
    await tell(tenant, pod({ name: 'cart-b', born: '05:04', version: 4, node: 'node-4' }))
    const evicted = await reader.texts(4)
    expect(evicted.filter((text) => !text.startsWith('──'))).toEqual(['b says hello', 'b is up', 'b goes on'])
    expect(evicted.filter((text) => text.startsWith('──'))).toEqual([
      '── cart-a died: Evicted (137) · cart-b born on node-4, 4 s later ──',
    ])

    // A rollout: the new pod, of another ReplicaSet, comes before the old one goes.
    await tell(tenant, pod({ name: 'cart-c', born: '10:00', version: 5, node: 'node-5', set: 'cart-8e0a' }))
    await say(line(tenant, 'cart-c', '10:01', 'c is the new one'))
    sameTexts(await reader.texts(2), ['c is the new one', '── cart-c born on node-5 ──'])
    const stopped = pod({
      name: 'cart-b',
      born: '05:04',
      version: 6,
      node: 'node-4',
      change: (made) => {
        Object.assign(made['metadata'], { deletionTimestamp: at('10:32'), deletionGracePeriodSeconds: 30 })
        made['status'].containerStatuses = [{ name: 'app', restartCount: 0, state: ended(143, 'Error', '10:03') }]
      },
    })
    await say(line(tenant, 'cart-b', '10:03', 'b got SIGTERM'))
    await tell(tenant, { type: 'DELETED', object: stopped })
    sameTexts(await reader.texts(2), ['b got SIGTERM', '── cart-b died: deleted (143) ──'])
    expect(await reader.rest()).toEqual([])
  },
)

test('an owner that is not known yet: a comment says so, and its first pod is followed as soon as it is reported', async () => {
  const { messages, leave, status } = await follow('nobody', 'owner=StatefulSet/db')
  expect(status).toBe(200)
  await messages.next()
  expect((await messages.next()).value).toEqual({
    comment: 'no pod of StatefulSet/db is known yet: its pods are followed as soon as one is reported',
  })
  await say(line('nobody', 'db-0', '01:00', 'first words'))
  await tell(
    'nobody',
    pod({
      name: 'db-0',
      born: '00:30',
      version: 1,
      change: (made) =>
        (made['metadata'].ownerReferences = [
          { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 's', controller: true },
        ]),
    }),
  )
  const seen: string[] = []
  while (seen.length < 2) {
    const { value } = await messages.next()
    const text = textOf(value)
    if (text !== undefined) seen.push(text)
  }
  sameTexts(seen, ['first words', '── db-0 born on node-3 ──'])
  leave()
})

test('a pod that was stored before the tail began, and had no record then, is followed once it has one', async () => {
  await fixture.project()
  const { tables } = decode([pod({ name: 'web-0', born: '00:30', version: 1, set: 'web-1' })], { ...origin, tenant: 'lately' })
  for (const { table, rows } of tables)
    await fixture.test.store.insert({ table, columns: columns[table], rows, format: 'JSONCompactEachRow' })
  const reader = createReader('lately', 'owner=ReplicaSet/web-1', 1000)
  await reader.start()
  await fixture.project()
  await say(line('lately', 'web-0', '01:00', 'first words'))
  const texts = await reader.texts(2)
  expect(texts).toContain('first words')
})

test('from: the past comes first, in order of time, its dividers where they belong; a reader that comes back in it misses nothing', async () => {
  for (const each of returns) {
    const tenant = `past-${each}`
    const oom = ended(137, 'OOMKilled', '02:04')
    await say(
      line(tenant, 'cart-a', '01:00', 'one', 0, -5000),
      line(tenant, 'cart-a', '02:04', 'last words', 0, -4000),
      line(tenant, 'cart-a', '02:15', 'two', 1, -3000),
      line(tenant, 'cart-a', '00:10', 'too old', 0, -6000),
    )
    await tell(tenant, pod({ name: 'cart-a', born: '00:00', version: 2, change: runs('02:14', 1, oom) }))
    const reader = createReader(tenant, `owner=Deployment/cart&from=${at('00:30')}`, each)
    expect(await reader.texts(5), String(each)).toEqual([
      'one',
      'last words',
      '── cart-a/app died: OOMKilled (137) ──',
      '── cart-a/app died: OOMKilled (137) · life 1 of cart-a/app born on node-3, 10 s later ──',
      'two',
    ])
    await say(line(tenant, 'cart-a', '03:00', 'three', 1))
    expect(await reader.texts(1)).toEqual(['three'])
    expect(await reader.rest()).toEqual([])
  }
})

test('other filters hold too, and a divider has its fields', async () => {
  await tell('filters', pod({ name: 'cart-a', born: '00:00', version: 1 }))
  const reader = await follow('filters', 'owner=Deployment/cart&container=app&q=boom')
  await reader.messages.next()
  await say(line('filters', 'cart-a', '01:00', 'quiet'), line('filters', 'cart-a', '01:01', 'boom'))
  await tell('filters', pod({ name: 'cart-a', born: '00:00', version: 2, change: runs('02:14', 1, ended(1, 'Error', '02:04')) }))
  const seen: SseMessage[] = []
  while (seen.length < 3) {
    const { value } = await reader.messages.next()
    if (value?.event !== undefined) seen.push(value)
  }
  reader.leave()
  expect(seen.filter(({ event }) => event === 'line').map(textOf)).toEqual(['boom'])
  expect(JSON.parse(seen.filter(({ event }) => event === 'life')[0]!.data!)).toEqual({
    time: '2026-11-23T10:02:04.000000000Z',
    kind: 'died',
    pod: 'cart-a',
    podUid: 'uid-cart-a',
    container: 'app',
    restart: 0,
    outcome: 'crashed',
    reason: 'Error',
    exitCode: 1,
    node: 'node-3',
    text: '── cart-a/app died: crashed (1) ──',
  })
})

test.each(['cart', 'deployment/cart', 'Deployment/', 'Deployment/a/b', 'Node/node-1', '', 'Deployment/a b', "Deployment/'--"])(
  'owner=%s',
  async (owner) => {
    const answer = await fetch(`${base}/v1/logs/tail?owner=${encodeURIComponent(owner)}`)
    const known = ['cart', 'deployment/cart', 'Node/node-1', "Deployment/'--"].includes(owner)
    expect(answer.status).toBe(known ? 200 : 400)
    if (!known) expect(await answer.json()).toMatchObject({ parameter: 'owner' })
    else await answer.body?.cancel()
  },
)

test('a cursor belongs to its owner', async () => {
  await tell('cursor', pod({ name: 'cart-a', born: '00:00', version: 1 }))
  const reader = await follow('cursor', 'owner=Deployment/cart')
  await reader.messages.next()
  await say(line('cursor', 'cart-a', '01:00', 'x'))
  let id: string | undefined
  for await (const message of reader.messages) if ((id = message.id) !== undefined) break
  reader.leave()
  for (const query of ['owner=Deployment/web', '']) expect((await follow('cursor', query, id)).status).toBe(400)
})

test('a tail of an owner ends with an event when the service stops', async () => {
  const { messages } = await follow('cursor', 'owner=Deployment/cart')
  await messages.next()
  fixture.stop()
  const rest: SseMessage[] = []
  for await (const message of messages) rest.push(message)
  expect(rest.at(-1)).toEqual({ event: 'end', data: '{}' })
})
