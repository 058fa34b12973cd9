// The shipped configuration of Fluent Bit, against what a real one produced with it: the stand-in of other tests makes
// the same messages, and ingest reads them.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseRetention } from '#shared/retention/retention.ts'
import { NativeDecoder } from '#ingest/formats/native.ts'
import { LineSink } from '#ingest/normalise/line-sink.ts'
import { decodeOptions, logRows } from '#test/support/decode.ts'
import { fluentBitMessages } from '#test/support/fluent-bit.ts'

const captured = readFileSync('test/fixtures/fluent-bit/messages.ndjson', 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as { key: string; payload: string })

test('the stand-in makes the messages that Fluent Bit makes', async () => {
  const made = await fluentBitMessages({
    file: 'deploy/agents/fluent-bit/fluent-bit.yaml',
    env: { KAFKA_BROKERS: 'kafka:9092', NODE_NAME: 'node-3', POD_LOGS: '/var/log/pods/*/*/*.log' },
    place: (path) => path.replace('/var/log', 'test/fixtures/fluent-bit'),
  })
  const there = (text: string) => text.replace('test/fixtures/fluent-bit', '/var/log')
  const timeless = (text: string): unknown => ({ ...(JSON.parse(text) as object), '@timestamp': 0 })
  expect(made.map(({ topic, key, value }) => [topic, there(key!), timeless(there(value))])).toEqual(
    captured.map(({ key, payload }) => ['afterlog.logs', key, timeless(payload)]),
  )
})

test('what Fluent Bit produces becomes lines with all that path and line say, under the offset of each', () => {
  const sink = new LineSink({ bytesHint: 1024, seed: 1 })
  const decoder = new NativeDecoder({ retention: parseRetention('default=3650d'), sink })
  for (const { payload } of captured)
    expect(decoder.message(Buffer.from(payload), decodeOptions.origin, 0)).toMatchObject({ accepted: 1, rejects: [] })
  const rows = logRows({ tables: sink.take(), accepted: 5, rejects: [] })
  expect(rows).toHaveLength(5)
  for (const row of rows)
    expect(row).toMatchObject({
      namespace: 'kube-system',
      pod: 'kube-proxy-w7v9d',
      container: 'kube-proxy',
      node: 'node-3',
      stream: 'stderr',
    })
  expect(rows.map(({ offset }) => Number(offset))).toEqual([0, 113, 253, 532, 594])
  expect(rows.map(({ partial }) => Boolean(partial))).toEqual([false, false, false, true, false])
  expect(rows[3]!.message).toBe('café "quoted" \\ back')
})

test.each([
  ['http.yaml', { name: 'http', uri: '/v1/fluent', format: 'msgpack' }],
  ['forward.yaml', { name: 'forward', require_ack_response: 'on' }],
  ['opentelemetry.yaml', { name: 'opentelemetry', logs_uri: '/v1/logs' }],
  ['loki.yaml', { name: 'loki', line_format: 'json' }],
  ['es.yaml', { name: 'es', suppress_type_name: 'on' }],
])('%s has the input of fluent-bit.yaml, and an output that gives no line up', (file, expected) => {
  const read = (name: string) =>
    parse(readFileSync(`deploy/agents/fluent-bit/${name}`, 'utf8')) as { service: object; pipeline: Record<string, object[]> }
  const [{ service, pipeline }, model] = [read(file), read('fluent-bit.yaml')]
  const { outputs, ...input } = pipeline
  const { outputs: _, ...modelInput } = model.pipeline
  expect({ service, ...input }).toEqual({ service: model.service, ...modelInput })
  expect(outputs).toEqual([expect.objectContaining({ ...expected, match: 'pods', retry_limit: 'no_limits' })])
})
