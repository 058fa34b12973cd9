// Windows, aggregations and operators over series that are written out.
import { describe, expect, test } from 'vitest'
import { aggregate } from '#query/loki/logql/evaluate/aggregate.ts'
import { binary, withLiteral } from '#query/loki/logql/evaluate/binary.ts'
import { labelReplace } from '#query/loki/logql/evaluate/label-replace.ts'
import { rangeFunction } from '#query/loki/logql/evaluate/range-values.ts'
import { createSeriesBudget } from '#query/loki/logql/query-limits.ts'
import { SeriesTable } from '#query/loki/logql/evaluate/series.ts'
import { bucketOf, stepsOf, windowsOf } from '#query/loki/logql/evaluate/windows.ts'
import { parseLogQL } from '#query/loki/logql/syntax/parse-logql.ts'
import type { MetricExpr, RangeOp } from '#query/loki/logql/syntax/logql-expr.ts'

const s = 1_000_000_000n

type Written = [labels: Record<string, string>, ...values: (number | undefined)[]]

function table(...series: Written[]): SeriesTable {
  const made = new SeriesTable(series[0]!.length - 1, createSeriesBudget())
  for (const [labels, ...values] of series) for (const [i, value] of values.entries()) made.of(labels).values[i] = value
  return made
}

const written = (of: SeriesTable): Written[] => of.all.map(({ labels, values }) => [{ ...labels }, ...values])

function exprOf<Kind extends MetricExpr['kind']>(text: string, kind: Kind): Extract<MetricExpr, { kind: Kind }> {
  const expr = parseLogQL(text)
  if (expr.kind !== kind) throw new Error(`no ${kind}: ${text}`)
  return expr as Extract<MetricExpr, { kind: Kind }>
}

describe('a window has the lines behind its begin, up to its end', () => {
  test.each([
    ['overlapping', 60n, 20n],
    ['side by side', 20n, 20n],
    ['apart', 10n, 25n],
    ['without a common measure', 21n, 13n],
  ])('windows that are %s', (_, range, step) => {
    const steps = stepsOf({ startNs: 1000n * s, endNs: 1100n * s, stepNs: step * s })
    const windows = windowsOf(steps, range * s, 3n * s)
    for (let ts = 900n * s; ts < 1110n * s; ts += s / 2n) {
      const bucket = bucketOf(windows, ts)
      for (let i = 0; i < windows.count; i++) {
        const end = (1000n + BigInt(i) * step - 3n) * s
        const { from, to } = windows.bucketsOf(i)
        const isIn = bucket !== undefined && bucket >= from && bucket < to
        expect(isIn, `${ts} in window ${i}`).toBe(ts > end - range * s && ts <= end)
      }
    }
  })

  test('and more than 11,000 steps are refused', () => {
    expect(() => stepsOf({ startNs: 0n, endNs: 12_000n * s, stepNs: s })).toThrow(/11000 points/)
  })
})

test.each<[RangeOp, number]>([
  ['sum_over_time', 16],
  ['avg_over_time', 4],
  ['min_over_time', 1],
  ['max_over_time', 8],
  ['stdvar_over_time', 7.5],
  ['stddev_over_time', Math.sqrt(7.5)],
  ['quantile_over_time', 3.5],
  ['first_over_time', 5],
  ['last_over_time', 2],
  ['rate', 1.6],
  ['count_over_time', 4],
])('%s of 5, 1, 8, 2', (op, value) => {
  const window = { times: [1n, 2n, 3n, 4n], values: [0, 5, 1, 8, 2, 9].slice(1, 5), from: 0, to: 4 }
  expect(rangeFunction(op, 10n * s, 0.5)(window)).toBeCloseTo(value, 12)
})

test.each<[first: number, second: number, mean: number]>([
  [Infinity, Infinity, Infinity],
  [-Infinity, -Infinity, -Infinity],
  [Infinity, 5, Infinity],
  [5, Infinity, Infinity],
  [Infinity, -Infinity, Number.NaN],
  [Infinity, Number.NaN, Number.NaN],
])('the avg of %s and %s is %s', async (first, second, mean) => {
  const expr = exprOf('avg(rate({a="1"}[1m]))', 'aggregate')
  expect(written(await aggregate(expr, table([{ a: '1' }, first], [{ a: '2' }, second])))).toEqual([[{}, mean]])
})

const abc = (): SeriesTable => table([{ a: '1', b: 'x' }, 1, 5], [{ a: '1', b: 'y' }, 3, undefined], [{ a: '2', b: 'x' }, 10, 20])

test.each<[string, Written[]]>([
  ['sum', [[{}, 14, 25]]],
  [
    'sum by (a)',
    [
      [{ a: '1' }, 4, 5],
      [{ a: '2' }, 10, 20],
    ],
  ],
  [
    'avg without (b)',
    [
      [{ a: '1' }, 2, 5],
      [{ a: '2' }, 10, 20],
    ],
  ],
  ['count by (none)', [[{}, 3, 2]]],
  [
    'max by (b)',
    [
      [{ b: 'x' }, 10, 20],
      [{ b: 'y' }, 3, undefined],
    ],
  ],
  ['min', [[{}, 1, 5]]],
  [
    'stdvar by (a)',
    [
      [{ a: '1' }, 1, 0],
      [{ a: '2' }, 0, 0],
    ],
  ],
])('%s', async (head, result) => {
  expect(written(await aggregate(exprOf(`${head} (rate({x="y"}[1m]))`, 'aggregate'), abc()))).toEqual(result)
})

