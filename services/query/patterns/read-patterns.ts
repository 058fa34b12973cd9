// Reads the patterns of the lines of a filter: the engine counts lines by template, and what it returns is merged here.
// Small searches are one statement. Of large ones a sample says which words are the same in many lines; with those the
// engine counts all lines, and never more templates than it may.
import { createSlices } from '#shared/in-slices.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { someLines } from '#shared/lines/line-statements.ts'
import { lineJson, type LineJson } from '#shared/lines/line-json.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { mergeTemplates } from './merge-templates.ts'
import {
  countedMax,
  linesByTemplate,
  linesNamed,
  rangeOfRows,
  severities,
  templatesMax,
  type RangeRow,
  type TemplateRow,
} from './pattern-statements.ts'
import { engineWords, patternText, readTemplate, type Template } from './template-words.ts'

/** Lines that are counted; of more, every n-th. */
const linesMax = 5_000_000
/** Lines that a first look at a large search reads. */
const firstLook = 200_000
/** Where a sample has no more of them, all lines hardly have too many: to look at their words costs a third more. */
const fewTemplates = 1000

export interface Pattern {
  /** With `<_>` for what varies, as Loki's `|>` takes it. */
  pattern: string
  count: number
  bySeverity: Record<string, number>
  /** Epoch ns. */
  first: bigint
  last: bigint
  /** Of the last line. */
  identity: string
  /** Starts of buckets in epoch ns, ascending, with the numbers of their lines. Buckets without lines are left out. */
  buckets: { start: bigint; count: number }[]
}

export interface Patterns {
  /** Most frequent first. */
  patterns: Pattern[]
  /** Distinct lines of the filter; an estimate where they are sampled. */
  lines: number
  /** Not all lines were counted: numbers are estimates. */
  sampled: boolean
}

/** What is known of the lines before they are counted. */
export interface Extent {
  first: bigint
  last: bigint
  /** With those of lines that were sent twice. */
  rows: number
}

export async function readExtent(reading: Reading, filter: LineFilter): Promise<Extent> {
  const [range] = await reading.rows<RangeRow>(rangeOfRows(filter))
  return { first: BigInt(range?.first ?? 0), last: BigInt(range?.last ?? 0), rows: range?.rows ?? 0 }
}

export async function readPatterns(
  reading: Reading,
  filter: LineFilter,
  { stepNs, rows }: { stepNs: bigint; rows: number },
): Promise<Patterns> {
  if (rows === 0) return { patterns: [], lines: 0, sampled: false }
  const read = (every: number, known?: readonly string[]): Promise<TemplateRow[]> =>
    reading.rows<TemplateRow>(linesByTemplate(filter, { stepNs, every, ...(known === undefined ? {} : { known }) }))
  const firstEvery = Math.ceil(rows / firstLook)
  const sample = await read(firstEvery)
  if (firstEvery === 1 && isWhole(sample)) return merge(sample, { stepNs, every: 1 })
  const every = Math.ceil(rows / linesMax)
  if ((sample[0]?.templates ?? 0) <= fewTemplates) {
    const all = await read(every)
    if (isWhole(all)) return merge(all, { stepNs, every })
  }
  const known = await knownWords(sample)
  return merge(await read(every, known), { stepNs, every, known: new Set(known) })
}

/** The lines as `/v1/logs` has them, by their names. */
export async function readExamples(
  reading: Reading,
  tenant: string,
  patterns: readonly Pattern[],
): Promise<Map<string, LineJson>> {
  if (patterns.length === 0) return new Map()
  const names = patterns.map(({ last, identity }) => ({ ts: last, identity }))
  const lines = await reading.some(someLines(linesNamed(tenant, names), 'asc', names.length))
  return new Map(lines.map((line) => [`${line.ts} ${line.identity}`, lineJson(line)]))
}

/** Whether every template was counted and returned. */
const isWhole = ([row]: readonly TemplateRow[]): boolean =>
  row === undefined || (row.templates <= templatesMax && row.counted < countedMax)

const slices = createSlices()

async function clustersOf(rows: readonly TemplateRow[], known?: ReadonlySet<string>) {
  const templates: Template[] = []
  for (const { text, isLoose } of rows)
    templates.push(await slices(() => readTemplate(text, isLoose === 1 ? known : undefined)))
  const work = mergeTemplates(templates)
  for (;;) {
    const step = await slices(() => work.next())
    if (step.done === true) return step.value
  }
}

/** Words that the engine may tell lines apart by. */
const knownMax = 5000

/** Words of the clusters of a sample, those of most lines first. */
async function knownWords(rows: readonly TemplateRow[]): Promise<string[]> {
  const lines = new Map<string, number>()
  for (const { template, members } of await clustersOf(rows)) {
    const count = members.reduce((sum, member) => sum + rows[member]!.count, 0)
    for (const word of engineWords(template.words)) lines.set(word, (lines.get(word) ?? 0) + count)
  }
  const often = [...lines].filter(([, count]) => count > 1).toSorted(([, a], [, b]) => b - a)
  return often.slice(0, knownMax).map(([word]) => word)
}

interface Counted {
  stepNs: bigint
  every: number
  known?: ReadonlySet<string>
}

async function merge(rows: readonly TemplateRow[], { stepNs, every, known }: Counted): Promise<Patterns> {
  const clusters = await clustersOf(rows, known)
  const patterns: Pattern[] = []
  for (const { template, members } of clusters) {
    const own = members.map((member) => rows[member]!)
    patterns.push(await slices(() => patternOf(patternText(template), own, { stepNs, every })))
  }
  return {
    patterns: patterns.toSorted((a, b) => b.count - a.count || (a.pattern < b.pattern ? -1 : 1)),
    lines: (rows[0]?.lines ?? 0) * every,
    sampled: every > 1 || !isWhole(rows),
  }
}

function patternOf(pattern: string, rows: readonly TemplateRow[], { stepNs, every }: Counted): Pattern {
  const newest = rows.reduce((a, b) => (BigInt(b.last) > BigInt(a.last) ? b : a))
  const first = rows.map((row) => BigInt(row.first)).reduce((a, b) => (a < b ? a : b))
  const bySeverity = severities.flatMap((severity, i): [string, number][] => {
    const count = rows.reduce((sum, row) => sum + row.bySeverity[i]!, 0)
    return count === 0 ? [] : [[severity, count * every]]
  })
  const counts = new Map<string, number>()
  for (const row of rows)
    row.buckets.forEach((bucket, i) => counts.set(bucket, (counts.get(bucket) ?? 0) + row.counts[i]!))
  const buckets = [...counts].map(([bucket, count]) => ({ start: BigInt(bucket) * stepNs, count: count * every }))
  return {
    pattern,
    count: rows.reduce((sum, { count }) => sum + count, 0) * every,
    bySeverity: Object.fromEntries(bySeverity),
    first,
    last: BigInt(newest.last),
    identity: newest.identity,
    buckets: buckets.toSorted((a, b) => (a.start < b.start ? -1 : 1)),
  }
}
