// What becomes of entries, records and events of Fluent Bit and Fluentd in msgpack.
// https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1
import { encode, ExtData } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AfterlogError } from '#shared/errors.ts'
import { msgpackRecords } from '#ingest/formats/fluent-msgpack.ts'
import { parseTag } from '#ingest/formats/fluent-tag.ts'
import { eventTime } from '#test/support/agents/fluent.ts'

const receivedMs = 1_795_000_000_000
function translated(body: Buffer, tag?: string) {
  const lines = msgpackRecords(body, { receivedMs, ...(tag === undefined ? {} : { tag }) })
  const text = lines.take().toString().trimEnd()
  const records = text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
  return { records, problems: [...lines.problems] }
}
const bodyOf = (...values: unknown[]): Buffer => Buffer.concat(values.map((value) => Buffer.from(encode(value))))
const timeOf = (time: unknown): unknown => translated(bodyOf([time, { log: 'x' }])).records[0]!['time']

describe('a time', () => {
  const ns = 1_764_000_000_123_456_789n
  test.each([
    ['EventTime', eventTime(ns), String(ns)],
    ['EventTime of 1971', eventTime(31_536_000_000_000_001n), '1971-01-01T00:00:00.000000001Z'],
    ['whole seconds', 1_764_000_000, '1764000000'],
    ['whole seconds of 1970', 60, '1970-01-01T00:01:00.000Z'],
    ['seconds with a fraction', 1_764_000_000.25, '1764000000.25'],
    ['whole ns of 2262', 9_223_372_036_854_775_807n, '9223372036854775807'],
    ['zero, which is that of the arrival', 0, String(receivedMs)],
    ['an EventTime of zero', eventTime(0n), String(receivedMs)],
    ['another extension', new ExtData(7, Buffer.alloc(8)), 'of extension 7 with 8 bytes'],
    ['not a number', Number.NaN, 'NaN'],
    ['a number before 1970', -1.5, '-1.5'],
    ['none', null, undefined],
  ])('%s', (_, time, expected) => {
    const sent = typeof time === 'bigint' ? 0 : time
    if (typeof time !== 'bigint') return expect(timeOf(sent)).toBe(expected)
    const number = Buffer.from([0xcf, 0, 0, 0, 0, 0, 0, 0, 0])
    number.writeBigUInt64BE(time, 1)
    const { records } = translated(Buffer.concat([Buffer.from([0x92]), number, bodyOf({ log: 'x' })]))
    expect(records[0]!['time']).toBe(expected)
  })
})

const record = { log: 'boom', stream: 'stderr', trace_id: 'abc' }
const time = 1_764_000_000
const stored = { time: String(time), message: 'boom', stream: 'stderr', traceId: 'abc' }

describe('every form is the same record', () => {
  const packed = bodyOf([time, record], [[time, {}], record])
  test.each([
    ['an entry', [time, record], 1],
    ['an entry with metadata', [[time, {}], record], 1],
    ['a bare record with its time', { '@timestamp': time, ...record }, 1],
    ['a message', ['', time, record], 1],
    ['a message with an option', ['', time, record, { chunk: 'x' }], 1],
    [
      'an event with entries',
      [
        '',
        [
          [time, record],
          [[time, {}], record],
        ],
        { size: 2 },
      ],
      2,
    ],
    ['an event with packed entries', ['', packed], 2],
    ['an event with packed entries as a text', ['', packed, { size: 2 }], 2],
  ])('%s', (_, value, count) => {
    const { records, problems } = translated(bodyOf(value, null, value))
    expect(problems).toEqual([])
    expect(records).toHaveLength(2 * count)
    for (const each of records) expect(each).toMatchObject(stored)
  })
})

