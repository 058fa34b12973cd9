// Random LogQL expressions of numbers: aggregations, operators and functions over random ranges.
import type { Random } from '../../storage/random.ts'
import type { StoredLine } from '../plain/plain-line.ts'
import { plainRegex } from '../plain/plain-line.ts'
import {
  best,
  calculate,
  fold,
  folds,
  isComparison,
  keyOf,
  meet,
  Refused,
  withNumber,
  type Names,
  type Point,
} from '../plain/vectors.ts'
import { grouping, groupingText, rangeExpression, type Made } from './range-expressions.ts'

export interface MetricExpression {
  text: string
  /** Prepares the lines once. The values at a time, or a number where it is one. */
  over(stored: readonly StoredLine[]): (timeNs: bigint) => readonly Point[] | number
  /** Of an answer at one time. */
  order?: 'rising' | 'falling'
}

interface VectorExpression extends MetricExpression {
  over(stored: readonly StoredLine[]): (timeNs: bigint) => readonly Point[]
}

const nothing: Names = { names: [], isWithout: false }

/** One expression around another. */
const around = (
  text: string,
  of: VectorExpression,
  change: (points: readonly Point[]) => readonly Point[],
): VectorExpression => ({
  text,
  over: (stored) => {
    const inner = of.over(stored)
    return (timeNs) => change(inner(timeNs))
  },
})

type FoldName = keyof typeof folds
const foldNames: readonly FoldName[] = ['sum', 'sum', 'avg', 'min', 'max', 'count', 'stddev', 'stdvar']

function aggregated(random: Random, some?: Names, as: readonly FoldName[] = foldNames): VectorExpression {
  if (some === undefined && random.int(5) === 0) return fewest(random)
  const name = random.pick(as)
  const names = some ?? (random.int(6) === 0 ? undefined : grouping(random))
  const inner = rangeExpression(random, name === 'sum' ? (names ?? nothing) : undefined)
  const by = names === undefined ? '' : groupingText(names)
  const text = random.int(5) === 0 ? `${name}(${inner.text}) ${by}` : `${name} ${by} (${inner.text})`
  return around(text, inner, (points) => fold(points, names ?? nothing, folds[name]))
}

/** topk and its like. */
function fewest(random: Random): VectorExpression {
  const name = random.pick(['topk', 'bottomk', 'approx_topk'])
  const names = random.int(3) === 0 && name !== 'approx_topk' ? grouping(random) : undefined
  const inner = rangeExpression(random, undefined)
  const count = 1 + random.int(4)
  const text = `${name} ${names === undefined ? '' : groupingText(names)}(${count}, ${inner.text})`
  return around(text, inner, (points) => best(points, names ?? nothing, { count, isTop: name !== 'bottomk' }))
}

const signs = ['+', '-', '*', '/', '%', '^', '==', '!=', '>', '>=', '<', '<=']

/** Two sides with the same labels, so that they match. */
function ofTwo(random: Random): VectorExpression {
  const names = random.pick([['app'], ['namespace'], ['namespace', 'app'], ['container']])
  const side = (more: readonly string[] = []): VectorExpression =>
    aggregated(random, { names: [...names, ...more], isWithout: false }, ['sum', 'max', 'count'])
  const sign = random.pick([...signs, 'and', 'or', 'unless'])
  const bool = isComparison(sign) && random.int(2) === 0
  const on: Names = { names, isWithout: false }
  const written = `${sign}${bool ? ' bool' : ''}`
  if (random.int(5) === 0 && !/[a-z]/.test(sign)) {
    const many = random.pick(['left', 'right'] as const)
    const [left, right] = [side(many === 'left' ? ['level'] : []), side(many === 'right' ? ['level'] : [])]
    const text = `${left.text} ${written} on (${names.join(', ')}) group_${many} () ${right.text}`
    return both(text, left, right, (a, b) => meet(a, b, { sign, bool, on, many }))
  }
  const matching = random.pick<{ text: string; on: Names | undefined }>([
    { text: '', on: undefined },
    { text: '', on: undefined },
    { text: ` on (${names.join(', ')})`, on },
    { text: ' ignoring (missing)', on: { names: ['missing'], isWithout: true } },
    { text: ` on (${names[0]})`, on: { names: names.slice(0, 1), isWithout: false } },
  ])
  const [left, right] = [side(), side()]
  const text = `${left.text} ${written}${matching.text} ${right.text}`
  return both(text, left, right, (a, b) => meet(a, b, { sign, bool, on: matching.on, many: undefined }))
}

const both = (
  text: string,
  left: VectorExpression,
  right: VectorExpression,
  join: (left: readonly Point[], right: readonly Point[]) => readonly Point[],
): VectorExpression => ({
  text,
  over: (stored) => {
    const [a, b] = [left.over(stored), right.over(stored)]
    return (timeNs) => join(a(timeNs), b(timeNs))
  },
})

