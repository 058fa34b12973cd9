import assert from 'node:assert/strict'
import { expect, test } from 'vitest'
import { parseRetention } from '#shared/retention/retention.ts'
import type { ConsumedBatch, ConsumedMessage } from '#shared/kafka/consumer-port.ts'
import type { TopicFormat } from '#shared/kafka/settings.ts'
import { createBufferPool } from '#ingest/buffer/buffer-pool.ts'
import { OpenFragments } from '#ingest/normalise/open-fragments.ts'
import { createBatchDecoder, type DecodedBatch } from '#ingest/sources/decode-batch.ts'
import { rejectsMax } from '#ingest/normalise/reject.ts'
import { columns } from '#ingest/store/columns.ts'

const receivedMs = Date.UTC(2026, 10, 23, 10)
const formats = new Map<string, TopicFormat>([
  ['logs', 'native'],
  ['lifecycle', 'lifecycle'],
])
const decoder = (
  onBug = (error: unknown): unknown => {
    throw new Error('a bug of ours', { cause: error })
  },
) =>
  createBatchDecoder({
    formats,
    retention: parseRetention('default=14d'),
    cluster: 'prod',
    seed: 1,
    pool: createBufferPool(1 << 20),
    open: new OpenFragments(),
    onBug,
  })

/** The reason of each rejected record. */
const reasonsOf = ({ rejected }: DecodedBatch): string[] =>
  [...rejected].flatMap(([reason, records]) => Array.from({ length: records }, () => reason))

type Value = ConsumedMessage | Buffer | string | object | null
const isMessage = (value: Value): value is ConsumedMessage => value !== null && typeof value === 'object' && 'timestamp' in value
const bytesOf = (value: Exclude<Value, ConsumedMessage>): Buffer | null =>
  value === null || Buffer.isBuffer(value) ? value : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
const messageOf = (value: Value, offset: number): ConsumedMessage =>
  isMessage(value)
    ? { ...value, offset: String(offset) }
    : { offset: String(offset), timestamp: String(receivedMs), key: null, value: bytesOf(value) }

/** Decodes messages of one partition, of which the first is at `from`. */
function decode(values: readonly Value[], { topic = 'logs', partition = 0, from = 0, made = decoder() } = {}): DecodedBatch {
  const messages = values.map((value, index) => messageOf(value, from + index))
  const to = BigInt(from + values.length)
  const batch: ConsumedBatch = { topic, partition, from: BigInt(from), to, messages, highWatermark: to }
  return made.decode(batch)
}

const rowsOf = (decoded: DecodedBatch, table: string): string[] =>
  decoded.tables.flatMap((rows) => (rows.table === table ? rows.rows.toString('latin1').split('\n').slice(0, -1) : []))
const logsOf = (decoded: DecodedBatch) =>
  rowsOf(decoded, 'logs').map((row) => {
    const values = JSON.parse(row) as unknown[]
    return Object.fromEntries(columns.logs.map((column, index) => [column, values[index]])) as Record<string, unknown>
  })

const record = {
  time: '2026-11-23T09:59:00.123456789Z',
  namespace: 'shop',
  pod: 'cart',
  podUid: 'uid',
  container: 'app',
  restart: 0,
  stream: 'stdout',
  message: 'said',
}
const said = (...messages: string[]) => messages.map((message) => ({ ...record, message }))

test('decoded again, by another process too, a message makes the same bytes', () => {
  const values = [
    { records: said('a', 'a', 'b') },
    said('c')[0]!,
    'poison',
    null,
    said('d', 'd')
      .map((each) => JSON.stringify(each))
      .join('\n'),
  ]
  const [one, other] = [decode(values, { from: 40 }), decode(values, { from: 40 })]
  for (const table of ['logs', 'dead_letters']) expect(rowsOf(other, table)).toEqual(rowsOf(one, table))
  expect(other.letters).toEqual(one.letters)
  // In other company too, and alone.
  const alone = values.flatMap((value, index) => rowsOf(decode([value], { from: 40 + index }), 'logs'))
  expect(alone).toEqual(rowsOf(one, 'logs'))
})