describe('a tag', () => {
  const id = 'a'.repeat(64)
  test.each([
    [`kube.var.log.containers.cart-7d_shop_app-${id}.log`, `/var/log/containers/cart-7d_shop_app-${id}.log`],
    [`var.log.containers.a.b_shop_app-${id}.log`, `/var/log/containers/a.b_shop_app-${id}.log`],
    ['kube.var.log.pods.shop_a.b.c_5b0c-6a3e.app.2.log', '/var/log/pods/shop_a.b.c_5b0c-6a3e/app/2.log'],
    ['kube.var.log.syslog', undefined],
    ['', undefined],
  ])('%s', (name, path) => expect(parseTag(name).path).toBe(path))

  const tag = `kube.var.log.containers.cart-7d_shop_app-${id}.log`
  test('that names a file says that an offset is one of a file', () => {
    const named = { ...record, offset: 7, kubernetes: { pod_name: 'cart-7d', namespace_name: 'shop' } }
    expect(translated(bodyOf([tag, time, named])).records[0]).toMatchObject({ pod: 'cart-7d', offset: '7' })
    expect(translated(bodyOf(['app', time, named])).records[0]).not.toHaveProperty('offset')
  })

  test("names the pod, and what the record says of another one is the application's", () => {
    for (const body of [bodyOf([tag, time, record]), bodyOf([time, record])])
      expect(translated(body, tag).records[0]).toMatchObject({ path: `/var/log/containers/cart-7d_shop_app-${id}.log` })
    const other = { ...record, kubernetes: { pod_name: 'other' } }
    expect(translated(bodyOf([tag, time, other])).records[0]).toMatchObject({
      path: `/var/log/containers/cart-7d_shop_app-${id}.log`,
      attributes: { 'kubernetes.pod_name': 'other' },
    })
  })

  test('that names no file is the unit of a line without pod, and an attribute of one with a pod', () => {
    expect(translated(bodyOf(['app.access', time, { ...record, hostname: 'node-7' }])).records[0]).toMatchObject({
      node: 'node-7',
      unit: 'app.access',
    })
    const { records } = translated(bodyOf(['app.access', time, { ...record, pod: 'cart', container_name: 'app' }]))
    expect(records[0]).toMatchObject({ pod: 'cart', container: 'app', attributes: { tag: 'app.access' } })
    const path = '/var/log/pods/shop_cart_uid/app/0.log'
    expect(translated(bodyOf(['pods', time, { ...record, path }])).records[0]).not.toHaveProperty('attributes')
  })
})

const begin = new ExtData(0, Buffer.from('ffffffff00000000', 'hex'))
const end = new ExtData(0, Buffer.from('fffffffe00000000', 'hex'))
const resource = { resource: { attributes: { 'k8s.pod.name': 'cart', 'k8s.namespace.name': 'shop' } }, scope: {} }

test('records of a group have the attributes of its resource', () => {
  const { records, problems } = translated(bodyOf([[begin, {}], resource], [time, record], [[end, {}], {}], [time, record]))
  expect(problems).toEqual([])
  expect(records).toHaveLength(2)
  expect(records[0]).toMatchObject({ ...stored, pod: 'cart', namespace: 'shop' })
  expect(records[1]).not.toHaveProperty('pod')
})

test('a group and a tag end with their event', () => {
  const unended = [[[begin, {}], resource] as const, [time, record] as const]
  const { records, problems } = translated(
    bodyOf(['t', unended], ['', time, record], ['t', bodyOf(...unended)], ['', [[time, record]]], [time, record]),
  )
  expect(problems).toEqual([])
  expect(records.map(({ pod }) => pod)).toEqual(['cart', undefined, 'cart', undefined, undefined])
  expect(records.map(({ attributes }) => attributes)).toEqual([{ tag: 't' }, undefined, { tag: 't' }, undefined, undefined])
})

test.each([null, 7, true, {}, eventTime(7n)])('an event whose tag is no text has its records, without tag: %j', (none) => {
  const { records, problems } = translated(
    bodyOf(
      [none, [[time, record]]],
      [none, bodyOf([time, record], [time, record]), { size: 2 }],
      [none, time, record],
      [none, time, record, {}],
    ),
  )
  expect(problems).toEqual([])
  expect(records).toHaveLength(5)
  for (const each of records) expect(each).toEqual(translated(bodyOf([time, record])).records[0])
})

test('a tag may be bytes', () => {
  const { records } = translated(bodyOf([Buffer.from('app.access'), time, { ...record, hostname: 'node-7' }]))
  expect(records[0]).toMatchObject({ unit: 'app.access' })
})

test('objects of Kubernetes, as kubernetes_events of Fluent Bit sends them, are no lines', () => {
  const object = { kind: 'Event', apiVersion: 'v1', metadata: { name: 'e', uid: 'u' }, involvedObject: { kind: 'Pod' } }
  const lines = msgpackRecords(
    bodyOf([
      'k8s_events',
      [
        [time, object],
        [time, { kind: 'of fruit', ...record }],
      ],
    ]),
    { receivedMs },
  )
  expect(JSON.parse(lines.takeObjects().toString())).toEqual(object)
  expect(lines.count).toBe(1)
})

