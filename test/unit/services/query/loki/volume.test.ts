// Volumes are summed as Loki's documentation has it: by the labels of the selector, by target labels, or by names alone.
import { expect, test } from 'vitest'
import { volumeLabels, volumeMatrix, volumes, volumeVector, type VolumeOptions } from '#query/loki/volume.ts'

const matcher = (name: string) => ({ name, op: '=~' as const, value: '.+', at: 0 })
const count = (labels: Record<string, string>, bytes: number, bucket = 0n) => ({
  labels,
  bytes,
  bucket,
  entries: 1,
  parts: new Set<string>(),
})
const streams = [
  count({ foo: 'bar', fizz: 'buzz' }, 3),
  count({ foo: 'baz', fizz: 'buzz' }, 5),
  count({ foo: 'baz', fizz: 'bang' }, 4, 2n),
]
const options: VolumeOptions = { matchers: [matcher('foo')], targetLabels: [], aggregateBy: 'series', limit: 100 }
const at = 1_795_428_000_000_000_000n
const vector = (more: Partial<VolumeOptions>) =>
  volumeVector(volumes(streams, { ...options, ...more }), at).map(({ metric, value }) => [metric, value[1]])

test.each<[string, Partial<VolumeOptions>, unknown]>([
  [
    'by the labels of the selector, the largest first',
    {},
    [
      [{ foo: 'baz' }, '9'],
      [{ foo: 'bar' }, '3'],
    ],
  ],
  [
    'by target labels',
    { targetLabels: ['fizz'] },
    [
      [{ fizz: 'buzz' }, '8'],
      [{ fizz: 'bang' }, '4'],
    ],
  ],
  [
    'by all labels, where the selector has none',
    { matchers: [] },
    [
      [{ fizz: 'buzz', foo: 'baz' }, '5'],
      [{ fizz: 'bang', foo: 'baz' }, '4'],
      [{ fizz: 'buzz', foo: 'bar' }, '3'],
    ],
  ],
  [
    'by names',
    { aggregateBy: 'labels', matchers: [] },
    [
      [{ fizz: '' }, '12'],
      [{ foo: '' }, '12'],
    ],
  ],
  ['at most so many', { limit: 1 }, [[{ foo: 'baz' }, '9']]],
  ['of a label that no stream has', { targetLabels: ['gone'] }, []],
])('%s', (_, more, expected) => {
  expect(vector(more)).toEqual(expected)
})

test('over time, each stretch that has lines has a value at its begin', () => {
  expect(volumeMatrix(volumes(streams, options), { startNs: at, stepNs: 60_000_000_000n })).toEqual([
    {
      metric: { foo: 'baz' },
      values: [
        [1_795_428_000, '5'],
        [1_795_428_120, '4'],
      ],
    },
    { metric: { foo: 'bar' }, values: [[1_795_428_000, '3']] },
  ])
})

test('only the labels that are summed by are read', () => {
  expect(volumeLabels({ matchers: [matcher('a'), matcher('a')], targetLabels: [] })).toEqual(['a'])
  expect(volumeLabels({ matchers: [matcher('a')], targetLabels: ['b'] })).toEqual(['b'])
  expect(volumeLabels({ matchers: [], targetLabels: [] })).toBeUndefined()
})
