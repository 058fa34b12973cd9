// Bodies of Elasticsearch's bulk API as native records: one for each item, so that a reject names its item.
import { describe, expect, test } from 'vitest'
import { bulk } from '#ingest/formats/bulk.ts'
import { bulkRows } from '#test/support/agents/bulk.ts'

interface NativeRecord extends Record<string, unknown> {
  labels?: Record<string, string>
  attributes?: Record<string, string>
}

function read(...lines: unknown[]) {
  const native = bulk(bulkRows(...lines), { receivedMs: 0 })
  const text = native.take().toString()
  const records = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as NativeRecord]))
  return { records, problems: native.problems }
}
const create = { create: { _index: 'logs' } }

describe('a document', () => {
  test("has ECS's and Filebeat's fields where they belong", () => {
    const document = {
      '@timestamp': '2026-11-23T17:00:46.142Z',
      message: 'boom',
      stream: 'stderr',
      log: { offset: 7, level: 'error', file: { path: '/var/log/x.log', inode: '917', device_id: '64769' } },
      kubernetes: {
        namespace: 'shop',
        pod: { name: 'cart', uid: 'u-1' },
        container: { name: 'app' },
        node: { name: 'node-7' },
        labels: { app_kubernetes_io: { name: 'cart' }, 'pod-template-hash': 'x' },
      },
      container: { id: 'abc', image: { name: 'cart:1' } },
      trace: { id: 't-1' },
      span: { id: 's-1' },
      error: { message: 'no', stack_trace: 'at' },
      event: { original: 'boom' },
      agent: { type: 'filebeat' },
    }
    const [record] = read(create, document).records
    expect(record).toMatchObject({
      time: '2026-11-23T17:00:46.142Z',
      message: 'boom',
      stream: 'stderr',
      offset: '7',
      file: '64769-917',
      severity: 'error',
      namespace: 'shop',
      pod: 'cart',
      podUid: 'u-1',
      container: 'app',
      containerId: 'abc',
      node: 'node-7',
      traceId: 't-1',
      spanId: 's-1',
      labels: { 'app_kubernetes_io.name': 'cart', 'pod-template-hash': 'x' },
    })
    expect(record!.attributes).toEqual({
      'log.file.path': '/var/log/x.log',
      'container.image.name': 'cart:1',
      'error.message': 'no',
      'error.stack_trace': 'at',
      'agent.type': 'filebeat',
    })
  })

  test('is of the file of its fingerprint, or of its inode where no device is told', () => {
    const file = (of: Record<string, string>) => read(create, { log: { file: of } }).records[0]!['file']
    expect(file({ fingerprint: 'f00d', inode: '917', device_id: '1' })).toBe('f00d')
    expect(file({ inode: '917' })).toBe('917')
    expect(file({ device_id: '1' })).toBeUndefined()
  })

  test('with an _id has a number made of it as its ordinal, unless it has an offset', () => {
    const { records } = read(
      { index: { _id: 'a' } },
      { message: 'x' },
      { index: { _id: 'b' } },
      { message: 'x' },
      { index: { _id: 'a' } },
      { message: 'x' },
      { index: { _id: 'a' } },
      { message: 'x', log: { offset: 3 } },
      create,
      { message: 'x' },
    )
    const [a, b, again, ...none] = records.map(({ ordinal }) => ordinal)
    expect(a).toMatch(/^\d{1,15}$/)
    expect(again).toBe(a)
    expect(b).not.toBe(a)
    expect(none).toEqual([undefined, undefined])
  })

  test('without a message is its own text', () => {
    expect(read(create, { status: 200 }).records[0]).toMatchObject({ message: '{"status":200}' })
  })
})

test('each item has one record, whatever it is', () => {
  const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  const { records, problems } = read(
    create,
    { message: 'a' },
    { delete: { _id: '1' } },
    { update: { _id: '1' } },
    { doc: {} },
    create,
    '{"message":"cut',
    create,
    '',
    create,
    '{"a":1} {"b":2}',
    create,
    '[1]',
    create,
    deep,
    '',
    '  ',
    create,
    '\0\0',
    create,
    { message: 'z' },
  )
  expect(records).toHaveLength(10)
  expect([...problems.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  expect(problems.get(1)).toContain('delete is not done')
  expect([records[0]!['message'], records[9]!['message']]).toEqual(['a', 'z'])
  expect(records[3]!.attributes).toEqual({ 'afterlog.sent': '{"message":"cut' })
})

test.each([
  ['nothing', ''],
  ['blank lines', '\n \r\n'],
  ['no newline at the end', '{"index":{}}\n{"a":1}'],
  ['an action without its document', '{"index":{}}\n'],
  ['a document in the place of an action', '{"message":"a"}\n{"message":"b"}\n'],
  ['an action that is no object', '{"index":[]}\n{}\n'],
  ['two actions on a line', '{"index":{},"create":{}}\n{}\n'],
  ['an action that nobody knows', '{"upsert":{}}\n{}\n'],
  ['HTML', '<html>\n</html>\n'],
  ['more items than an answer has room for', '{"index":{}}\n{}\n'.repeat(250_001)],
])('%s is refused as a whole', (_, body) => {
  expect(() => bulk(Buffer.from(body), { receivedMs: 0 })).toThrow()
})
