import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyText } from '#test/support/any-text.ts'
import { decodeBatch } from '#ingest/formats/native-rows.ts'
import { batch, decodeOptions, logRows, only, path, record } from '#test/support/decode.ts'

const cri = (text: string, more: object = {}) => ({ path, cri: `2026-11-23T10:00:00.123456789Z ${text}`, ...more })
describe('a record of fields', () => {
  test('becomes a row that says what it said', () => {
    const labels = { app: 'cart' }
    const whole = {
      ...record,
      containerId: 'containerd://abc',
      offset: 18231,
      length: 211,
      file: '131907',
      eof: true,
      severity: 'WARNING',
      traceId: 't',
      spanId: 's',
      labels,
      attributes: { n: 1, b: true, o: { a: [1] }, s: 'x', z: null },
    }
    expect(only(batch(whole))).toEqual({
      ts: '2026-11-23 10:00:00.123456789',
      pod_uid: record.podUid,
      container: 'app',
      stream: 'stderr',
      message: 'boom',
      tenant: 'default',
      cluster: 'prod',
      namespace: 'shop',
      pod: 'cart-7d9f',
      restart: 2,
      container_id: 'containerd://abc',
      node: 'node-7',
      unit: '',
      trace_id: 't',
      span_id: 's',
      labels,
      attributes: { n: '1', b: 'true', o: '{"a":[1]}', s: 'x' },
      offset: 18231,
      file: '131907',
      agent: '',
      received: '2026-11-23 12:00:00.000',
      class: 'default',
      severity: 'warn',
      partial: 0,
      length: 211,
      eof: 1,
      ordinal: 0,
      arrival: 0,
      batch: '',
      seq: 0,
      absorbed: 0,
    })
  })

  test('any text of a message comes through as it was, but for NUL bytes and marks in front', () => {
    fc.assert(
      fc.property(anyText({ maxLength: 300 }), (message) => {
        const text = message.toWellFormed()
        expect(only(batch({ ...record, message, verbatim: true })).message).toBe(text)
        expect(only(batch({ ...record, message })).message).toBe(text.replace(/^[\0\uFEFF]+/u, ''))
      }),
    )
  })

  test('bytes that are not UTF-8 are not touched', () => {
    const body = Buffer.concat([
      Buffer.from(`{"records":[${JSON.stringify(record).replace('boom"', '')}`),
      Buffer.from([0x61, 0xff, 0xfe, 0x00, 0x62]),
      Buffer.from('"}]}'),
    ])
    const { rows } = decodeBatch(body, decodeOptions).tables[0]!
    expect(rows.includes(Buffer.from([0x61, 0xff, 0xfe]))).toBe(true)
  })

  test.each([
    [{ ...record, time: undefined }, 'time is missing'],
    [{ ...record, time: 'noon' }, /^time noon is neither a date nor a number; send RFC 3339/],
    [{ ...record, time: 17 }, /older/],
    [{ ...record, time: '2026-11-23T13:00:01Z' }, /more than an hour ahead/],
    [{ ...record, time: '2026-11-09T11:00:00Z' }, /14d, AFTERLOG_RETENTION or PUT/],
    [{ ...record, time: '2262-04-11T23:47:16Z' }, /ahead/],
    [{ ...record, time: true }, /^time true is no time; send RFC 3339.* seconds, ms, µs or ns since 1970$/],
    [{ ...record, time: '0001-01-01T00:00:00Z' }, 'time 0001-01-01T00:00:00.000Z is before 1970'],
    [{ ...record, time: -5 }, 'time 1969-12-31T23:59:55.000Z is before 1970'],
    [{ ...record, time: 9_999_999_999 }, /^time 2286-11-20T17:46:39.000Z is after 2262, where ns/],
    [{ ...record, time: '9'.repeat(20) }, /^time 9{20} is a number too large for ns since 1970/],
    [{ ...record, time: '2262-04-11T23:47:17Z' }, /is after 2262, where ns since 1970 end$/],
    [{ path, cri: '1969-12-31T23:59:59.9Z stdout F x' }, /is before 1970$/],
    [{ ...record, message: undefined }, 'message is missing'],
    [{ ...record, message: { a: 1 } }, 'message must be a string'],
    [{ ...record, namespace: undefined }, 'namespace is missing'],
    [{ ...record, container: '' }, 'container is missing'],
    [{ ...record, pod: undefined }, /^pod is missing/],
    [{ ...record, restart: -1 }, /^restart must be a whole number/],
    [{ ...record, restart: 1.5 }, /^restart must be/],
    [{ ...record, restart: 'two' }, /^restart must be/],
    [{ ...record, offset: 2 ** 53 }, /^offset must be/],
    [{ ...record, length: {} }, /^length must be/],
    [{ ...record, stream: 'stdin' }, 'stream must be stdout or stderr'],
    [{ ...record, eof: 'yes' }, 'eof must be true or false'],
    [{ ...record, labels: [] }, 'labels must be an object'],
    [{ ...record, attributes: 'a=b' }, 'attributes must be an object'],
    [{ ...record, podUid: 'x'.repeat(5000) }, /^podUid must be at most/],
    [{ path: '/etc/passwd', cri: 'x' }, /^path must end like/],
    [{ path, cri: 'no cri at all' }, /^not a CRI line/],
    [{ path, cri: 7 }, /^cri must be a string/],
    [7, 'a record must be a JSON object'],
    [null, 'a record must be a JSON object'],
    [{}, 'message is missing'],
  ])('%j is rejected with a sentence, its neighbours are kept', (bad, sentence) => {
    const decoded = batch(record, bad, { ...record, message: 'after' })
    expect(decoded.accepted).toBe(2)
    expect(decoded.rejects).toMatchObject([
      { index: 1, detail: typeof sentence === 'string' ? sentence : expect.stringMatching(sentence) },
    ])
    expect(JSON.parse(decoded.rejects[0]!.payload.toString())).toEqual(JSON.parse(JSON.stringify(bad)))
  })

  test.each([
    ['1795428000', '2026-11-23 10:00:00.000000000'],
    ['1795428000.123', '2026-11-23 10:00:00.123000000'],
    ['1.795428000123e9', '2026-11-23 10:00:00.123000000'],
    ['1795428000123', '2026-11-23 10:00:00.123000000'],
    ['1795428000123456', '2026-11-23 10:00:00.123456000'],
    ['1795428000123456789', '2026-11-23 10:00:00.123456789'],
  ])('may have its time as %s, as a number and as a string, to the nanosecond', (time, ts) => {
    const body = (value: string) => Buffer.from(`{"records":[${JSON.stringify({ ...record, time: 0 }).replace('0', value)}]}`)
    for (const value of [time, `"${time}"`]) expect(only(decodeBatch(body(value), decodeOptions)).ts).toBe(ts)
  })

  test('a system line of a node needs no pod', () => {
    expect(only(batch({ time: record.time, unit: 'kubelet.service', message: 'I1123 10:00:00 sync' }))).toMatchObject({
      unit: 'kubelet.service',
      node: 'node-7',
      pod: '',
    })
  })

  test('a namespace with a rule of its own has its class and its days', () => {
    const decoded = batch({ ...record, namespace: 'short', time: '2026-11-23T11:30:00Z' }, { ...record, namespace: 'short' })
    expect(only(decoded).class).toBe('short')
    expect(decoded.rejects).toMatchObject([{ index: 1, reason: 'too-old' }])
  })
})

