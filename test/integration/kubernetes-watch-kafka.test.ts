// A watch where there is Kafka, with a real broker: what the API server tells goes through the lifecycle topic, and a
// broker that dies meanwhile costs no death.
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { watchedKinds } from '#shared/kubernetes/watched-kind.ts'
import { kcatConsume } from '#test/support/kafka/kcat.ts'
import { createTopics } from '#test/support/kafka/topics.ts'
import { withKafka } from '#test/support/kafka/with-kafka.ts'
import { startRecordedApi, type RecordedApi } from '#test/support/recorded-api.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'
import { differences, shownPods, type ToldPod } from '#test/support/told-pods.ts'

const expected = JSON.parse(
  readFileSync(new URL('../fixtures/kubernetes-watch/pods.expected.json', import.meta.url), 'utf8'),
) as ToldPod[]

withKafka(
  'a watch where there is Kafka',
  (kafka) => {
    let api: RecordedApi
    let service: TestService
    let lifecycle: string
    beforeEach(async () => {
      api = await startRecordedApi()
      lifecycle = kafka.name('lifecycle')
      const logs = kafka.name('logs')
      await createTopics(kafka.brokers, [
        { topic: logs, partitions: 1 },
        { topic: lifecycle, partitions: 3 },
      ])
      service = await startTestService({
        AFTERLOG_KUBERNETES: api.kubeconfig,
        AFTERLOG_CLUSTER: 'proof',
        AFTERLOG_KAFKA_BROKERS: kafka.brokers,
        AFTERLOG_KAFKA_TOPICS: `${logs}:native,${lifecycle}:lifecycle`,
        AFTERLOG_KAFKA_GROUP: lifecycle,
      })
      await watching()
      await expect.poll(async () => (await request(`${service.url}/readyz`)).body['reasons'], { timeout: 40_000 }).toEqual([])
    })
    afterEach(async () => {
      await service?.[Symbol.asyncDispose]()
      await api[Symbol.asyncDispose]()
    })
    const watching = (): Promise<void> =>
      expect.poll(() => watchedKinds.filter((kind) => !api.isWatched(kind)), { timeout: 20_000 }).toEqual([])
    /** Every pod once, every death once: what is shown is what was done. */
    const allIsKnown = (): Promise<void> =>
      expect
        .poll(async () => differences(expected, await shownPods(service.url, 'proof')), { timeout: 90_000, interval: 500 })
        .toEqual([])

    test('no death is missed and none is told twice, and all of it is on the lifecycle topic', { timeout: 150_000 }, async () => {
      api.happen()
      await allIsKnown()
      const told = (await kcatConsume({ brokers: kafka.brokers, topic: lifecycle })).map(({ payload }) => payload)
      for (const { uid } of expected) expect(told.some((payload) => payload?.includes(uid))).toBe(true)
    })

    kafka.testThatKills('a broker that dies while things happen costs no death', { timeout: 200_000 }, async () => {
      api.happen(Math.floor(api.left / 3))
      await kafka.process.kill()
      api.happen(Math.floor(api.left / 2))
      await expect.poll(async () => (await request(`${service.url}/readyz`)).status, { timeout: 40_000 }).toBe(503)
      await kafka.process.restart()
      api.happen()
      await allIsKnown()
    })
  },
  { kills: true, kcat: true },
)
