// What agents send to Kafka, with a real broker and a client that is not ours: each format of a topic makes the lines
// that the same body makes over HTTP, and a key says whose lines they are where the records do not.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { agentFormats, type AgentFormat } from '#shared/kafka/settings.ts'
import { bulk } from '#test/support/agents/bulk.ts'
import { fluentJson, fluentJsonLines } from '#test/support/agents/fluent.ts'
import { lokiJson, lokiProto } from '#test/support/agents/loki.ts'
import { journald } from '#test/support/agents/journald.ts'
import { otlpJson, otlpProto } from '#test/support/agents/otlp.ts'
import { agentLine, type AgentLine } from '#test/support/agents/protocol.ts'
import { syslog } from '#test/support/agents/syslog.ts'
import { kcatProduce } from '#test/support/kafka/kcat.ts'
import { withKafka } from '#test/support/kafka/with-kafka.ts'
import { messagesOf } from '#test/support/lines.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

const time = BigInt(Date.now() - 60_000) * 1_000_000n
const line = (message: string, more: Partial<AgentLine> = {}): AgentLine => agentLine(time, message, { offset: 7, ...more })
const logPath = '/var/log/pods/shop_cart-7d9f_5b0c6a3e-3f0c-4d25-9f3a-6f2f8f4a1c11/app/2.log'
const now = new Date(Number(time / 1_000_000n)).toISOString()