function withLiteral(random: Random): VectorExpression {
  const sign = random.pick(signs)
  const bool = isComparison(sign) && random.int(2) === 0
  const number = random.pick(['2', '0.5', '0', '-3', '100', '1e3'])
  const inner = aggregated(random)
  const isLeft = random.int(3) === 0
  const written = `${sign}${bool ? ' bool' : ''}`
  const text = isLeft ? `${number} ${written} (${inner.text})` : `(${inner.text}) ${written} ${number}`
  return around(text, inner, (points) => withNumber(points, { sign, bool }, { value: Number(number), isLeft }))
}

type Replace = (groups: readonly string[]) => string
const replacements: readonly { to: string; written: string; from: string; pattern: string; replace: Replace }[] = [
  { to: 'to', written: '$1', from: 'app', pattern: '(.).*', replace: ([, one]) => one! },
  { to: 'app', written: 'x-$1', from: 'app', pattern: '(.*)', replace: ([, one]) => `x-${one}` },
  { to: 'to', written: '', from: 'app', pattern: '.*', replace: () => '' },
  { to: 'to', written: 'none', from: 'app', pattern: 'nomatch', replace: () => 'none' },
  { to: 'namespace', written: '$2', from: 'pod', pattern: '(.*)-(.*)', replace: ([, , two]) => two! },
  { to: 'to', written: '${n}!', from: 'namespace', pattern: '(?P<n>s.*)', replace: ([, one]) => `${one}!` },
]

function labelReplaced(random: Random): VectorExpression {
  const { to, written, from, pattern, replace } = random.pick(replacements)
  const regex = plainRegex(pattern, { isWhole: true })
  const inner = aggregated(random)
  const quoted = [to, written, from, pattern].map((one) => JSON.stringify(one)).join(', ')
  return around(`label_replace(${inner.text}, ${quoted})`, inner, (points) => {
    const replaced = points.map(({ labels, value }) => {
      const groups = regex.exec(labels[from] ?? '')
      if (groups === null) return { labels, value }
      const { [to]: _, ...others } = labels
      const text = replace(groups)
      return { labels: text === '' ? others : { ...others, [to]: text }, value }
    })
    if (new Set(replaced.map(({ labels }) => keyOf(labels))).size < replaced.length) throw new Refused('two series alike')
    return replaced
  })
}

const constantVector = (text: string, value: number): VectorExpression => ({
  text,
  over: () => () => [{ labels: {}, value }],
})

function constants(random: Random): MetricExpression {
  const inner = random.int(3) === 0 ? aggregated(random) : undefined
  if (random.int(2) === 0) {
    const [text, value] = random.pick<[string, number]>([
      ['2', 2],
      ['1 + 2 * 3 ^ 2', 19],
      ['2 ^ 3 ^ 2 % 7', 512 % 7],
      ['-4 / 8', -0.5],
    ])
    if (inner === undefined) return { text, over: () => () => calculate('+', value, 0) }
    return around(`${text} + ${inner.text}`, inner, (points) =>
      withNumber(points, { sign: '+', bool: false }, { value, isLeft: true }),
    )
  }
  const left = random.pick([
    constantVector('vector(1)', 1),
    constantVector('vector(0.5) * 3', 1.5),
    constantVector('vector(1) + vector(1)', 2),
  ])
  if (inner === undefined) return left
  return both(`${left.text} + ${inner.text}`, left, inner, (a, b) =>
    meet(a, b, { sign: '+', bool: false, on: undefined, many: undefined }),
  )
}

function sorted(random: Random): MetricExpression {
  const inner = aggregated(random)
  const order = random.pick(['rising', 'falling'] as const)
  return { ...inner, text: `${order === 'rising' ? 'sort' : 'sort_desc'}(${inner.text})`, order }
}

function twice(random: Random): VectorExpression {
  const inner = aggregated(random)
  const name = random.pick<FoldName>(['sum', 'max', 'avg'])
  const names: Names = { names: ['namespace'], isWithout: false }
  return around(`${name} by (namespace) (${inner.text})`, inner, (points) => fold(points, names, folds[name]))
}

function orNothing(random: Random): VectorExpression {
  const inner: Made = rangeExpression(random, nothing)
  const sum = around(`sum(${inner.text})`, inner, (points) => fold(points, nothing, folds.sum))
  return both(`${sum.text} or vector(0)`, sum, constantVector('', 0), (a, b) =>
    meet(a, b, { sign: 'or', bool: false, on: undefined, many: undefined }),
  )
}

export function metricExpression(random: Random): MetricExpression {
  const single = (it: Random): MetricExpression => rangeExpression(it, undefined)
  const kinds = [single, aggregated, aggregated, aggregated, ofTwo, withLiteral, labelReplaced, sorted, twice, constants]
  return random.pick<(random: Random) => MetricExpression>([...kinds.map((kind) => (it: Random) => kind(it)), orNothing])(random)
}
