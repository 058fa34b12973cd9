// Pushes of Loki as native records, whatever carries them: HTTP, or a message of Kafka.
import { readFileSync } from 'node:fs'
import { compressSync } from 'snappy'
import { describe, expect, test } from 'vitest'
import { lokiJson } from '#ingest/formats/loki-json.ts'
import { lokiProto } from '#ingest/formats/loki-proto.ts'
import type { NativeLines } from '#ingest/formats/native-lines.ts'
import { encode, encodePush, timestampOf, type Stream } from '#test/support/agents/loki-proto.ts'

const time = 1_795_453_230_949_182_250n
const stream = (labels: string, ...lines: string[]): Stream => ({
  labels,
  entries: lines.map((line) => ({ timestamp: timestampOf(time), line: Buffer.from(line) })),
})
const podLabels = '{namespace="shop", pod="cart", container="app"}'

interface NativeRecord extends Record<string, unknown> {
  labels?: Record<string, string>
  attributes?: Record<string, string>
}

function recordsOf(lines: NativeLines): NativeRecord[] {
  const text = lines.take().toString()
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as NativeRecord]))
}
const proto = (body: Buffer): NativeLines => lokiProto(body, { receivedMs: 0 })
const json = (value: unknown): NativeLines =>
  lokiJson(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)), { receivedMs: 0 })
const jsonPush = (labels: Record<string, unknown>, ...values: unknown[]) => ({ streams: [{ stream: labels, values }] })

describe('a push in protobuf', () => {
  test('is read as it is, compressed, and as a single stream', () => {
    const cart = stream(podLabels, 'a', 'b')
    const [plain, compressed, single] = [
      encode('PushRequest', { streams: [cart] }),
      encodePush(cart),
      encode('StreamAdapter', cart),
    ]
    for (const body of [plain, compressed, single, compressSync(single)]) {
      const records = recordsOf(proto(body))
      expect(records.map(({ message }) => message)).toEqual(['a', 'b'])
      expect(records[0]).toMatchObject({ time: String(time), namespace: 'shop', pod: 'cart', container: 'app' })
    }
    expect(recordsOf(proto(Buffer.alloc(0)))).toEqual([])
  })

  test('of a client of Loki in Go has its labels, and times to the ns', () => {
    const records = recordsOf(proto(readFileSync('test/fixtures/loki/canary/01.body')))
    expect(records).toHaveLength(5)
    for (const { message, time: at, stream: of, labels } of records) {
      // The canary writes the time of an entry in front of its text.
      expect(String(message).split(' ')[0]).toBe(at)
      expect([of, labels]).toEqual(['stdout', { name: 'loki-canary' }])
    }
  })

  test('has the labels of a stream also where they stand behind its entries', () => {
    const labels = encode('StreamAdapter', { labels: podLabels, entries: [] })
    const entries = encode('StreamAdapter', stream('', 'a'))
    const swapped = Buffer.concat([entries.subarray(entries.indexOf(0x12)), labels])
    const body = Buffer.concat([Buffer.from([0x0a, swapped.length]), swapped])
    expect(recordsOf(proto(body))).toMatchObject([{ message: 'a', pod: 'cart' }])
  })

  test('rejects the entries of a stream whose labels are broken, and no others', () => {
    const lines = proto(encodePush(stream('{pod=cart}', 'a', 'b'), stream(podLabels, 'c')))
    expect([...lines.problems]).toEqual([0, 1].map((index) => [index, expect.stringContaining('found "cart}"') as string]))
    expect(recordsOf(lines).map(({ message }) => message)).toEqual([undefined, undefined, 'c'])
  })

  test.each([
    ['what is cut short', encode('PushRequest', { streams: [stream(podLabels, 'abc')] }).subarray(0, -2)],
    ['groups without an end', Buffer.alloc(100_000, 0x0b)],
    ['text', Buffer.from('<html>')],
    ['a length beyond the body', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0x7f])],
    ['snappy that would be 4 GB', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0x00])],
  ])('%s is refused with a sentence', (_, body) => {
    expect(() => proto(body)).toThrow(/^the body (?:is no logproto.PushRequest|has \d+ bytes once decompressed)/)
  })

  test('labels of a stream do not become more memory than a body may have', () => {
    const labels = `{a="${'x'.repeat(1_000_000)}"}`
    const entries = Buffer.alloc(2000, Buffer.from([0x12, 0x00]))
    const head = encode('StreamAdapter', { labels, entries: [] })
    expect(() => proto(Buffer.concat([head, entries]))).toThrow(/send smaller batches/)
  })

  test('millions of empty entries, or of empty pairs in one, are records like others', () => {
    const pairs = Buffer.alloc(2_000_000, Buffer.from([0x1a, 0x00]))
    const head = encode('StreamAdapter', { labels: podLabels, entries: [] })
    const length = Buffer.from([0x12, 0x80 | (pairs.length & 0x7f), 0x80 | ((pairs.length >> 7) & 0x7f), pairs.length >> 14])
    expect(recordsOf(proto(Buffer.concat([head, length, pairs])))).toHaveLength(1)
    const entries = Buffer.alloc(400_000, Buffer.from([0x12, 0x00]))
    expect(recordsOf(proto(Buffer.concat([head, entries])))).toHaveLength(200_000)
  })
})