test('two equal lone records at different offsets stay two, also in other partitions', () => {
  const [lone] = said('same')
  const places = [{ from: 5 }, { from: 6 }, { from: 5, partition: 1 }]
  const ordinals = places.map((place) => logsOf(decode([lone!], place))[0]!['ordinal'])
  expect(new Set(ordinals).size).toBe(3)
  expect(logsOf(decode([lone!, lone!], { from: 5 })).map(({ ordinal }) => ordinal)).toEqual(ordinals.slice(0, 2))
})

test('equal lines of one message are counted, and every message counts anew', () => {
  const batch = { records: said('a', 'a', 'b', 'a') }
  expect(logsOf(decode([batch, batch])).map(({ ordinal }) => ordinal)).toEqual([0, 1, 0, 2, 0, 1, 0, 2])
})

test('an ordinal of its own wins, and a lone record with an offset needs none', () => {
  const [lone] = said('a')
  expect(logsOf(decode([{ ...lone, ordinal: 7 }]))[0]).toMatchObject({ ordinal: 7 })
  const rows = [0, 9].map((from) => logsOf(decode([{ ...lone, offset: 55 }], { from }))[0])
  expect(rows[0]).toMatchObject({ ordinal: 0, offset: 55 })
  expect(rows.map((row) => row!.arrival)).toEqual([0, 9])
  expect(rows[1]).toEqual({ ...rows[0], arrival: 9 })
})

const poison: Record<string, Value> = {
  'no value': null,
  'an empty value': '',
  'white space': ' \n\r\n\t',
  'no JSON': 'ERROR boom',
  'a number': '17',
  'an array cut short': JSON.stringify(said('a', 'b')).slice(0, -1),
  'an object with neither records nor a line': '{}',
  'a batch cut short': JSON.stringify({ records: said('a', 'b') }).slice(0, -40),
  'a record cut short': JSON.stringify(said('a')[0]).slice(0, -5),
  'a batch whose last record is broken': `{"records":[${JSON.stringify(said('a')[0])},{"time":}]}`,
  'something behind a batch': `${JSON.stringify({ records: said('a') })}{}`,
  'records twice': `{"records":[],"records":[]}`,
  'records that are no array': { records: 7 },
  'a batch that is a record too': { ...record, records: said('a') },
  'an empty batch that is a record too': { records: [], ...record },
  'a cluster that is no string': `{"cluster":7,"records":${JSON.stringify(said('a'))}}`,
  'a cluster that is no string behind the records': `{"records":${JSON.stringify(said('a'))},"cluster":7}`,
  'something behind an array': `${JSON.stringify(said('a'))} 7`,
  'deep nesting': `{"records":[{"labels":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}]}`,
  'a mebibyte of [': '['.repeat(1 << 20),
  'a mebibyte of {"a":': '{"a":'.repeat(1 << 18),
  'half a mebibyte of [ in a batch': `{"records":${'['.repeat(1 << 19)}`,
  'bytes that are no text': Buffer.from([0xff, 0xfe, 0x00, 0x80]),
  NUL: Buffer.alloc(10),
  'a byte order mark and nothing else': '\ufeff',
  'a huge time': { ...record, time: '9'.repeat(400) },
  'a huge number': `{"time":1e999,"message":"a","pod":"p","namespace":"n"}`,
  'a restart that is no number': { ...record, restart: 'two' },
  'a message that is no string': { ...record, message: { a: 1 } },
  'labels that are no object': { ...record, labels: [1] },
  'no time': { ...record, time: undefined },
  'a tenant that means nothing': {
    ...messageOf(said('a')[0]!, 0),
    headers: { 'x-scope-orgid': 'two words' },
  },
}

test.each(Object.entries(poison))('%s is one dead letter, and its neighbours do not notice', (_, value) => {
  const before = [{ records: said('a', 'a') }, said('lone')[0]!]
  const after = [said('lone')[0]!, { records: said('z', 'z') }]
  const offset = before.length
  const decoded = decode([...before, value, ...after])
  const clean = [...rowsOf(decode(before), 'logs'), ...rowsOf(decode(after, { from: offset + 1 }), 'logs')]
  expect(rowsOf(decoded, 'logs')).toEqual(clean)
  expect(decoded.accepted).toBe(6)
  expect(reasonsOf(decoded)).toHaveLength(1)
  expect(decoded.letters).toHaveLength(1)
  const letters = rowsOf(decoded, 'dead_letters')
  expect(letters).toHaveLength(1)
  expect(letters[0]).toContain(`"kafka:logs/0@${offset}#0"`)
})

