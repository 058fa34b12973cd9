// Posts over HTTP where there is Kafka, with a real broker: what is answered with 200 is on the topic, in order, and
// from there in every answer once; what is not on the topic is never answered with 200.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { answersOf, messagesOf, once, post, record, type TestRecord } from '#test/support/lines.ts'
import { fixture } from '#test/support/kubernetes.ts'
import { kcatConsume, type KcatMessage } from '#test/support/kafka/kcat.ts'
import { createTopics } from '#test/support/kafka/topics.ts'
import { withKafka } from '#test/support/kafka/with-kafka.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

const messageBytesMax = 12_000
const inflightBytesMax = 2 * 1024 * 1024

interface Batch {
  seq: number
  records: { message: string; ordinal?: number; offset?: number; partial?: boolean }[]
}

withKafka(
  'posts where there is Kafka',
  (kafka) => {
    let service: TestService
    let topic: string
    let lifecycle: string
    beforeAll(async () => {
      topic = kafka.name('logs')
      lifecycle = kafka.name('lifecycle')
      const settings = { 'max.message.bytes': String(messageBytesMax), 'message.timestamp.type': 'LogAppendTime' }
      await createTopics(kafka.brokers, [{ topic, partitions: 3, settings }])
      service = await startTestService({
        AFTERLOG_KAFKA_BROKERS: kafka.brokers,
        AFTERLOG_KAFKA_TOPICS: `${topic}:native,${lifecycle}:lifecycle`,
        AFTERLOG_KAFKA_GROUP: topic,
        AFTERLOG_INFLIGHT_BYTES_MAX: String(inflightBytesMax),
      })
      await ready()
    })
    afterAll(async () => await service?.[Symbol.asyncDispose]())

    const ready = async () =>
      await vi.waitFor(
        async () => {
          const response = await fetch(`${service.url}/readyz`)
          expect([response.status, await response.text()]).toMatchObject([200, expect.any(String) as string])
        },
        { timeout: 40_000, interval: 100 },
      )
    const inflightBytes = async () =>
      Number(/^afterlog_ingest_inflight_bytes (\d+)$/m.exec(await (await fetch(`${service.url}/metrics`)).text())![1])
    const poster = (tenant: string) => ({ url: service.url, tenant })
    const onTopic = async (tenant: string, name = topic): Promise<KcatMessage[]> =>
      (await kcatConsume({ brokers: kafka.brokers, topic: name })).filter(
        ({ headers }) => headerOf(headers, 'x-scope-orgid') === tenant,
      )
    const settled = async (tenant: string, messages: readonly string[]) => {
      await vi.waitFor(async () => expect(await messagesOf(poster(tenant))).toEqual(messages), {
        timeout: 20_000,
        interval: 200,
      })
      expect(await answersOf(poster(tenant))).toEqual(once([...messages]))
    }
    const letters = async (tenant: string, count: number) =>
      await vi.waitFor(
        async () => {
          const { body } = await request(`${service.url}/v1/dead-letters`, { headers: { 'x-scope-orgid': tenant } })
          expect(body['deadLetters']).toHaveLength(count)
          return body['deadLetters'] as Record<string, unknown>[]
        },
        { timeout: 20_000, interval: 200 },
      )

    test('lines are on the topic by the uid of their pod, in order, with their ordinals, and in every answer once', async () => {
      const messages = Array.from({ length: 400 }, (_, i) => `line ${Math.floor(i / 4)}`)
      const records = messages.map((message, i) => record(message, { podUid: `uid-${i % 2}`, pod: `web-${i % 2}` }))
      const before = Date.now()
      const { status, body } = await post(poster('order'), records)
      expect([status, body]).toEqual([200, { accepted: 400, rejected: 0, rejects: [] }])
      const stored = await onTopic('order')
      expect(stored.length).toBeGreaterThan(4)
      for (const uid of [0, 1]) {
        const own = stored.filter(({ key }) => key === `uid-${uid}`)
        expect(new Set(own.map(({ partition }) => partition)).size).toBe(1)
        const batches = own.map(({ payload }) => JSON.parse(payload!) as Batch)
        expect(batches.flatMap((batch) => batch.records.map(({ message }) => message))).toEqual(
          messages.filter((_, i) => i % 2 === uid),
        )
        // Two equal lines of each four are of this pod.
        expect(batches.flatMap((batch) => batch.records.map(({ ordinal }) => ordinal))).toEqual(
          Array.from({ length: 200 }, (_, i) => i % 2),
        )
        for (const { payload, headers } of own) {
          expect(Buffer.byteLength(payload!)).toBeLessThan(messageBytesMax)
          const received = Number(headerOf(headers, 'x-afterlog-received'))
          expect(received).toBeGreaterThanOrEqual(before)
          expect(received).toBeLessThanOrEqual(Date.now())
        }
      }
      // Sent again, nothing changes but the topic.
      expect((await post(poster('order'), records)).status).toBe(200)
      expect(await onTopic('order')).toHaveLength(stored.length * 2)
      for (const uid of [0, 1])
        await vi.waitFor(
          async () => {
            const answer = await request(`${service.url}/v1/logs?order=asc&limit=10000&podUid=uid-${uid}`, {
              headers: { 'x-scope-orgid': 'order' },
            })
            const shown = (answer.body['lines'] as { message: string }[]).map(({ message }) => message)
            expect(shown).toEqual(messages.filter((_, i) => i % 2 === uid))
          },
          { timeout: 20_000, interval: 200 },
        )
    })

    test('what cannot be stored is a dead letter once, as over HTTP, and so is what fits no message', async () => {
      const large = record('x'.repeat(30_000))
      const bad = [{ ...record('late'), time: 'noon' }, record('good'), large] as TestRecord[]
      for (const _ of [1, 2]) {
        const { status, body } = await post(poster('bad'), bad)
        expect(status).toBe(200)
        expect(body).toMatchObject({
          accepted: 1,
          rejected: 2,
          rejects: [
            { index: 0, code: 'bad-time' },
            { index: 2, code: 'too-large' },
          ],
        })
        expect((body['rejects'] as { reason: string }[])[1]!.reason).toContain(`topic ${topic} takes`)
      }
      await settled('bad', ['good'])
      const found = await letters('bad', 2)
      expect(found.map(({ origin, code }) => `${String(origin)} ${String(code)}`).toSorted()).toEqual([
        'http:/v1/batches#0 bad-time',
        'http:/v1/batches#2 too-large',
      ])
    })

    test('a dead letter that is sent again and stored is done with', async () => {
      await post(poster('again'), [{ ...record('late'), time: 'noon' }])
      const [letter] = await letters('again', 1)
      const response = await fetch(`${service.url}/v1/batches`, {
        method: 'POST',
        body: JSON.stringify({ records: [record('late')] }),
        headers: { 'content-type': 'application/json', 'x-scope-orgid': 'again', 'x-afterlog-replay': String(letter!['id']) },
      })
      expect(response.status).toBe(200)
      await settled('again', ['late'])
      await vi.waitFor(
        async () => {
          const { body } = await request(`${service.url}/v1/dead-letters?replayed=false`, {
            headers: { 'x-scope-orgid': 'again' },
          })
          expect(body['deadLetters']).toEqual([])
        },
        { timeout: 20_000, interval: 200 },
      )
    })

    test('objects of Kubernetes are on their topic by the uid of their pod, and the pod is known', async () => {
      const pod = fixture('pod-crash-loop') as { metadata: { uid: string } }
      const { status, body } = await request(`${service.url}/v1/lifecycle`, {
        method: 'POST',
        body: JSON.stringify([pod, { type: 'DELETED', object: pod }, 17]),
        headers: { 'content-type': 'application/json', 'x-scope-orgid': 'life', 'x-afterlog-cluster': 'c1' },
      })
      expect([status, body]).toMatchObject([200, { accepted: 2, rejected: 1 }])
      const stored = (await onTopic('life', lifecycle)).filter(({ key }) => key === pod.metadata.uid)
      expect(stored.map(({ payload }) => JSON.parse(payload!) as object)).toMatchObject([{ kind: 'Pod' }, { type: 'DELETED' }])
      await vi.waitFor(
        async () => {
          const found = await request(`${service.url}/v1/pods/${pod.metadata.uid}`, { headers: { 'x-scope-orgid': 'life' } })
          expect([found.status, found.body['cluster']]).toEqual([200, 'c1'])
        },
        { timeout: 20_000, interval: 200 },
      )
      expect((await letters('life', 1))[0]).toMatchObject({ origin: 'http:/v1/lifecycle#2' })
    })

    test('a body that is no batch is 400, and nothing of it is published', async () => {
      const { status } = await request(`${service.url}/v1/batches`, {
        method: 'POST',
        body: '{"records":[{]}',
        headers: { 'content-type': 'application/json', 'x-scope-orgid': 'none' },
      })
      expect(status).toBe(400)
      expect(await onTopic('none')).toEqual([])
    })

    kafka.testThatKills(
      'with the broker away a post is 503 with Retry-After in bounded time and memory, and nothing acknowledged is missing after',
      async () => {
        const acknowledged: string[] = []
        const refused = new Map<number, number>()
        let slowestMs = 0
        let sent = 0
        const send = async (more = '') => {
          const message = `line ${sent++}`
          const startedMs = performance.now()
          const { status, headers } = await post(poster('outage'), [record(message, { offset: sent, labels: { more } })])
          if (status === 200) acknowledged.push(message)
          else {
            expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
            refused.set(status, (refused.get(status) ?? 0) + 1)
            slowestMs = Math.max(slowestMs, performance.now() - startedMs)
          }
        }
        await Promise.all(Array.from({ length: 100 }, () => send()))
        expect(acknowledged).toHaveLength(100)
        // Some are under way while it dies.
        const dying = Promise.all(Array.from({ length: 100 }, () => send()))
        await kafka.process.kill()
        await dying
        const before = acknowledged.length
        // More than may be in flight: the rest is 429 at once.
        const many = Promise.all(Array.from({ length: 400 }, () => send('x'.repeat(10_000))))
        await vi.waitFor(() => expect(refused.has(429)).toBe(true), { timeout: 10_000, interval: 20 })
        expect(await inflightBytes()).toBeGreaterThan(0)
        expect(await inflightBytes()).toBeLessThanOrEqual(inflightBytesMax)
        await many
        expect(acknowledged).toHaveLength(before)
        expect([...refused.keys()].toSorted((a, b) => a - b)).toEqual([429, 503])
        expect(slowestMs).toBeLessThan(20_000)
        expect(await inflightBytes()).toBe(0)

        await kafka.process.restart()
        await vi.waitFor(
          async () => {
            await send()
            expect(acknowledged.length).toBeGreaterThan(before)
          },
          { timeout: 40_000, interval: 500 },
        )
        const stored = (await onTopic('outage')).flatMap(({ payload }) => (JSON.parse(payload!) as Batch).records)
        const there = new Set(stored.map(({ message }) => message))
        expect(acknowledged.filter((message) => !there.has(message))).toEqual([])
        await vi.waitFor(
          async () => {
            const messages = await messagesOf(poster('outage'))
            expect(new Set(messages)).toEqual(there)
            expect(messages).toHaveLength(there.size)
          },
          { timeout: 40_000, interval: 500 },
        )
      },
      180_000,
    )
  },
  { kills: true, kcat: true },
)

function headerOf(headers: readonly string[] | undefined, name: string): string | undefined {
  const at = (headers ?? []).findIndex((value, i) => i % 2 === 0 && value === name)
  return at === -1 ? undefined : headers![at + 1]
}
