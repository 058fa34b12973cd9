import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KafkaMessage } from '#shared/kafka/publisher-port.ts'
import { NativeDecoder } from '#ingest/formats/native.ts'
import { decodeBatch, decodeLines } from '#ingest/formats/native-rows.ts'
import { LineSink } from '#ingest/normalise/line-sink.ts'
import { publishBatch } from '#ingest/publish/batch-body.ts'
import { columns } from '#ingest/store/columns.ts'
import { anyText } from '#test/support/any-text.ts'
import { decodeOptions, logRows, path, receivedMs, record, type LogRow } from '#test/support/decode.ts'

const big = 1_000_000
const publish = (body: Buffer, messageBytesMax = big, form: 'batch' | 'lines' = 'batch') =>
  publishBatch(body, form, { ...decodeOptions, topic: 'afterlog.logs', messageBytesMax })
const bodyOf = (records: readonly unknown[], more: object = {}) => Buffer.from(JSON.stringify({ ...more, records }))

/** What a consumer makes of a message, by the message alone. */
function consume({ value, headers }: KafkaMessage) {
  const sink = new LineSink({ bytesHint: value.length, seed: 7 })
  const origin = {
    tenant: headers['x-scope-orgid']!,
    cluster: '',
    node: '',
    agent: '',
    receivedMs: Number(headers['x-afterlog-received']),
    source: 'kafka:t/0@0',
  }
  const outcome = new NativeDecoder({ retention: decodeOptions.retention, sink }).message(value, origin, 77)
  return { tables: sink.take(), ...outcome }
}

/** Rows as bytes without seq, the last column but one, in the order of bytes. */
const rowBytes = (tables: readonly { rows: Buffer }[]): string[] =>
  tables
    .flatMap(({ rows }) => rows.toString('latin1').split('\n'))
    .filter((row) => row !== '')
    .map((row) => row.replace(/,\d+(?=,\d\]$)/, ''))
    .toSorted()

/** The messages say what the body says, at any size of message that no line has to be cut for. */
function same(body: Buffer, form: 'batch' | 'lines' = 'batch', sizes: readonly number[] = [big]): void {
  const direct = form === 'batch' ? decodeBatch(body, decodeOptions) : decodeLines(body, decodeOptions)
  for (const size of sizes) {
    const { messages, accepted, rejects } = publish(body, size, form)
    expect({ accepted, rejects }).toEqual({ accepted: direct.accepted, rejects: direct.rejects })
    const consumed = messages.map(consume)
    expect(consumed.flatMap((outcome) => outcome.rejects)).toEqual([])
    expect(rowBytes(consumed.flatMap(({ tables }) => tables))).toEqual(rowBytes(direct.tables))
    for (const message of messages) expect(bytesOf(message)).toBeLessThanOrEqual(size)
  }
}

const bytesOf = ({ key, value, headers }: KafkaMessage): number =>
  (key?.length ?? 0) + value.length + Object.entries(headers).reduce((sum, [name, text]) => sum + name.length + text.length, 0)

const text = anyText({ maxLength: 40 })
const name = fc.oneof(fc.constantFrom('a', 'b', 'web-0'), anyText({ minLength: 1, maxLength: 8 }))
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const time = fc.constantFrom<string | number>(
  '2026-11-23T10:00:00.123456789Z',
  '2026-11-23T12:00:00+02:00',
  '1795341600000000001',
  1795341600.25,
  1795341600123,
  '2016-12-31T23:59:60Z',
)
const shared = {
  node: optional(fc.constantFrom('', 'n1', 'n2')),
  cluster: optional(fc.constantFrom('', 'c1', 'c2')),
  agent: optional(fc.constantFrom('', 'x/1', 'ü')),
}
const flags = { eof: optional(fc.boolean()), partial: optional(fc.boolean()), mark: optional(fc.boolean()) }
const line = fc.record(
  {
    time,
    namespace: fc.constantFrom('shop', 'short'),
    pod: name,
    podUid: optional(fc.constantFrom('', 'u1', 'u2', 'u"3')),
    container: fc.constantFrom('app', 'side'),
    restart: optional(fc.nat(3)),
    containerId: optional(fc.constantFrom('containerd://1', '')),
    stream: optional(fc.constantFrom('stdout', 'stderr', '')),
    message: fc.oneof(fc.constantFrom('x', 'y', 'ERROR it', 'level=warn'), text),
    offset: optional(fc.nat(9)),
    length: optional(fc.nat(9)),
    file: optional(fc.oneof(fc.constantFrom('131907', 'ä'), fc.nat())),
    ...flags,
    severity: optional(fc.constantFrom('error', 'WARNING', 'nonsense', '')),
    traceId: optional(name),
    spanId: optional(name),
    labels: optional(fc.dictionary(text, fc.oneof(text, fc.nat(), fc.constant(null), fc.constant({ a: ['"'] })), { maxKeys: 3 })),
    attributes: optional(fc.dictionary(text, text, { maxKeys: 2 })),
    ordinal: optional(fc.nat(3)),
    ...shared,
  },
  { noNullPrototype: true },
)
const cri = fc.record({
  path: fc.constantFrom(
    path,
    path.replace('2.log', '3.log.20261123-101500.gz'),
    '/var/log/containers/web_shop_app-abcdef0123.log',
  ),
  cri: fc.oneof(
    fc
      .tuple(fc.constantFrom('stdout P ', 'stdout F ', 'stderr F ', 'stdout P:x '), fc.oneof(fc.constant('x'), text))
      .map(([tag, rest]) => `2026-11-23T10:00:00.123456789Z ${tag}${rest}`),
    text.map((log) => JSON.stringify({ log: `${log}\n`, stream: 'stdout', time: '2026-11-23T10:00:00.1Z' })),
    text.map((log) => JSON.stringify({ log, stream: 'stderr', time: '2026-11-23T10:00:00.1Z' })),
    text.map((rest) => `\0\x002026-11-23T10:00:00.1Z stdout F ${rest}`),
  ),
  offset: optional(fc.nat(5)),
  ...shared,
})
const system = fc.record({
  time,
  unit: fc.constantFrom('kubelet.service', 'kernel'),
  message: text,
  partial: fc.boolean(),
  node: fc.constantFrom('n1', 'n2'),
})
const bad = fc.constantFrom<unknown>(17, {}, { ...record, time: 'noon' }, { ...record, time: '1999-01-01T00:00:00Z' })
const records = fc.array(fc.oneof({ weight: 4, arbitrary: line }, { weight: 4, arbitrary: cri }, system, bad), {
  minLength: 1,
  maxLength: 12,
})