test.each(Object.entries(poison))('%s, alone and again, leaves nothing but dead letters', (_, value) => {
  const decoded = decode([value, value])
  expect(rowsOf(decoded, 'logs')).toEqual([])
  expect(rowsOf(decoded, 'dead_letters')).toHaveLength(2)
})

test('a record that is no line costs its batch nothing, nor do several', () => {
  const decoded = decode([{ records: [said('a')[0], { ...record, time: 'never' }, 7, said('b')[0]] }], { from: 3 })
  expect(logsOf(decoded).map(({ message }) => message)).toEqual(['a', 'b'])
  expect(decoded.accepted).toBe(2)
  expect(reasonsOf(decoded)).toEqual(['bad-time', 'not-an-object'])
  expect(decoded.letters.map(({ key }) => String(key))).toEqual(['kafka:logs/0@3#1', 'kafka:logs/0@3#2'])
})

test.each(['-1', '0', 'garbage', '8640000000000000', '9223372036854775807'])(
  'of a message with the timestamp %s nobody knows whether its lines are too old: it is one letter that says what to set',
  (timestamp) => {
    const at = (value: Value): ConsumedMessage => ({ ...messageOf(value, 0), timestamp })
    const decoded = decode([at(said('a')[0]!), said('b')[0]!])
    expect(logsOf(decoded).map(({ message }) => message)).toEqual(['b'])
    expect(reasonsOf(decoded)).toEqual(['bad-message'])
    expect(rowsOf(decoded, 'dead_letters')).toEqual([expect.stringContaining('message.timestamp.type=LogAppendTime')])
    const pods = decode([at(pod)], { topic: 'lifecycle' })
    expect(pods).toMatchObject({ accepted: 1, rejected: new Map() })
    for (const row of rowsOf(pods, 'pods')) expect(row).not.toContain('+')
  },
)

test.each(['x-scope-orgid', 'x-afterlog-cluster', 'x-afterlog-node', 'x-afterlog-received', 'x-afterlog-rejects'])(
  'a header %s without a value, as kafkajs gives it, is none',
  (name) => {
    const message = { ...messageOf(said('a')[0]!, 0), headers: { [name]: null } }
    expect(logsOf(decode([message]))).toMatchObject([{ message: 'a', tenant: 'default', cluster: 'prod' }])
    expect(logsOf(decode([{ ...message, headers: { [name]: [null] } }]))).toHaveLength(1)
  },
)

test('what a bug of ours meets is one letter, and its neighbours do not notice', () => {
  const bugs: unknown[] = []
  const made = decoder((error) => bugs.push(error))
  const headers = Object.defineProperty({}, 'x-scope-orgid', {
    get: () => assert.fail('a bug'),
    enumerable: true,
  }) as ConsumedMessage['headers']
  const decoded = decode([said('a')[0]!, { ...messageOf(said('x')[0]!, 0), headers }, said('b')[0]!], { made })
  expect(logsOf(decoded).map(({ message }) => message)).toEqual(['a', 'b'])
  expect(reasonsOf(decoded)).toEqual(['bad-message'])
  expect(bugs).toHaveLength(1)
})

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'cart', namespace: 'shop', uid: 'uid', creationTimestamp: '2026-11-23T09:00:00Z', resourceVersion: '5' },
  spec: { nodeName: 'node-7', containers: [{ name: 'app' }] },
  status: {
    phase: 'Running',
    containerStatuses: [{ name: 'app', restartCount: 0, state: { running: { startedAt: '2026-11-23T09:00:01Z' } } }],
  },
}

