import { describe, expect, test } from 'vitest'
import { decodeBatch } from '#ingest/formats/native-rows.ts'
import { batch, decodeOptions, lines as ndjson, only, path, record } from '#test/support/decode.ts'

describe('NUL bytes in front of a raw line, as a truncation in place leaves them', () => {
  const docker = JSON.stringify({ log: 'first line after the truncation\n', stream: 'stdout', time: record.time })
  const lines: [string, string, string][] = [
    [docker, 'first line after the truncation', 'stdout'],
    ['2026-11-23T10:00:00.123456789Z stderr F CRI after two NULs', 'CRI after two NULs', 'stderr'],
    ['2026-11-23T10:00:00.123456789Z stderr F \0 and "one\0 more"', '\0 and "one\0 more"', 'stderr'],
  ]

  test.each(lines)('are skipped, and count in its length: %j', (line, message, stream) => {
    for (const nuls of [1, 2, 4, 5000]) {
      const raw = '\0'.repeat(nuls) + line
      const escaped = Buffer.from(JSON.stringify({ records: [{ path, cri: raw, offset: 77 }] }))
      const bare = Buffer.from(escaped.toString().replaceAll('\\u0000', '\0'))
      for (const body of [escaped, bare]) {
        const row = only(decodeBatch(body, decodeOptions))
        expect(row).toMatchObject({ message, stream, offset: 77, length: Buffer.byteLength(raw) + 1, partial: 0 })
        expect(row.ts).toBe('2026-11-23 10:00:00.123456789')
      }
    }
  })

  test('without a line behind them stay a reject', () => {
    for (const raw of ['\0', '\0\0\0\0', '\0\n', '\0\0not a line', '\u0001' + lines[1]![0]])
      expect(batch({ path, cri: raw, offset: 0 })).toMatchObject({ accepted: 0, rejects: [{ reason: 'bad-cri' }] })
  })

  test('are counted, and so are those in front of a record of NDJSON and of a body', () => {
    const raw = `\0\0${lines[1]![0]}`
    expect(batch({ path, cri: raw }, { path, cri: `\0${raw}` }, record)).toMatchObject({ accepted: 3, nulBytes: 5 })
    expect(batch(record).nulBytes).toBeUndefined()
    const text = JSON.stringify(record)
    expect(ndjson(`${text}\n\0\0\0${text}\n\0\n`)).toMatchObject({ accepted: 2, nulBytes: 3, rejects: [] })
    for (const body of [`\0\0${text}`, `\0\0[${text}]`, `\0\0{"records":[${text}]}`, `\0\0{"records":[${text}],"node":"n"}`])
      for (const front of ['', '\uFEFF', '\uFEFF\0\uFEFF'])
        expect(decodeBatch(Buffer.from(body.replace('\0', `\0${front}`)), decodeOptions)).toMatchObject({
          accepted: 1,
          nulBytes: 2 + front.replaceAll('\uFEFF', '').length,
          rejects: [],
        })
  })

  test('a byte order mark is skipped like them', () => {
    const raw = `\uFEFF${lines[1]![0]}`
    const escaped = JSON.stringify({ records: [{ path, cri: raw, offset: 7 }] }).replace('\uFEFF', '\\ufeff')
    const bare = JSON.stringify({ records: [{ path, cri: raw, offset: 7 }] })
    for (const body of [escaped, bare])
      expect(only(decodeBatch(Buffer.from(body), decodeOptions))).toMatchObject({
        message: 'CRI after two NULs',
        length: Buffer.byteLength(raw) + 1,
      })
    const text = JSON.stringify(record)
    expect(ndjson(`\uFEFF${text}\n\uFEFF${text}\n\0\uFEFF\0${text}`)).toMatchObject({ accepted: 3, rejects: [] })
  })
})

describe('NUL bytes and byte order marks in front of a message', () => {
  /** A body with the record, as JSON escapes it, and with the bytes as they are. */
  const decodedOf = (fields: object) => {
    const escaped = JSON.stringify({ records: [{ ...record, ...fields }] }).replaceAll('\uFEFF', '\\uFEFF')
    const bare = escaped.replaceAll('\\u0000', '\0').replaceAll('\\uFEFF', '\uFEFF')
    return [escaped, bare].map((body) => decodeBatch(Buffer.from(body), decodeOptions))
  }

  test.each([
    ['two NUL bytes', '\0\0m', 'm', 2],
    ['a mark', '\uFEFFn', 'n', undefined],
    ['both, and more of them within', '\uFEFF\0te\0xt\uFEFF', 'te\0xt\uFEFF', 1],
    ['several of both', '\0\uFEFF\0\uFEFF"quoted"', '"quoted"', 2],
    ['more than a line may have', '\0'.repeat(300_000) + 'behind a large hole', 'behind a large hole', 300_000],
    ['NUL bytes alone', '\0\0', '', 2],
    ['a mark alone', '\uFEFF', '', undefined],
    ['nothing', '', '', undefined],
    ['a letter that begins as a mark does', '\uFF01 full width', '\uFF01 full width', undefined],
    ['another control byte', '\u0001\0', '\u0001\0', undefined],
  ])('are skipped, and the NUL bytes counted: %s', (_, message, line, nulBytes) => {
    for (const decoded of decodedOf({ message })) {
      expect(only(decoded).message).toBe(line)
      expect(decoded.nulBytes).toBe(nulBytes)
    }
  })

  test('stay where the record says that its text is verbatim', () => {
    for (const decoded of decodedOf({ message: '\0\uFEFFm', verbatim: true })) {
      expect(only(decoded).message).toBe('\0\uFEFFm')
      expect(decoded.nulBytes).toBeUndefined()
    }
    for (const verbatim of [false, null]) expect(only(batch({ ...record, message: '\0m', verbatim })).message).toBe('m')
    expect(batch({ ...record, verbatim: 'yes' }).rejects).toMatchObject([{ reason: 'bad-field' }])
  })
})