describe('a push in JSON', () => {
  test('has labels and metadata of an entry where they belong', () => {
    const push = jsonPush(
      { namespace: 'shop', pod: 'cart', container: 'app', app: 'cart', job: 'shop/cart', node_name: 'node-7' },
      [String(time), 'text', { trace_id: 'abc', detected_level: 'warn', order: 'o-17' }],
    )
    const [record] = recordsOf(json(push))
    expect(record).toMatchObject({ message: 'text', node: 'node-7', traceId: 'abc', severity: 'warn' })
    expect(record!.labels).toEqual({ app: 'cart', job: 'shop/cart' })
    expect(record!.attributes).toEqual({ order: 'o-17' })
  })

  test('has values in front of their stream, and names that nobody knows', () => {
    const text = `{"x":[{}],"streams":[{"values":[["${time}","a"]],"hash":1,"stream":{"pod":"cart"}}],"y":null}`
    expect(recordsOf(json(text))).toMatchObject([{ message: 'a', pod: 'cart' }])
  })

  test.each([[[String(time)]], [['a', 'b', 'c']], [[1_795_453_230, 'a number']], [[String(time), 7]], ['text'], [{}], [null]])(
    'rejects an entry %j alone',
    (entry) => {
      const lines = json(jsonPush({ pod: 'cart' }, [String(time), 'a'], entry, [String(time), 'b']))
      expect([...lines.problems.keys()]).toEqual([1])
      expect(recordsOf(lines).map(({ message }) => message)).toEqual(['a', undefined, 'b'])
    },
  )

  test('rejects an entry that is nested too deep, and entries whose labels are none', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const lines = json(`{"streams":[{"stream":{"pod":"cart"},"values":[${deep},["${time}","a"]]},
      {"stream":${deep},"values":[["${time}","b"]]},{"stream":{"a":1},"values":[["${time}","c"]]}]}`)
    expect([...lines.problems.keys()]).toEqual([0, 2, 3])
    expect(recordsOf(lines)[1]).toMatchObject({ message: 'a' })
  })

  test.each(['', '[]', '{}', '{"streams":{}}', '{"streams":[]} x', '{"streams":['])('%j is refused', (text) => {
    expect(() => json(text)).toThrow(/the body is/)
  })
})

describe("the record of Fluent Bit in an entry's place", () => {
  const path = '/var/log/pods/shop_cart_353b4bfe-9f31-4ae7-a90d-22d31c3dd57e/app/0.log'
  const only = (labels: Record<string, string>, line: object) =>
    recordsOf(json(jsonPush(labels, [String(time), JSON.stringify(line)])))[0]

  test('is read where it says whose line it is, or has the tag of a CRI line', () => {
    const cri = { stream: 'stderr', logtag: 'P', log: 'boom' }
    const read = { message: 'boom', stream: 'stderr', partial: true }
    expect(only({ job: 'fluent-bit' }, { ...cri, path, offset: 7 })).toMatchObject({ ...read, path, offset: '7' })
    expect(only({ pod: 'cart' }, cri)).toMatchObject({ ...read, pod: 'cart' })
    const kubernetes = { pod_name: 'cart', namespace_name: 'shop' }
    expect(only({ job: 'x' }, { log: 'boom', kubernetes })).toMatchObject({ message: 'boom', pod: 'cart' })
  })

  test('is read where it is a raw line with its path', () => {
    const cri = '2026-11-23T10:00:00.123456789Z stderr P boom'
    expect(only({ job: 'fluent-bit' }, { path, offset: 7, cri, node: 'node-7' })).toMatchObject({
      path,
      offset: '7',
      cri,
      node: 'node-7',
    })
  })

  test('is not looked for in what an application wrote', () => {
    for (const line of [
      { log: 'x', kubernetes: { pod_name: 'other' } },
      { message: 'x', path },
      { log: 'x', stream: 'stdout' },
    ])
      expect(only({ namespace: 'shop', pod: 'cart' }, line)).toMatchObject({ pod: 'cart', message: JSON.stringify(line) })
    expect(only({ job: 'x' }, { log: 'x', path: '/api/v1' })).toMatchObject({ message: '{"log":"x","path":"/api/v1"}' })
  })
})