test('lifecycle messages are objects, lists, and one per line; what is none is a dead letter', () => {
  const list = { kind: 'List', apiVersion: 'v1', items: [pod, pod] }
  const decoded = decode(
    [pod, JSON.stringify(pod, null, 2), list, `${JSON.stringify(pod)}\n${JSON.stringify(pod)}`, 'poison', null, '{}'],
    {
      topic: 'lifecycle',
    },
  )
  expect(rowsOf(decoded, 'pods')).toHaveLength(6)
  expect(rowsOf(decoded, 'lives').length).toBeGreaterThan(0)
  expect(decoded.accepted).toBe(6)
  expect(rowsOf(decoded, 'dead_letters')).toHaveLength(3)
})

test('what retention took is one dead letter of its first offset, the same whenever it is noticed but for its time', () => {
  const range = { topic: 'logs', partition: 2, from: 10n, to: 25n }
  const [one, later] = [decoder().lost(range, receivedMs), decoder().lost(range, receivedMs + 60_000)]
  expect(reasonsOf(one)).toEqual(['lost-on-kafka'])
  expect(one.letters).toHaveLength(1)
  const identity = (decoded: DecodedBatch) => /",(\d{10,20}),/.exec(rowsOf(decoded, 'dead_letters')[0]!)![1]
  expect(identity(later)).toBe(identity(one))
  expect(rowsOf(one, 'dead_letters')[0]).toContain('15 offsets of logs/2, from 10 to 24')
})

test(
  'of a message with very many rejects so many are letters, the last of which stands for the rest; its good record is a line',
  { timeout: 60_000 },
  () => {
    const bad = 130_000
    const decoded = decode([`${JSON.stringify(said('a')[0])}\n${'{}\n'.repeat(bad)}`])
    expect([logsOf(decoded).length, decoded.accepted, decoded.letters.length]).toEqual([1, 1, rejectsMax + 1])
    expect(reasonsOf(decoded)).toHaveLength(bad)
    const letters = rowsOf(decoded, 'dead_letters')
    expect(letters).toHaveLength(rejectsMax + 1)
    expect(letters.at(-1)).toContain(`stands for ${bad - rejectsMax - 1} further rejected records`)
    expect(decoded.bytes).toBeGreaterThan(rejectsMax * 400)
  },
)

const withHeaders = (headers: Record<string, string>, value: object = said('a')[0]!) => ({ ...messageOf(value, 0), headers })

test.each(['zz', 'aabb'])('a message that says it tells of rejects (%s), and tells nothing, is one letter', (told) => {
  const decoded = decode([withHeaders({ 'x-afterlog-rejects': told })])
  expect(decoded.accepted).toBe(0)
  expect(reasonsOf(decoded)).toEqual(['bad-header'])
})

test('a line before the store’s first hour is a letter however early it came', () => {
  const line = { ...record, time: '1969-12-31T23:59:59.999999999Z' }
  expect(reasonsOf(decode([withHeaders({ 'x-afterlog-received': '6000' }, line)]))).toEqual(['bad-time'])
})

test('a line is of the store’s last hour at most, also where its broker’s clock is wrong', () => {
  const edge = Date.UTC(2106, 0) - 1
  const at = (ms: number) => ({ ...messageOf({ ...record, time: new Date(ms).toISOString() }, 0), timestamp: String(edge) })
  expect(decode([at(edge)]).accepted).toBe(1)
  expect(reasonsOf(decode([at(edge + 1)]))).toEqual(['bad-time'])
})

test('a record names its pod in a cluster that nobody knows where the header of the cluster is bad', () => {
  const byName = { ...said('a')[0]!, podUid: undefined }
  const keysOf = (value: object): unknown[] =>
    rowsOf(decode([withHeaders({ 'x-afterlog-cluster': 'eu\n1' }, value)]), 'refused_lines').map(
      (row) => (JSON.parse(row) as unknown[])[columns.refused_lines.indexOf('pod_key')],
    )
  expect(keysOf(byName)).toEqual(['unresolved:/shop/cart', ''])
  expect(keysOf({ ...byName, cluster: 'us' })).toEqual(['unresolved:us/shop/cart'])
  expect(keysOf({ ...byName, podUid: 'u' })).toEqual(['u'])
})
