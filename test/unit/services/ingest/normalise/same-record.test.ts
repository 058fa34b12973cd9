import { expect, test } from 'vitest'
import type { RejectReason } from '#ingest/normalise/reject.ts'
import { hasRecordsOf } from '#ingest/normalise/same-record.ts'

const life = { podUid: 'u', container: 'app', restart: 0 }
const line = { ...life, time: '2026-11-23T10:00:00Z', message: 'one' }
const placed = { ...line, file: 'f', offset: 70, length: 4 }
const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

test.each<[string, RejectReason, unknown, unknown, boolean]>([
  ['its bytes', 'too-old', line, line, true],
  ['its bytes, with an ordinal behind them', 'too-old', line, { records: [{ ...line, ordinal: 7 }] }, true],
  ['its beginning, of a letter that was cut', 'too-large', text(line).slice(0, -6), line, true],
  ['another text', 'too-old', line, { ...line, message: 'two' }, false],
  ['its text at another time', 'too-old', line, { ...line, time: '2026-11-23T10:00:01Z' }, false],
  ['its time written otherwise', 'bad-field', { ...line, stream: 'x' }, { ...line, time: '2026-11-23T10:00:00.000Z' }, true],
  ['a time that is right by now', 'bad-time', { ...line, time: 'when?' }, line, true],
  ['its text in another container', 'bad-time', { ...line, time: 'when?' }, { ...line, container: 'b' }, false],
  ['its place', 'bad-field', { ...placed, message: 5 }, { ...placed, message: '5' }, true],
  ['another place', 'bad-time', { ...placed, time: 'when?' }, { ...placed, offset: 74 }, false],
  ['its place in another file', 'bad-time', { ...placed, time: 'when?' }, { ...placed, file: 'g' }, false],
  ['no place', 'bad-time', { ...placed, time: 'when?' }, line, false],
  ['a raw line that is one now', 'bad-cri', { ...life, cri: 'one' }, { ...life, cri: '2026-11-23T10:00:00Z stdout F one' }, true],
  ['another raw line', 'bad-cri', { ...life, cri: 'one' }, { ...life, cri: '2026-11-23T10:00:00Z stdout F two' }, false],
  ['JSON that is whole by now', 'not-json', `${text(line).slice(0, -1)},`, { ...line, podUid: 'u' }, true],
  ['JSON of another line', 'not-json', `${text({ ...line, message: 'two' }).slice(0, -1)},,`, line, false],
  ['one of two records', 'bad-header', { records: [line, { ...line, message: 'two' }] }, { records: [line] }, false],
  ['both records', 'bad-header', { records: [line, placed] }, { cluster: 'eu', records: [placed, line] }, true],
  ['another line, where the letter has no record', 'not-json', 'garbage', line, false],
  ['all words of a letter that is no JSON', 'not-json', `{'podUid': 'u', 'message': 'one', 'time': None}`, line, true],
  ['a line of its life, where it was broken before its text', 'not-json', '{"podUid":"u","container":"app"', line, false],
  ['words of another line', 'not-json', `{'podUid': 'u', 'message': 'two'}`, line, false],
  ['a line of its life, where it has neither text nor time', 'missing-field', life, line, false],
  ['a line of its time, where it has no text', 'missing-field', { ...life, time: line.time }, line, true],
  ['a place of a life that it does not name', 'bad-field', { podUid: {}, offset: 70 }, placed, false],
  ['its text at its place, where it names no life', 'bad-field', { podUid: {}, offset: 70, message: 'one' }, placed, true],
  ['either of two texts', 'too-old', text(line).replace('}', ',"message":"two"}'), { ...line, message: 'one' }, true],
])('a letter is closed by a body with %s: %s', (_, reason, letter, body, isOwn) => {
  expect(hasRecordsOf(Buffer.from(text(body)), { payload: Buffer.from(text(letter)), reason })).toBe(isOwn)
})