describe('what cannot be a record', () => {
  test('is rejected alone, with its bytes and a sentence', () => {
    let deep: unknown = 1
    for (let i = 0; i < 90; i++) deep = [deep]
    const broken = [
      [time],
      [time, 'text'],
      [time, record, 3, 4],
      [[time], record],
      { deep },
      ['tag'],
      ['tag', null],
      ['tag', time, [deep]],
    ]
    const { records, problems } = translated(bodyOf(...broken.flatMap((each) => [each, [time, record]])))
    expect(problems.map(([index]) => index)).toEqual(broken.map((_, i) => 2 * i))
    for (const [index, value] of broken.entries()) {
      expect(records[2 * index]).not.toHaveProperty('message')
      expect(records[2 * index + 1]).toMatchObject(stored)
      const bytes = Buffer.from((records[2 * index]!['attributes'] as { msgpack: string }).msgpack, 'base64')
      expect(bodyOf(value).includes(bytes)).toBe(true)
    }
  })

  test('ends the packed entries, and no other event', () => {
    const packed = Buffer.concat([bodyOf([time, record]), Buffer.from('92c1', 'hex')])
    const { records, problems } = translated(bodyOf(['t', packed], ['t', time, record]))
    expect(problems).toMatchObject([[1, expect.stringContaining('0xc1')]])
    expect(records).toHaveLength(3)
    expect(records[2]).toMatchObject(stored)
  })

  test('is one event where its entries are no msgpack, or are compressed', () => {
    const { records, problems } = translated(bodyOf(['t', Buffer.from('<html>')], ['t', Buffer.alloc(9), { compressed: 'gzip' }]))
    expect(records).toHaveLength(2)
    expect(problems.map(([, problem]) => problem)).toEqual([expect.stringContaining('broken'), expect.stringContaining('gzip')])
  })

  test('a record without a message is its JSON, with bytes that are not UTF-8 as they are', () => {
    const { records } = translated(bodyOf([time, { a: { __proto__: null, b: [1, { c: 'é' }] } }]))
    expect(records[0]).toMatchObject({ message: '{"a":{"b":[1,{"c":"é"}]}}', attributes: { 'a.b': '[1,{"c":"é"}]' } })
    const invalid = Buffer.concat([
      Buffer.from([0x92, 0x01, 0x82]),
      bodyOf('log'),
      Buffer.from('a261ff', 'hex'),
      bodyOf('k', 'é€'),
    ])
    const bytes = msgpackRecords(invalid, { receivedMs }).take()
    expect(bytes.includes(Buffer.from([0x22, 0x61, 0xff, 0x22]))).toBe(true)
    expect(bytes.includes(Buffer.from('"é€"'))).toBe(true)
  })
})

test.each([['<html>'], ['\xff\xff'], ['\x93\x01'], ['\xc1'], ['"text"'], ['[1,{"log":"x"}]']])(
  'a body that is no msgpack of records is refused: %j',
  (text) => expect(() => translated(Buffer.from(text, 'latin1'))).toThrow(/the body is not msgpack records/),
)

test('any bytes are records, or a body that is refused', () => {
  const option = fc.constantFrom(null, {}, { compressed: 'gzip' }, { [7]: 1 }, [])
  const event = fc.tuple(fc.constantFrom('t', 1), fc.uint8Array({ maxLength: 20 }), option).map((each) => bodyOf(each))
  const bytes = fc.uint8Array({ maxLength: 20 }).map((each) => Buffer.from(each))
  fc.assert(
    fc.property(fc.array(fc.oneof(event, bytes), { maxLength: 5 }), (parts) => {
      try {
        translated(Buffer.concat(parts))
      } catch (error) {
        expect(error).toBeInstanceOf(AfterlogError)
      }
    }),
    { numRuns: 2000 },
  )
})

test('a long name is not repeated for what is in its object', () => {
  const inside = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, i]))
  const long = 'p'.repeat(100_000)
  const { records } = translated(bodyOf([time, { ...record, [long]: inside }]))
  expect(records[0]).toMatchObject({ attributes: { [long]: JSON.stringify(inside) } })
})
