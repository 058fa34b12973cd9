// Answers in the shapes that Grafana and logcli decode: https://grafana.com/docs/loki/latest/reference/loki-http-api/
import { expect, test } from 'vitest'
import { resultJson, statsJson } from '#query/loki/result-json.ts'

const stats = { lines: 10, bytes: 1000, linesOut: 2, elapsedMs: 20 }
const at = 1_795_428_000_123_456_789n

test('lines are pairs of epoch ns and text, by the labels of their stream', () => {
  const streams = [{ labels: { pod: 'a' }, entries: [{ tsNs: at, line: 'x' }] }]
  expect(resultJson({ type: 'streams', streams, stats }, { categorize: false })).toEqual({
    status: 'success',
    data: {
      resultType: 'streams',
      result: [{ stream: { pod: 'a' }, values: [['1795428000123456789', 'x']] }],
      stats: statsJson(stats),
    },
  })
})

test('where labels are told apart, those of a line stand beside it, by their kind', () => {
  const entries = [
    { tsNs: at, line: 'x', structuredMetadata: { trace_id: 't' }, parsed: { status: '500' } },
    { tsNs: at, line: 'y', structuredMetadata: {}, parsed: {} },
  ]
  const streams = [{ labels: { pod: 'a' }, entries }]
  expect(resultJson({ type: 'streams', streams, stats }, { categorize: true }).data).toMatchObject({
    encodingFlags: ['categorize-labels'],
    result: [
      {
        stream: { pod: 'a' },
        values: [
          [String(at), 'x', { structuredMetadata: { trace_id: 't' }, parsed: { status: '500' } }],
          [String(at), 'y', {}],
        ],
      },
    ],
  })
})

test('values are texts, and their times epoch seconds', () => {
  const point = { tsNs: at, value: 0.5 }
  const labels = { pod: 'a' }
  const of = (result: Parameters<typeof resultJson>[0]) => resultJson(result, { categorize: false }).data.result
  expect([
    of({ type: 'vector', samples: [{ labels, point }], stats }),
    of({ type: 'matrix', series: [{ labels, points: [point, { tsNs: at + 10n ** 9n, value: Infinity }] }], stats }),
    of({ type: 'scalar', point, stats }),
  ]).toEqual([
    [{ metric: labels, value: [1_795_428_000.123, '0.5'] }],
    [
      {
        metric: labels,
        values: [
          [1_795_428_000.123, '0.5'],
          [1_795_428_001.123, '+Inf'],
        ],
      },
    ],
    [1_795_428_000.123, '0.5'],
  ])
})

test('statistics are per second, also of an answer that took no time', () => {
  expect(statsJson(stats).summary).toMatchObject({ linesProcessedPerSecond: 500, execTime: 0.02, totalLinesProcessed: 10 })
  expect(statsJson({ ...stats, elapsedMs: 0 }).summary.bytesProcessedPerSecond).toBe(0)
})