test('topk and bottomk keep series with all their labels', async () => {
  const some = async (text: string) => written(await aggregate(exprOf(text, 'aggregate'), abc()))
  expect(await some('topk(1, rate({x="y"}[1m]))')).toEqual([[{ a: '2', b: 'x' }, 10, 20]])
  expect(await some('bottomk by (a) (1, rate({x="y"}[1m]))')).toEqual([
    [{ a: '1', b: 'x' }, 1, 5],
    [{ a: '2', b: 'x' }, 10, 20],
  ])
})

describe('operators', () => {
  const of = (operator: string) => exprOf(`rate({x="y"}[1m]) ${operator} rate({x="y"}[1m])`, 'binary')
  const right = (): SeriesTable => table([{ a: '1', b: 'x' }, 2, 5], [{ a: '3', b: 'x' }, 1, 1])

  test.each<[string, Written[]]>([
    ['+', [[{ a: '1', b: 'x' }, 3, 10]]],
    ['/', [[{ a: '1', b: 'x' }, 0.5, 1]]],
    ['==', [[{ a: '1', b: 'x' }, undefined, 5]]],
    ['== bool', [[{ a: '1', b: 'x' }, 0, 1]]],
    ['and', [[{ a: '1', b: 'x' }, 1, 5]]],
    [
      'unless',
      [
        [{ a: '1', b: 'y' }, 3],
        [{ a: '2', b: 'x' }, 10, 20],
      ],
    ],
    [
      'or',
      [
        [{ a: '1', b: 'x' }, 1, 5],
        [{ a: '1', b: 'y' }, 3],
        [{ a: '2', b: 'x' }, 10, 20],
        [{ a: '3', b: 'x' }, 1, 1],
      ],
    ],
  ])('%s', async (operator, result) => {
    const found = written(await binary(of(operator), abc(), right())).map((series) => series.filter((_, i) => i < 3))
    expect(
      found.map((series) =>
        series.at(-1) === undefined && series.length > 2 && !operator.startsWith('=') ? series.slice(0, -1) : series,
      ),
    ).toEqual(result)
  })

  test('match on labels, one side of which may have many', async () => {
    const totals = table([{ a: '1', c: 'z' }, 10, 10], [{ a: '2', c: 'w' }, 20, 20])
    expect(written(await binary(of('/ on (a) group_left (c)'), abc(), totals))).toEqual([
      [{ a: '1', b: 'x', c: 'z' }, 0.1, 0.5],
      [{ a: '1', b: 'y', c: 'z' }, 0.3, undefined],
      [{ a: '2', b: 'x', c: 'w' }, 0.5, 1],
    ])
    await expect(binary(of('/ on (a)'), abc(), totals)).rejects.toThrow(/group_left/)
    await expect(binary(of('/ on (a)'), totals, abc())).rejects.toThrow(/duplicate series/)
  })

  test('with a number keep labels, and what a comparison is true for', () => {
    const literal = (text: string, isLeft: boolean) =>
      written(withLiteral(exprOf(text, 'binary'), table([{ a: '1' }, 1, 5]), 3, isLeft))
    expect(literal('3 - rate({x="y"}[1m])', true)).toEqual([[{ a: '1' }, 2, -2]])
    expect(literal('rate({x="y"}[1m]) > 3', false)).toEqual([[{ a: '1' }, undefined, 5]])
    expect(literal('3 > bool rate({x="y"}[1m])', true)).toEqual([[{ a: '1' }, 1, 0]])
  })
})

test('label_replace makes a label of another, or leaves it', async () => {
  const replace = async (text: string) =>
    written(await labelReplace(exprOf(text, 'label-replace'), table([{ pod: 'cart-1' }, 1])))
  expect(await replace('label_replace(rate({x="y"}[1m]), "app", "$1", "pod", "(.*)-.*")')).toEqual([
    [{ pod: 'cart-1', app: 'cart' }, 1],
  ])
  expect(await replace('label_replace(rate({x="y"}[1m]), "app", "$1", "pod", "cart")')).toEqual([[{ pod: 'cart-1' }, 1]])
  expect(await replace('label_replace(rate({x="y"}[1m]), "pod", "", "pod", ".*")')).toEqual([[{}, 1]])
})

test('the series of a query share what they may hold', () => {
  const budget = createSeriesBudget()
  const first = new SeriesTable(11_000, budget)
  const fill = (of: SeriesTable) => {
    for (let i = 0; i < 1000; i++) of.of({ i: String(i) })
  }
  fill(first)
  expect(() => fill(first.empty())).toThrow(/20000000 points/)
  const long = new SeriesTable(1, createSeriesBudget())
  expect(() => {
    for (let i = 0; i < 300; i++) long.of({ i: `${i}${'x'.repeat(1_000_000)}` })
  }).toThrow(/256 MiB/)
})
