// A query as text, in the one form that formatted queries have.
import {
  aggregateOps,
  type BinaryExpr,
  type Grouping,
  type LabelTest,
  type LogExpr,
  type LogqlExpr,
} from './logql-expr.ts'
import type { MetricExpr, RangeExpr, Stage, Unwrap } from './logql-expr.ts'

export function formatLogQL(expr: LogqlExpr): string {
  return expr.kind === 'log' ? logText(expr) : metricText(expr)
}

const quoted = (text: string): string => JSON.stringify(text)

const matcherText = ({ name, op, value }: { name: string; op: string; value: string }): string =>
  `${name}${op}${quoted(value)}`

function logText({ matchers, stages }: LogExpr): string {
  return [`{${matchers.map(matcherText).join(', ')}}`, ...stages.map(stageText)].join(' ')
}

function stageText(stage: Stage): string {
  switch (stage.kind) {
    case 'line-filter': {
      const alternatives = stage.alternatives.map(({ text, isIp }) => (isIp ? `ip(${quoted(text)})` : quoted(text)))
      return `${stage.op} ${alternatives.join(' or ')}`
    }
    case 'json':
      return ['| json', extractionsText(stage)].filter((part) => part !== '').join(' ')
    case 'logfmt': {
      const flags = [...(stage.strict ? ['--strict'] : []), ...(stage.keepEmpty ? ['--keep-empty'] : [])]
      return ['| logfmt', ...flags, extractionsText(stage)].filter((part) => part !== '').join(' ')
    }
    case 'regexp':
    case 'pattern':
      return `| ${stage.kind} ${quoted(stage.text)}`
    case 'unpack':
    case 'decolorize':
      return `| ${stage.kind}`
    case 'label-filter':
      return `| ${testText(stage.test)}`
    case 'line-format':
      return `| line_format ${quoted(stage.template)}`
    case 'label-format':
      return `| label_format ${stage.formats
        .map(({ name, from, template }) => `${name}=${from ?? quoted(template)}`)
        .join(', ')}`
    case 'drop':
    case 'keep':
      return `| ${stage.kind} ${stage.labels
        .map(({ name, matcher }) => (matcher === undefined ? name : matcherText(matcher)))
        .join(', ')}`
  }
}

const extractionsText = ({ extractions }: Extract<Stage, { kind: 'json' | 'logfmt' }>): string =>
  extractions.map(({ name, from }) => `${name}=${quoted(from)}`).join(', ')

function testText(test: LabelTest): string {
  switch (test.kind) {
    case 'and':
    case 'or':
      return `( ${testText(test.left)} ${test.kind === 'or' ? 'or' : ','} ${testText(test.right)} )`
    case 'string':
      return matcherText(test.matcher)
    case 'ip':
      return `${test.name}${test.isNegated ? '!=' : '='}ip(${quoted(test.text)})`
    case 'number':
    case 'duration':
    case 'bytes':
      return `${test.name}${test.op}${test.text}`
  }
}

const unwrapText = ({ name, conversion, filters }: Unwrap): string =>
  [
    `| unwrap ${conversion === undefined ? name : `${conversion}(${name})`}`,
    ...filters.map((test) => `| ${testText(test)}`),
  ].join(' ')

const groupingText = (grouping: Grouping | undefined): string =>
  grouping === undefined ? '' : ` ${grouping.without ? 'without' : 'by'} (${grouping.labels.join(', ')})`

function metricText(expr: MetricExpr): string {
  switch (expr.kind) {
    case 'range':
      return rangeText(expr)
    case 'aggregate': {
      const parameter = expr.parameter === undefined ? '' : `${expr.parameter}, `
      return `${aggregateOps.find((op) => op === expr.op)!}${groupingText(expr.grouping)} (${parameter}${metricText(expr.of)})`.replace(
        /^(\w+) \(/,
        '$1(',
      )
    }
    case 'binary':
      return `(${metricText(expr.left)} ${operatorText(expr)} ${metricText(expr.right)})`
    case 'literal':
      return numberText(expr.value)
    case 'vector':
      return `vector(${numberText(expr.value)})`
    case 'label-replace':
      return `label_replace(${metricText(expr.of)}, ${[expr.to, expr.replacement, expr.from, expr.regex].map(quoted).join(', ')})`
  }
}

function rangeText({ op, parameter, log, unwrap, rangeNs, offsetNs, grouping }: RangeExpr): string {
  const lines = [logText(log), ...(unwrap === undefined ? [] : [unwrapText(unwrap)])].join(' ')
  const offset = offsetNs === 0n ? '' : ` offset ${durationText(offsetNs)}`
  const before = parameter === undefined ? '' : `${numberText(parameter)}, `
  return `${op}(${before}${lines}[${durationText(rangeNs)}]${offset})${groupingText(grouping)}`
}

function operatorText({ op, bool, matching }: BinaryExpr): string {
  const parts: string[] = [op]
  if (bool) parts.push('bool')
  if (matching !== undefined) {
    parts.push(matching.on ? 'on' : 'ignoring', `(${matching.labels.join(', ')})`)
    if (matching.group !== undefined)
      parts.push(
        `group_${matching.group}`,
        ...(matching.include.length === 0 ? [] : [`(${matching.include.join(', ')})`]),
      )
  }
  return parts.join(' ')
}

const numberText = (value: number): string =>
  Number.isNaN(value) ? 'NaN' : value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value)

const units: readonly (readonly [string, bigint])[] = [
  ['y', 31_536_000_000_000_000n],
  ['w', 604_800_000_000_000n],
  ['d', 86_400_000_000_000n],
  ['h', 3_600_000_000_000n],
  ['m', 60_000_000_000n],
  ['s', 1_000_000_000n],
  ['ms', 1_000_000n],
  ['us', 1_000n],
  ['ns', 1n],
]

/** `1h30m`; years, weeks and days only where nothing is left over. */
function durationText(ns: bigint): string {
  if (ns < 0n) return `-${durationText(-ns)}`
  const whole = units.slice(0, 3).find(([, size]) => ns >= size && ns % size === 0n)
  if (whole !== undefined) return `${ns / whole[1]}${whole[0]}`
  let rest = ns
  let text = ''
  for (const [unit, size] of units.slice(3)) {
    if (rest >= size) text += `${rest / size}${unit}`
    rest %= size
  }
  return text === '' ? '0s' : text
}
