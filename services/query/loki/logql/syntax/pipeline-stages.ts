// |= "a" or "b" | json a="b.c" | logfmt --strict | level="error" | line_format "{{.a}}" | drop x, y="1"
// What the grammar found between two pipes becomes a stage.
import type { SyntaxNode } from '@lezer/common'
import { labelTestOf, matcherOf } from './label-tests.ts'
import { textOf } from './literals.ts'
import type { Extraction, LabelFormat, LineFilterOp, NamedLabel, Stage } from './logql-expr.ts'
import { childrenOf, itemsOf, type QueryText } from './query-text.ts'

/** Stages of a node `PipelineExpr`. */
export const stagesOf = (query: QueryText, pipeline: SyntaxNode): Stage[] =>
  itemsOf(pipeline, 'PipelineStage').flatMap((stage) => {
    const content = stage.lastChild!
    return content.name === 'LineFilters' ? lineFiltersOf(query, content) : [stageOf(query, content)]
  })

type LineFilterStage = Extract<Stage, { kind: 'line-filter' }>
type Alternative = LineFilterStage['alternatives'][number]

function lineFiltersOf(query: QueryText, node: SyntaxNode): Stage[] {
  const filters: { op: LineFilterOp; alternatives: Alternative[]; at: number }[] = []
  const collect = (list: SyntaxNode): void => {
    for (const child of childrenOf(list)) {
      if (child.name === 'LineFilters') collect(child)
      else if (child.name === 'OrFilter') filters.at(-1)!.alternatives.push(...alternativesOf(query, child))
      else if (child.name === 'LineFilter') {
        const op = query.of(query.child(child, 'Filter')) as LineFilterOp
        filters.push({ op, alternatives: alternativesOf(query, child), at: child.from })
      }
    }
  }
  collect(node)
  for (const { op, alternatives } of filters) {
    const ip = alternatives.find(({ isIp }) => isIp)
    if (ip !== undefined && op !== '|=' && op !== '!=')
      throw query.error(ip.at, `ip() can be used with |= and != only, not with ${op}`)
  }
  return filters.map((filter) => ({ kind: 'line-filter', ...filter }))
}

/** The texts of a node `LineFilter` or `OrFilter`, in order. */
function alternativesOf(query: QueryText, node: SyntaxNode): Alternative[] {
  const text = query.child(node, 'String')
  const first = { text: textOf(query, text), isIp: node.getChild('FilterOp') !== null, at: text.from }
  const rest = node.getChild('OrFilter')
  return rest === null ? [first] : [first, ...alternativesOf(query, rest)]
}

function stageOf(query: QueryText, node: SyntaxNode): Stage {
  const at = node.from
  switch (node.name) {
    case 'LabelFilter':
      return { kind: 'label-filter', test: labelTestOf(query, node), at }
    case 'LabelParser':
      return labelParserOf(query, node)
    case 'JsonExpressionParser':
      return { kind: 'json', extractions: extractionsOf(query, node), at }
    case 'LogfmtParser':
      return { kind: 'logfmt', extractions: [], ...flagsOf(query, node), at }
    case 'LogfmtExpressionParser':
      return { kind: 'logfmt', extractions: extractionsOf(query, node), ...flagsOf(query, node), at }
    case 'LineFormatExpr':
      return { kind: 'line-format', template: textOf(query, query.child(node, 'String')), at }
    case 'LabelFormatExpr':
      return { kind: 'label-format', formats: formatsOf(query, node), at }
    case 'DecolorizeExpr':
      return { kind: 'decolorize', at }
    case 'DropLabelsExpr':
      return { kind: 'drop', labels: namedLabels(query, query.child(node, 'DropLabels'), 'DropLabel'), at }
    case 'KeepLabelsExpr':
      return { kind: 'keep', labels: namedLabels(query, query.child(node, 'KeepLabels'), 'KeepLabel'), at }
    default:
      throw query.error(node, `${query.of(node)} is not supported`, { isUnsupported: true })
  }
}

function labelParserOf(query: QueryText, node: SyntaxNode): Stage {
  const at = node.from
  const parameter = node.getChild('String')
  switch (node.firstChild!.name) {
    case 'Json':
      return { kind: 'json', extractions: [], at }
    case 'Unpack':
      return { kind: 'unpack', at }
    case 'Pattern':
      return { kind: 'pattern', text: textOf(query, parameter!), at }
    default:
      return { kind: 'regexp', text: textOf(query, parameter!), at }
  }
}

function extractionsOf(query: QueryText, node: SyntaxNode): Extraction[] {
  return itemsOf(query.child(node, 'LabelExtractionExpressionList'), 'LabelExtractionExpression').map((item) => {
    const name = query.of(query.child(item, 'Identifier'))
    const from = item.getChild('String')
    return { name, from: from === null ? name : textOf(query, from), at: item.from }
  })
}

function flagsOf(query: QueryText, node: SyntaxNode): { strict: boolean; keepEmpty: boolean } {
  const list = node.getChild('LogfmtParserFlags')
  const flags = list === null ? [] : itemsOf(list, 'ParserFlag').map((flag) => query.of(flag))
  return { strict: flags.includes('--strict'), keepEmpty: flags.includes('--keep-empty') }
}

function formatsOf(query: QueryText, node: SyntaxNode): LabelFormat[] {
  return itemsOf(query.child(node, 'LabelsFormat'), 'LabelFormatMatcher').map((item) => {
    const [name, , value] = childrenOf(item)
    const label = { name: query.of(name!), at: item.from }
    return value!.name === 'String'
      ? { ...label, template: textOf(query, value!) }
      : { ...label, from: query.of(value!) }
  })
}

const namedLabels = (query: QueryText, list: SyntaxNode, kind: string): NamedLabel[] =>
  itemsOf(list, kind).map((item) => {
    const child = item.firstChild!
    if (child.name !== 'Matcher') return { name: query.of(child) }
    const matcher = matcherOf(query, child)
    return { name: matcher.name, matcher }
  })