describe('a mark', () => {
  const mark = { path, time: record.time, file: '131907', offset: 18231, mark: true }

  test('is no line, and covers no bytes', () => {
    expect(only(batch({ ...mark, length: 7, eof: true, message: 'x', cri: 'y' }))).toMatchObject({
      message: '',
      offset: 18231,
      length: 0,
      file: '131907',
      eof: 0,
      partial: 1,
      absorbed: 2,
    })
  })

  test('says of which file it is, up to where, and when', () => {
    const without = (name: string) => ({ ...mark, [name]: undefined })
    const decoded = batch(without('file'), without('offset'), without('time'), { ...mark, mark: 1 })
    expect(decoded.rejects.map(({ reason }) => reason)).toEqual(['missing-field', 'missing-field', 'missing-field', 'bad-field'])
  })

  test('takes no part in a line that is open', () => {
    const fragments = ['P a', 'F b'].map((text, i) => cri(`stdout ${text}`, { offset: i * 40, length: 40, file: '131907' }))
    expect(logRows(batch(fragments[0], mark, fragments[1])).map(({ message, absorbed }) => [message, absorbed])).toEqual([
      ['', 2],
      ['ab', 0],
    ])
  })
})

describe('a record of path and CRI line', () => {
  test('takes namespace, pod, uid, container and restart from the path, the rest from the line', () => {
    expect(only(batch(cri('stdout F {"level":"error"}', { offset: 5 })))).toMatchObject({
      ts: '2026-11-23 10:00:00.123456789',
      namespace: 'shop',
      pod: 'cart-7d9f',
      pod_uid: record.podUid,
      container: 'app',
      restart: 2,
      stream: 'stdout',
      message: '{"level":"error"}',
      severity: 'error',
      offset: 5,
      partial: 0,
    })
  })

  test('a containers/ path leaves uid and restart unknown', () => {
    const id = 'a'.repeat(64)
    const row = only(batch({ ...cri('stdout F x'), path: `/var/log/containers/cart-7d9f_shop_app-${id}.log` }))
    expect(row).toMatchObject({
      namespace: 'shop',
      pod: 'cart-7d9f',
      container: 'app',
      pod_uid: '',
      restart: -1,
      container_id: id,
    })
  })

  test.each([
    ['stdout F ', ''],
    ['stdout F', ''],
    ['stdout F a\r', 'a\r'],
    ['stdout F \ta\t', '\ta\t'],
    ['stdout F:reserved a', 'a'],
    ['stdout F a\0b', 'a\0b'],
    ['stdout F  two spaces', ' two spaces'],
    ['stderr F a\n', 'a'],
  ])('%j says %j', (line, message) => {
    expect(only(batch(cri(line))).message).toBe(message)
  })

  test('whose offset is known has a length: its own bytes and the newline', () => {
    const lengthOf = (more: object) => only(batch(cri('stdout F "é"', more))).length
    const bytes = Buffer.byteLength('2026-11-23T10:00:00.123456789Z stdout F "é"\n')
    expect([lengthOf({ offset: 0 }), lengthOf({ offset: 0, length: 99 }), lengthOf({})]).toEqual([bytes, 99, -1])
    expect(only(batch(cri('stdout F "é"\n', { offset: 0 }))).length).toBe(bytes)
    expect(only(batch(cri('stdout F plain', { offset: 0 }))).length).toBe(46)
  })

  test('docker json-file lines travel in cri too', () => {
    const line = (log: string) => ({ path, cri: JSON.stringify({ log, stream: 'stderr', time: record.time }) })
    expect(logRows(batch(line('boom "quoted"\n')))).toMatchObject([{ message: 'boom "quoted"', stream: 'stderr', partial: 0 }])
    expect(logRows(batch(line('first '), line('second\n')))).toMatchObject([{ message: 'first second', partial: 0 }])
    expect(batch({ path, cri: '{"log":1}' }).rejects).toMatchObject([{ reason: 'bad-cri' }])
    const raw = line('boom "quoted"\n')
    expect(only(batch({ ...raw, offset: 0 })).length).toBe(raw.cri.length + 1)
  })
})