describe('the messages of a body decode to the rows of the body, byte by byte', () => {
  test('whatever its records hold', () => {
    fc.assert(
      fc.property(records, fc.record(shared), (list, more) => same(bodyOf(list, more))),
      { numRuns: 400 },
    )
  })

  test('as NDJSON, sent as JSON too, as an array, and as one record alone', () => {
    fc.assert(
      fc.property(records, fc.oneof(line, cri), (list, item) => {
        const texts = [record, ...list].map((each) => JSON.stringify(each))
        for (const form of ['lines', 'batch'] as const) same(Buffer.from(texts.join('\n')), form)
        same(Buffer.from(`[${texts.join(',')}]`))
        same(Buffer.from(JSON.stringify(item)))
      }),
    )
  })

  test('also where the bytes are not UTF-8', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const clean = Buffer.from(bytes.filter((byte) => byte !== 0x22 && byte !== 0x5c))
        const [head, tail] = bodyOf([{ ...record, message: '@@@' }, record])
          .toString()
          .split('@@@') as [string, string]
        same(Buffer.concat([Buffer.from(head), clean, Buffer.from(tail)]))
      }),
    )
  })

  test('also where the text of a raw line begins with NUL bytes or a mark', () => {
    const head = '2026-11-23T10:00:00.1Z stdout P '
    for (const front of ['\0x', '\uFEFFx', '\uFEFF\0', '\0']) same(bodyOf([{ path, cri: head + front }]))
  })

  test('also where a message or a map is over its cap', () => {
    same(bodyOf([{ ...record, message: '\u0001'.repeat(100_000) }]))
    same(bodyOf([{ ...record, message: 'é'.repeat(200_000) }]))
    same(bodyOf([{ ...record, labels: { a: 'x'.repeat(300_000) }, attributes: { b: { c: '"'.repeat(80_000) } } }]))
  })

  test('however small the messages are', () => {
    const list = Array.from({ length: 300 }, (_, i) => ({
      ...record,
      podUid: `u${i % 3}`,
      container: i % 5 === 0 ? 'side' : 'app',
      message: `line ${i % 7}`,
      partial: i % 4 === 1 && i % 5 !== 0,
    }))
    same(bodyOf(list), 'batch', [big, 20_000, 4000, 2000])
  })
})

describe('a key', () => {
  const keys = (list: readonly unknown[]) => publish(bodyOf(list)).messages.map(({ key }) => key?.toString())

  test('is the pod uid, else what the pod is called, else the node', () => {
    expect(keys([record, { ...record, podUid: '' }, { time: record.time, unit: 'kernel', message: 'x' }])).toEqual([
      record.podUid,
      'prod/shop/cart-7d9f',
      'node-7',
    ])
  })

  test('has its lines in the order of the body', () => {
    const list = Array.from({ length: 200 }, (_, i) => ({ ...record, podUid: `u${i % 2}`, message: String(i) }))
    const { messages } = publish(bodyOf(list), 3000)
    expect(messages.length).toBeGreaterThan(10)
    for (const uid of [0, 1]) {
      const rows = messages.filter(({ key }) => key?.toString() === `u${uid}`).flatMap((message) => logRows(consume(message)))
      expect(rows.map(({ message }) => Number(message))).toEqual(Array.from({ length: 100 }, (_, i) => i * 2 + uid))
      const seqs = rows.map(({ seq }) => seq as number)
      expect(seqs).toEqual(seqs.toSorted((a, b) => a - b))
      expect(new Set(seqs).size).toBe(100)
    }
  })
})

