// What real agents sent (test/fixtures/agents/README.md) is stored as what they had read: time to the ns, names, stream,
// restart and text, once each, also where it is sent again.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sendCaptured, sourceLines, type SourceLine } from '#test/support/captured.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
let source: SourceLine[]
beforeAll(async () => {
  service = await startTestService({ AFTERLOG_RETENTION: 'default=3650d' })
  source = await sourceLines()
})
afterAll(async () => service[Symbol.asyncDispose]())

interface StoredLine extends Record<string, unknown> {
  time: string
  message: string
  offset: number | null
}

async function linesOf(tenant: string): Promise<StoredLine[]> {
  const { body } = await request(`${service.url}/v1/logs?order=asc&limit=1000`, { headers: { 'x-scope-orgid': tenant } })
  return body['lines'] as StoredLine[]
}

const expected = ({ _time, pod_uid, ...line }: SourceLine) => ({
  time: _time,
  namespace: line.namespace,
  pod: line.pod,
  podUid: pod_uid,
  container: line.container,
  stream: line.stream,
  restart: line.restart,
  message: line.message,
})
const byTime = (a: { time: string; message: string }, b: { time: string; message: string }): number =>
  a.time < b.time ? -1 : a.time > b.time ? 1 : a.message < b.message ? -1 : 1

/** How many of the source's lines each recording has. */
const counts: readonly (readonly [folder: string, count: number])[] = [
  ['otlp/collector-proto', 40],
  ['otlp/collector-json', 40],
  ['otlp/fluent-bit', 10],
  ['otlp/fluent-bit-lines', 40],
  ['fluent/http-json', 10],
  ['fluent/http-json-lines', 9],
  ['fluent/http-msgpack-gzip', 10],
  ['fluent/fluent-bit-lines', 40],
  ['loki/fluent-bit', 14],
  ['loki/fluent-bit-lines', 40],
  ['elasticsearch/fluent-bit', 40],
]

describe.each(counts)('%s', (folder, count) => {
  const tenant = folder.replaceAll('/', '-')

  test('has every line as it stood in the file, once, also where all is sent again', async () => {
    for (let round = 0; round < 2; round++) {
      for (const { status, body } of await sendCaptured(service.url, tenant, folder)) expect(status, body).toBeLessThan(300)
      const lines = await linesOf(tenant)
      expect(lines).toHaveLength(count)
      const times = new Set(lines.map(({ time }) => time))
      const sent = source.map(expected).filter(({ time }) => times.has(time))
      expect(lines.toSorted(byTime)).toMatchObject(sent.toSorted(byTime))
      expect(lines.every(({ offset }) => offset !== null)).toBe(true)
    }
    const { body } = await request(`${service.url}/v1/dead-letters`, { headers: { 'x-scope-orgid': tenant } })
    expect(body['deadLetters']).toEqual([])
  })
})

test('Filebeat has every line as it stood in the file, with its time to the ms', async () => {
  for (let round = 0; round < 2; round++) {
    const [answer] = await sendCaptured(service.url, 'filebeat', 'elasticsearch/filebeat')
    expect(JSON.parse(answer!.body)).toMatchObject({ errors: false })
    const lines = await linesOf('filebeat')
    const inMs = source.map(expected).map((line) => ({ ...line, time: `${line.time.slice(0, 23)}000000Z` }))
    expect(lines.toSorted(byTime)).toMatchObject(inMs.toSorted(byTime))
    expect(lines.every(({ offset }) => offset !== null)).toBe(true)
  }
})

test('telemetrygen names a pod without a container: that is its service', async () => {
  for (const { status } of await sendCaptured(service.url, 'telemetrygen', 'otlp/telemetrygen')) expect(status).toBe(200)
  const lines = await linesOf('telemetrygen')
  expect(lines.length).toBeGreaterThan(0)
  for (const line of lines)
    expect(line).toMatchObject({
      namespace: 'shop',
      pod: 'cart-1',
      container: 'telemetrygen',
      severity: 'info',
      message: 'the message',
    })
})
