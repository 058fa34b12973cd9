// Posts over HTTP where there is Kafka, while the store is away: the broker has them, so they are answered.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { createIngest } from '#ingest/service.ts'
import { createQuery } from '#query/service.ts'
import { startMigratedServer } from '#test/support/cluster/migrated.ts'
import { startServer } from '#test/support/cluster/start.ts'
import { post, record } from '#test/support/lines.ts'
import { withKafka } from '#test/support/kafka/with-kafka.ts'
import { request, startTestService } from '#test/support/service.ts'

const inflightBytesMax = 2 * 1024 * 1024

withKafka('posts where there is Kafka and the store is away', (kafka) => {
  test('are answered, in bounded memory, also when there are more than may be in flight, and are stored once it is back', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'afterlog-http-store-'))
    await using directory = new AsyncDisposableStack()
    directory.defer(() => rm(dir, { recursive: true, force: true }))
    await using server = await startMigratedServer({ dir })
    await using service = await startTestService(
      {
        AFTERLOG_CLICKHOUSE_URL: server.url,
        AFTERLOG_KAFKA_BROKERS: kafka.brokers,
        AFTERLOG_KAFKA_TOPICS: `${kafka.name('logs')}:native`,
        AFTERLOG_KAFKA_GROUP: kafka.name('group'),
        AFTERLOG_INFLIGHT_BYTES_MAX: String(inflightBytesMax),
      },
      [createIngest, createQuery],
    )
    const tenant = { url: service.url, tenant: 'away' }
    await vi.waitFor(async () => expect((await fetch(`${service.url}/readyz`)).status).toBe(200), {
      timeout: 40_000,
      interval: 100,
    })
    await server.kill()

    const text = 'x'.repeat(1000)
    let highest = 0
    for (let batch = 0; batch < 80; batch++) {
      const records = Array.from({ length: 100 }, (_, i) => record(`${batch}/${i} ${text}`, { podUid: `uid-${i % 10}` }))
      const { status, body } = await post(tenant, records)
      expect([status, body]).toMatchObject([200, { accepted: 100 }])
      const metrics = await (await fetch(`${service.url}/metrics`)).text()
      highest = Math.max(highest, Number(/^afterlog_ingest_inflight_bytes (\d+)$/m.exec(metrics)![1]))
    }
    // What was fetched at once may pass the cap before the partitions pause.
    expect(highest).toBeGreaterThan(inflightBytesMax / 2)
    expect(highest).toBeLessThan(inflightBytesMax * 4)

    await using again = await startServer({ dir, port: server.httpPort })
    expect(again.url).toBe(server.url)
    await vi.waitFor(
      async () => {
        const { status, body } = await request(`${service.url}/v1/fields/pod/values`, { headers: { 'x-scope-orgid': 'away' } })
        expect([status, body['values']]).toEqual([200, [{ value: 'cart', count: 8000 }]])
      },
      { timeout: 60_000, interval: 500 },
    )
  }, 180_000)
})
