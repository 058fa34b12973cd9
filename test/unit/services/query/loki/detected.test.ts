// What Logs Drilldown offers as filters: labels that tell something, and fields of lines with their types and parsers.
import { expect, test } from 'vitest'
import { detectFields, detectValues } from '#query/loki/detect-fields.ts'
import { detectLabels } from '#query/loki/detected-labels.ts'
import { commonType, fieldType } from '#query/loki/field-type.ts'

test.each([
  ['42', 'int'],
  ['-1', 'int'],
  ['1.5', 'float'],
  ['1e9', 'float'],
  ['true', 'boolean'],
  ['1m30s', 'duration'],
  ['12.5ms', 'duration'],
  ['10MB', 'bytes'],
  ['5 KiB', 'bytes'],
  ['', 'string'],
  ['1.2.3.4', 'string'],
])('%s is of type %s', (value, type) => {
  expect(fieldType(value)).toBe(type)
})

test('values of two types make a field of text, of numbers a float', () => {
  expect([commonType('int', 'int'), commonType('int', 'float'), commonType('int', 'duration')]).toEqual([
    'int',
    'float',
    'string',
  ])
})

const entry = (line: string, structuredMetadata = {}, parsed = {}) => ({ tsNs: 0n, line, structuredMetadata, parsed })
const streams = [
  {
    labels: { pod: 'a' },
    entries: [
      entry('{"status": 500, "user": {"name": "x"}, "pod": "else"}', { trace_id: 't1' }),
      entry('{"status": 200, "user": {"name": "y"}}', { trace_id: 't2' }),
      entry('status=404 took=5ms msg="a b"'),
      entry('plain text'),
      entry('{"broken": ', {}, { method: 'GET' }),
    ],
  },
]

test('fields are structured metadata, keys of JSON and of logfmt, and what the query parsed', () => {
  const fields = Object.fromEntries(
    detectFields(streams, 100).map(({ label, ...field }) => [label, Object.values(field).flat().join(' ')]),
  )
  expect(fields).toEqual({
    status: 'int 3 json logfmt',
    user_name: 'string 2 json',
    pod_extracted: 'string 1 json',
    trace_id: 'string 2 ',
    took: 'duration 1 logfmt',
    msg: 'string 1 logfmt',
    method: 'string 1 ',
  })
  expect(detectFields(streams, 1).map(({ label }) => label)).toEqual(['status'])
  expect(detectValues(streams, 'status', 2)).toEqual(['200', '404'])
  expect(detectValues(streams, 'constructor', 2)).toEqual([])
})

test('a label of numbers or ids alone is no filter, unless it names the place', () => {
  const ids = [
    { pod: '1', hash: '7', uid: '5b0c1d2e-0000-4000-8000-000000000000', app: 'cart' },
    { pod: '2', hash: '8', uid: '5b0c1d2e-0000-4000-8000-000000000001', app: '5' },
  ]
  expect(detectLabels(ids)).toEqual([
    { label: 'app', cardinality: 2 },
    { label: 'pod', cardinality: 2 },
  ])
})