withKafka("agents' formats on Kafka", (kafka) => {
  let service: TestService
  const topics = new Map<AgentFormat | 'native' | 'lifecycle', string>()
  beforeAll(async () => {
    for (const format of ['native', 'lifecycle', ...agentFormats] as const) topics.set(format, kafka.name(format))
    service = await startTestService({
      AFTERLOG_KAFKA_BROKERS: kafka.brokers,
      AFTERLOG_KAFKA_TOPICS: [...topics].map(([format, topic]) => `${topic}:${format}`).join(','),
      AFTERLOG_KAFKA_GROUP: topics.get('native')!,
      AFTERLOG_RETENTION: 'default=3650d',
    })
    await vi.waitFor(async () => expect((await fetch(`${service.url}/readyz`)).status).toBe(200), {
      timeout: 60_000,
      interval: 200,
    })
  })
  afterAll(async () => await service?.[Symbol.asyncDispose]())

  const produce = (format: AgentFormat, tenant: string, value: Buffer | string, key?: string) =>
    kcatProduce({
      brokers: kafka.brokers,
      topic: topics.get(format)!,
      value,
      headers: { 'x-scope-orgid': tenant },
      ...(key === undefined ? {} : { key }),
    })
  const soon = { timeout: 30_000, interval: 200 }
  const settled = (tenant: string, messages: readonly string[]) =>
    vi.waitFor(async () => expect(await messagesOf({ url: service.url, tenant })).toEqual(messages), soon)
  const ask = async (tenant: string, path: string) =>
    (await request(`${service.url}${path}`, { headers: { 'x-scope-orgid': tenant } })).body

  test.each([
    ['otlp-proto', otlpProto.body([line('a'), line('b', { offset: 99 })])],
    ['otlp-json', otlpJson.body([line('a'), line('b', { offset: 99 })])],
    ['fluent', fluentJson.body([line('a'), line('b', { offset: 99 })])],
    ['vector', fluentJsonLines.body([line('a'), line('b', { offset: 99 })])],
    ['loki-proto', lokiProto.body([line('a'), line('b', { offset: 99 })])],
    ['loki-json', lokiJson.body([line('a'), line('b', { offset: 99 })])],
    ['bulk', bulk.body([line('a'), line('b', { offset: 99 })])],
    ['journald', journald.body([line('a'), line('b')])],
    ['syslog', syslog.body([line('a'), line('b', { offset: 99 })])],
  ] as const)('%s: the lines of a message, once, also where it comes twice', async (format, body) => {
    await produce(format, `of-${format}`, body)
    await produce(format, `of-${format}`, body)
    await settled(`of-${format}`, ['a', 'b'])
  })

  test('filebeat and logstash: one document per message, with the fields of Filebeat', async () => {
    const document = {
      '@timestamp': now,
      message: 'told',
      log: { offset: 42, file: { path: '/var/log/containers/x.log', inode: '131907', device_id: '64768' } },
      stream: 'stderr',
      kubernetes: {
        namespace: 'shop',
        pod: { name: 'cart-7d9f', uid: '5b0c6a3e-3f0c-4d25-9f3a-6f2f8f4a1c11' },
        node: { name: 'node-7' },
        container: { name: 'app' },
        labels: { app: 'cart' },
      },
    }
    for (const format of ['filebeat', 'logstash'] as const) {
      await produce(format, `of-${format}`, JSON.stringify(document))
      await settled(`of-${format}`, ['told'])
      expect((await ask(`of-${format}`, '/v1/logs'))['lines']).toMatchObject([
        { namespace: 'shop', pod: 'cart-7d9f', node: 'node-7', container: 'app', offset: 42, labels: { app: 'cart' } },
      ])
    }
  })

  test('cri: lines as they stand in the file whose path is the key', async () => {
    await produce('cri', 'of-cri', `${now} stdout F first\n${now} stderr P be\n${now} stderr F gin\n`, logPath)
    await settled('of-cri', ['first', 'begin'])
    expect((await ask('of-cri', '/v1/logs'))['lines']).toMatchObject([
      { pod: 'cart-7d9f', restart: 2, container: 'app' },
      { pod: 'cart-7d9f', restart: 2, container: 'app' },
    ])
    await produce('cri', 'no-key', `${now} stdout F nobody's\n`)
    await vi.waitFor(
      async () => expect((await ask('no-key', '/v1/dead-letters'))['deadLetters']).toMatchObject([{ code: 'bad-path' }]),
      soon,
    )
  })

  test('a key that is a path says whose record it is', async () => {
    await produce('fluent', 'keyed', JSON.stringify({ time: now, log: 'x', stream: 'stdout' }), logPath)
    await settled('keyed', ['x'])
  })

  test('two equal messages of one record without offset are two lines', async () => {
    const { offset: _, ...record } = line('same')
    for (let i = 0; i < 2; i++) await produce('fluent', 'equal', fluentJsonLines.body([record]))
    await settled('equal', ['same', 'same'])
  })

  test('a message that is not of its format is a dead letter of that format, and its neighbours are stored', async () => {
    await produce('otlp-proto', 'broken', 'no protobuf')
    await produce('otlp-proto', 'broken', otlpProto.body([line('a')]))
    await settled('broken', ['a'])
    expect((await ask('broken', '/v1/dead-letters'))['deadLetters']).toMatchObject([
      { code: 'bad-message', format: 'otlp-proto' },
    ])
  })

  test('objects among lines, on the topic and posted, are objects', async () => {
    const objects = await readFile(join(import.meta.dirname, '../fixtures/kubernetes/agent-k8sobjects-otlp.json'))
    await produce('otlp-json', 'objects', objects)
    const headers = { 'content-type': 'application/json', 'x-scope-orgid': 'posted' }
    const { status } = await fetch(`${service.url}/v1/logs`, { method: 'POST', body: objects, headers })
    expect(status).toBe(200)
    for (const tenant of ['objects', 'posted'])
      await vi.waitFor(
        async () =>
          expect((await ask(tenant, '/k8s/api/v1/pods'))['items']).toMatchObject([
            { metadata: { name: 'cart-7d9f8b6c5-x2v4q' } },
          ]),
        soon,
      )
  })

  test('posts of agents are published as native records', async () => {
    const answer = await otlpProto.send({ url: service.url, tenant: 'posted-lines' }, [
      line('a'),
      line('of 1971', { time: 31_536_000_000_000_001n }),
    ])
    expect(answer.status).toBe(200)
    await settled('posted-lines', ['a'])
  })
})
