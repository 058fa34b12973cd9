import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AfterlogError } from '#shared/errors.ts'
import { decodeBatch } from '#ingest/formats/native-rows.ts'
import { detailOf, rejectedOf, rejectsMax } from '#ingest/normalise/reject.ts'
import { decodeOptions, lines, logRows, record } from '#test/support/decode.ts'

describe('a body', () => {
  test.each([
    ['', /empty/],
    ['  ', /empty/],
    ['{}', /records is missing.* send .*an array of records, one record, or one record per line/],
    ['{"log":"x"}', /records is missing, and so is message or cri/],
    ['17', /neither an object nor an array.* send /],
    ['"text"', /neither an object nor an array.* send /],
    ['[{"a":1}', /expected "," or "\]", found the end/],
    ['[] x', /expected the end, found "x"/],
    ['[]\n[]', /expected the end/],
    ['{"records":{}}', /records must be an array/],
    ['{"records":null}', /records must be an array/],
    ['{"time":1}', /records is missing/],
    ['{"message":"m","records":[]}', /^message is a field of a record, and stands beside records.* send /],
    ['{"records":[{}],"cri":"m"}', /^cri is a field of a record/],
    ['{"records":[],"cluster":"c","labels":{},"message":"m"}', /^labels is a field of a record/],
    ['{"mess\\u0061ge":"m","r\\u0065cords":[]}', /^message is a field of a record/],
    ['{"records":[]', /expected "," or "}", found the end at byte 13/],
    ['{"records":[{"a":1}', /found the end/],
    ['{"node":5,"records":[]}', /node must be a string/],
    ['hello', /expected "{" or "\[", found "h" at byte 0; send /],
    ['{"records":[]} x', /expected the end/],
    ['{"records":[],"records":[]}', /twice/],
  ])('%j is no batch', (text, sentence) => {
    expect(() => decodeBatch(Buffer.from(text), decodeOptions)).toThrow(
      expect.toSatisfy((error: AfterlogError) => error.code === 'invalid-body' && sentence.test(error.message)),
    )
  })

  test('as JSON may also be an array, one record, or NDJSON, with the defaults of its origin and counted ordinals', () => {
    const [one, two] = [JSON.stringify(record), JSON.stringify({ ...record, message: 'two' })]
    const rowsOf = (text: string) => logRows(decodeBatch(Buffer.from(text), decodeOptions))
    const [first, again, second] = rowsOf(`{"records":[${one},${one},${two}]}`)
    expect([first!.cluster, first!.node, first!.ordinal, again!.ordinal]).toEqual(['prod', 'node-7', 0, 1])
    expect(rowsOf(`[${one},${one},${two}]`)).toEqual([first, again, second])
    expect(rowsOf(`${one}\n${one}\n${two}\n`)).toEqual([first, again, second])
    expect(rowsOf(one)).toEqual([first])
    expect(rowsOf(JSON.stringify(record, null, 2))).toEqual([first])
    expect(rowsOf('[]')).toEqual([])
  })

  test.each([[[]], [[record]], [{}], [''], ['text'], [0], [false]])(
    'with a record that has records %j loses neither in silence',
    (records) => {
      const mixed = JSON.stringify({ ...record, records })
      const sentence = /records must be an array; one record has none|time is a field of a record/
      for (const body of [mixed, JSON.stringify({ records, ...record })])
        expect(() => decodeBatch(Buffer.from(body), decodeOptions)).toThrow(sentence)
      const good = JSON.stringify({ ...record, message: 'beside it' })
      for (const decoded of [
        decodeBatch(Buffer.from(`[${mixed},${good}]`), decodeOptions),
        decodeBatch(Buffer.from(`{"records":[${mixed},${good}]}`), decodeOptions),
        decodeBatch(Buffer.from(`${good}\n${mixed}`), decodeOptions),
        lines(`${mixed}\n${good}\n`),
      ]) {
        expect(logRows(decoded)).toMatchObject([{ message: 'beside it' }])
        expect(decoded.rejects).toMatchObject([{ reason: 'bad-field', payload: Buffer.from(mixed) }])
        expect(detailOf(decoded.rejects[0]!)).toMatch(/^records is a field of a batch, which no record has; send /)
      }
    },
  )

  test('with records that are null is one record; fields of a record that are null are none of a batch', () => {
    const text = JSON.stringify({ ...record, records: null })
    for (const decoded of [decodeBatch(Buffer.from(text), decodeOptions), lines(text)])
      expect(logRows(decoded)).toMatchObject([{ message: record.message }])
    const empty = decodeBatch(Buffer.from('{"time":null,"records":[],"message":null,"sender":"x"}'), decodeOptions)
    expect(empty).toMatchObject({ accepted: 0, rejects: [] })
  })

  test('as JSON with one record that is nested too deep loses that record; what is no record is refused', () => {
    const deep = `{"attributes":${'['.repeat(100)}${']'.repeat(100)},"message":"x"}`
    const decoded = decodeBatch(Buffer.from(deep), decodeOptions)
    expect(decoded).toMatchObject({ accepted: 0, rejects: [{ reason: 'bad-field', payload: Buffer.from(deep) }] })
    const hidden = `{"x":${'['.repeat(100)}${']'.repeat(100)},"records":[${JSON.stringify(record)}]}`
    for (const body of [hidden, deep.replace('message', 'x'), deep.slice(0, -1), '{"a":'.repeat(100_000)])
      expect(() => decodeBatch(Buffer.from(body), decodeOptions)).toThrow(/nested more than 64 deep/)
    const followed = decodeBatch(Buffer.from(`${deep.replace('message', 'x')}\n${JSON.stringify(record)}`), decodeOptions)
    expect(followed).toMatchObject({ accepted: 1, rejects: [{ index: 0, reason: 'bad-field' }] })
  })

  test('cluster and node count for its records wherever they stand in it', () => {
    for (const text of [
      `{"cluster":"c2","node":"n2","records":[${JSON.stringify(record)}]}`,
      `{"records":[${JSON.stringify(record)}],"node":"n2","cluster":"c2"}`,
    ]) {
      expect(logRows(decodeBatch(Buffer.from(text), decodeOptions))).toMatchObject([{ cluster: 'c2', node: 'n2' }])
    }
  })

  test('of NDJSON keeps its good lines, and is refused where no line is JSON', () => {
    const decoded = lines(`${JSON.stringify(record)}\n\n{"broken\n${JSON.stringify({ ...record, message: 'two' })}`)
    expect(decoded.accepted).toBe(2)
    expect(decoded.rejects).toMatchObject([{ index: 1, reason: 'not-json' }])
    expect(() => lines('<html>\n<body>')).toThrow(/no line of the body is a JSON object/)
    expect(() => lines('\n \n')).toThrow(/empty/)
  })

  test.each([64, 100_000])('a record with a value nested %i deep is rejected alone, in a batch and in NDJSON', (depth) => {
    const deep = `${JSON.stringify(record).slice(0, -1)},"attributes":{"a":${'['.repeat(depth)}"]}"${']'.repeat(depth)}}}`
    const good = JSON.stringify({ ...record, message: 'beside it' })
    const bodies = [
      decodeBatch(Buffer.from(`{"records":[${deep},${good}]}`), decodeOptions),
      decodeBatch(Buffer.from(`{"records":[${'['.repeat(depth)}${']'.repeat(depth)}, ${good}]}`), decodeOptions),
      lines(`${deep}\n${good}`),
    ]
    for (const decoded of bodies) {
      expect(logRows(decoded)).toMatchObject([{ message: 'beside it' }])
      const [reject] = decoded.rejects
      if (decoded === bodies[1] && depth === 64) expect(reject).toMatchObject({ index: 0, reason: 'not-an-object' })
      else
        expect(reject).toMatchObject({ index: 0, reason: 'bad-field', detail: expect.stringContaining('send a value') as string })
    }
    expect(bodies[0]!.rejects[0]!.payload.toString()).toBe(deep)
    expect(() => decodeBatch(Buffer.from(`{"records":[${deep.slice(0, -3)}`), decodeOptions)).toThrow(AfterlogError)
  })

  test('of more rejects than are kept the last one says for how many it stands, and good records are lines', () => {
    const text = `{"records":[${'1,'.repeat(rejectsMax + 5)}${JSON.stringify(record)},2]}`
    const { accepted, rejects } = decodeBatch(Buffer.from(text), decodeOptions)
    expect([accepted, rejects.length, rejectedOf(rejects)]).toEqual([1, rejectsMax + 1, rejectsMax + 6])
    expect(detailOf(rejects.at(-1)!)).toContain('also stands for 5 further rejected records of the body')
    expect(detailOf(rejects[0]!)).toBe('a record must be a JSON object')
  })

  test('never throws anything but AfterlogError, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        for (const decode of [() => decodeBatch(Buffer.from(bytes), decodeOptions), () => lines(Buffer.from(bytes))]) {
          try {
            decode()
          } catch (error) {
            expect(error).toBeInstanceOf(AfterlogError)
          }
        }
      }),
    )
  })
})