describe('ordinals', () => {
  const identities = (rows: readonly LogRow[]) =>
    rows.map((row) => JSON.stringify([row.ts, row.pod_uid, row.stream, row.message, row.offset, row.ordinal]))

  test('are those of the whole body, however it is split', () => {
    const list = Array.from({ length: 100 }, () => record)
    const rows = publish(bodyOf(list), 2000).messages.flatMap((message) => logRows(consume(message)))
    expect(rows.map(({ ordinal }) => ordinal)).toEqual(list.map((_, i) => i))
  })

  test('a body that was split already goes on counting its records', () => {
    const { messages } = publish(bodyOf([record, record], { seq: 40 }))
    expect(
      messages
        .map(consume)
        .flatMap(logRows)
        .map(({ seq, ordinal }) => [seq, ordinal]),
    ).toEqual([
      [40, 0],
      [41, 1],
    ])
  })

  test('pieces of lines that fit no message are never taken for each other', () => {
    const lines = ['a', 'b', 'a'].flatMap((end) => [
      ...Array.from({ length: 30 }, () => ({ ...record, message: 'z'.repeat(100), partial: true })),
      { ...record, message: end },
    ])
    const { messages, accepted } = publish(bodyOf(lines), 1500)
    const rows = messages.flatMap((message) => logRows(consume(message)))
    expect(accepted).toBe(93)
    expect(rows.map(({ message }) => message as string).join('')).toBe(
      ['a', 'b', 'a'].map((end) => 'z'.repeat(3000) + end).join(''),
    )
    expect(new Set(identities(rows)).size).toBe(rows.length)
    expect(rows.length).toBeGreaterThan(3)
  })
})

test('what is left of lines that lost a fragment is never taken for each other', () => {
  const lines = Array.from({ length: 20 }, () => [
    { ...record, message: 'z'.repeat(3000), partial: true },
    { ...record, message: 'end' },
  ])
  const { messages, rejects } = publish(bodyOf(lines.flat()), 1500)
  const rows = messages.flatMap((message) => logRows(consume(message)))
  expect([rejects.length, rows.length]).toEqual([20, 20])
  expect(new Set(rows.map(({ ordinal }) => ordinal)).size).toBe(20)
})

describe('a record that fits no message', () => {
  const large = { ...record, message: 'x'.repeat(5000) }

  test('is a reject that says what to set, and costs its neighbours nothing', () => {
    const { messages, accepted, rejects } = publish(bodyOf([17, record, large, {}, record]), 3000)
    expect(accepted).toBe(2)
    expect(rejects.map(({ index, reason }) => [index, reason])).toEqual([
      [0, 'not-an-object'],
      [2, 'too-large'],
      [3, 'missing-field'],
    ])
    expect(rejects[1]!.detail).toMatch(
      /^the record takes a message of \d+ bytes, and topic afterlog.logs takes 3000: raise its max/,
    )
    expect(messages.flatMap((message) => logRows(consume(message)))).toHaveLength(2)
  })

  test('keeps what it said: its payload is a record again', () => {
    const { payload } = publish(bodyOf([large]), 3000).rejects[0]!
    const [again] = logRows(
      decodeLines(payload, { ...decodeOptions, origin: { ...decodeOptions.origin, cluster: '', node: '' } }),
    )
    expect(again).toEqual(logRows(decodeBatch(bodyOf([large]), decodeOptions))[0])
  })

  test('also where only a name is too long once its escapes are written in full', () => {
    const raw = bodyOf([{ ...record, containerId: '@' }])
    const at = raw.indexOf('@')
    const body = Buffer.concat([raw.subarray(0, at), Buffer.alloc(3000, 1), raw.subarray(at + 1)])
    expect(publish(body).rejects).toMatchObject([{ index: 0, reason: 'bad-field' }])
  })
})

test('a message says whose it is, when it arrived, and what all its records share', () => {
  const [message] = publish(bodyOf([record, { ...record, agent: 'other/1' }], { agent: 'fluent-bit/4.0' })).messages
  expect(message!.headers).toEqual({ 'x-scope-orgid': 'default', 'x-afterlog-received': String(receivedMs) })
  const value = JSON.parse(message!.value.toString()) as { records: { agent?: string; ordinal: number }[] }
  expect(value).toMatchObject({ cluster: 'prod', node: 'node-7', agent: 'fluent-bit/4.0', seq: 0 })
  expect(value.records.map(({ agent, ordinal }) => [agent, ordinal])).toEqual([
    [undefined, 0],
    ['other/1', 1],
  ])
  expect(columns.logs.slice(-2)).toEqual(['seq', 'absorbed'])
})
