import { expect, test } from 'vitest'
import { LineDraft, text } from '../../../../../services/ingest/normalise/line-draft.ts'
import { TraceIds } from '../../../../../services/ingest/normalise/trace-ids.ts'

const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
const span = '00f067aa0ba902b7'
const both = [trace, span]
const none = ['', '']

/** The ids of a line with this text. `sent`: what came beside it. */
function idsOf(message: string, sent: { traceId?: string; spanId?: string } = {}): string[] {
  const line = new LineDraft()
  line.reset()
  if (sent.traceId !== undefined) line.set(text.traceId, Buffer.from(sent.traceId))
  if (sent.spanId !== undefined) line.set(text.spanId, Buffer.from(sent.spanId))
  const stored = Buffer.from(JSON.stringify(message).slice(1, -1))
  new TraceIds().addTo(line, stored, 0, stored.length)
  return [line.copyOf(text.traceId).toString(), line.copyOf(text.spanId).toString()]
}

const idsIn = (fields: object): string[] => idsOf(JSON.stringify(fields))

test.each([
  ['of OpenTelemetry', { trace_id: trace, span_id: span }],
  ['of pino and bunyan', { level: 30, traceId: trace, spanId: span }],
  ['of .NET', { TraceId: trace, SpanId: span }],
  ['of Serilog', { '@t': 'x', '@tr': trace, '@sp': span }],
  ['of ECS, flat', { 'trace.id': trace, 'span.id': span }],
  ['of ECS, nested', { trace: { id: trace }, span: { x: [{ id: 'no' }], id: span }, id: 'other' }],
  ["of Python's instrumentation", { otelTraceID: trace, otelSpanID: span }],
  [
    'of Cloud Logging',
    { 'logging.googleapis.com/trace': `projects/shop/traces/${trace}`, 'logging.googleapis.com/spanId': span },
  ],
  ['in capitals', { traceID: trace.toUpperCase(), spanID: span.toUpperCase() }],
  ['with dashes', { traceId: '4bf92f35-77b3-4da6-a3ce-929d0e0e4736', spanId: span }],
  [
    'behind other fields',
    { a: { trace_id: 'f'.repeat(32) }, b: ['}', '"'], c: '"trace_id":"x"', trace_id: trace, span_id: span },
  ],
])('ids are read as loggers write them: %s', (_, fields) => {
  expect(idsIn(fields)).toEqual(both)
})

test('the ids of B3 have 16 digits', () => {
  expect(idsIn({ traceId: span, spanId: span })).toEqual([span, span])
})

test.each([
  ['too short', { trace_id: trace.slice(1), span_id: span }],
  ['too long', { trace_id: `${trace}0` }],
  ['no hex', { trace_id: `${trace.slice(1)}x` }],
  ['zeros', { trace_id: '0'.repeat(32) }],
  ['a number', { trace_id: 4711 }],
  ['empty', { trace_id: '' }],
  ['deeper', { request: { trace_id: trace } }],
  ['an id that is of the line', { span: { x: 1 }, id: trace }],
  ['a span without trace', { span_id: span }],
  ['dashes in front', { trace_id: `-----${trace}` }],
  ['dashes where a UUID has none', { trace_id: '4bf92f357-7b3-4da6-a3ce-929d0e0e4736' }],
  ['dashes at its end', { trace_id: `${trace}----` }],
  ['a URL', { trace_id: `https://x/y/${trace}` }],
  ['a resource by another name', { trace_id: `projects/shop/traces/${trace}` }],
  ['another resource', { 'logging.googleapis.com/trace': `https://x/${trace}` }],
])('what is no id is none: %s', (_, fields) => {
  expect(idsIn(fields)).toEqual(none)
})

test('text that is no JSON object, or breaks off, or goes on behind it, states none', () => {
  expect(idsOf(`trace_id=${trace}`)).toEqual(none)
  expect(idsOf('')).toEqual(none)
  expect(idsOf('{')).toEqual(none)
  expect(idsOf('{"trace_id":"')).toEqual(none)
  expect(idsOf(`[{"trace_id":"${trace}"}]`)).toEqual(none)
  const object = `{"trace_id":"${trace}","span_id":"${span}"}`
  expect(idsOf(` \t${object} \r\n`)).toEqual(both)
  expect(idsOf(` \t${object.slice(0, -1)}`)).toEqual(none)
  expect(idsOf(`${object.slice(0, -1)},"a":{"b":1}`)).toEqual(none)
  expect(idsOf(`${object}tail`)).toEqual(none)
  expect(idsOf(`${object} {}`)).toEqual(none)
  const filler = `,"filler":"${'x'.repeat(20_000)}"`
  expect(idsOf(`${object.slice(0, -1)}${filler}} \n`)).toEqual(both)
  expect(idsOf(`${object.slice(0, -1)}${filler}`)).toEqual(none)
})

test('what came beside the text counts, and only the beginning of a long text is read', () => {
  const message = JSON.stringify({ trace_id: trace, span_id: span })
  expect(idsOf(message, { traceId: 'mine' })).toEqual(['mine', ''])
  expect(idsOf(message, { spanId: 'mine' })).toEqual([trace, 'mine'])
  expect(idsIn({ filler: 'x'.repeat(20_000), trace_id: trace })).toEqual(none)
})
