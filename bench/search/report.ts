// The figures of a run as tables for people, in Markdown. The ratio of a figure is Afterlog's by VictoriaLogs': below 1
// Afterlog needs less. Pure.
import type { LoadFigures } from './load.ts'
import type { StoreName } from './stores/store.ts'
import type { PhaseFigures, QuestionFigures } from './time-questions.ts'

export const phases = ['unmerged', 'merged'] as const

export interface StoreResult {
  store: StoreName
  load?: LoadFigures
  unmerged?: PhaseFigures
  merged?: PhaseFigures
}

export interface RunResult {
  seed: number
  lines: number
  messageBytes: number
  ndjsonBytes: number
  cores: number
  loadAverage: number
  startedAt: string
  results: StoreResult[]
}

const titles: Readonly<Record<StoreName, string>> = {
  afterlog: 'Afterlog',
  kafka: 'Afterlog by Kafka',
  engine: 'engine alone',
  victorialogs: 'VictoriaLogs',
}

export function report(run: RunResult): string {
  const tables = [heading(run), loadTable(run.results)]
  for (const phase of phases) {
    // What came by Kafka is stored as what came by HTTP: it is only checked.
    const timed = run.results.filter((result) => result.store !== 'kafka' && result[phase] !== undefined)
    if (timed.length > 0) tables.push(questionTable(phase, timed))
  }
  const wrong = wrongAnswers(run.results)
  return [...tables, wrong.length === 0 ? 'Every answer was right.' : `WRONG ANSWERS\n${wrong.join('\n')}`].join('\n\n')
}

/** A sentence for each wrong answer. */
export function wrongAnswers(results: readonly StoreResult[]): string[] {
  return results.flatMap((result) =>
    phases.flatMap((phase) =>
      (result[phase]?.questions ?? []).flatMap(({ name, mistakes }) =>
        mistakes.map((mistake) => `- ${titles[result.store]}, ${phase}, ${name}: ${mistake}`),
      ),
    ),
  )
}

function heading({ seed, lines, messageBytes, ndjsonBytes, cores, loadAverage, startedAt }: RunResult): string {
  const each = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB (${(bytes / lines).toFixed(0)} bytes a line)`
  return (
    `${lines} lines of seed ${seed}: messages ${each(messageBytes)}, NDJSON ${each(ndjsonBytes)}. ` +
    `${cores} cores, load average ${loadAverage.toFixed(1)} before, ${startedAt}. ` +
    'Afterlog got 1 % of the batches twice; the others, which keep what comes twice, each batch once.'
  )
}

function loadTable(results: readonly StoreResult[]): string {
  const loaded = results.flatMap(({ store, load }) => (load === undefined ? [] : [{ store, load }]))
  if (loaded.length === 0) return ''
  const rows: [string, (load: LoadFigures) => number, number][] = [
    ['lines/s', ({ linesPerSecond }) => linesPerSecond, 0],
    ['CPU s per million lines, until the last answer', ({ cpuLoad }) => cpuLoad, 1],
    ['CPU s per million lines, settled', ({ cpuSettled }) => cpuSettled, 1],
    ['CPU s per million lines, all merged', ({ cpuMerged }) => cpuMerged, 1],
    ['peak RSS, MiB', ({ peakMiB }) => peakMiB, 0],
    ['disk MB, right after loading', ({ diskLoaded }) => diskLoaded.bytes / 1e6, 1],
    ['files, right after loading', ({ diskLoaded }) => diskLoaded.files, 0],
    ['disk MB, settled', ({ diskSettled }) => diskSettled.bytes / 1e6, 1],
    ['disk MB, all merged', ({ diskMerged }) => diskMerged.bytes / 1e6, 1],
  ]
  const of = (name: StoreName): LoadFigures | undefined => loaded.find(({ store }) => store === name)?.load
  const lines = rows.map(([name, read, digits]) => {
    const [ours, peer] = [of('afterlog'), of('victorialogs')]
    const ratio = ours === undefined || peer === undefined ? '' : quotient(read(ours), read(peer))
    return [name, ...loaded.map(({ load }) => read(load).toFixed(digits)), ratio]
  })
  return table(['loading', ...loaded.map(({ store }) => titles[store]), 'ratio'], lines)
}

function questionTable(phase: (typeof phases)[number], results: readonly StoreResult[]): string {
  const names = results[0]![phase]!.questions.map(({ name }) => name)
  const of = (store: StoreName, name: string): QuestionFigures | undefined =>
    results.find((result) => result.store === store)?.[phase]?.questions.find((figures) => figures.name === name)
  const lines = names.map((name) => {
    const [ours, peer] = [of('afterlog', name), of('victorialogs', name)]
    const ratio = (read: (figures: QuestionFigures) => number): string =>
      ours === undefined || peer === undefined ? '' : quotient(read(ours), read(peer))
    return [
      name,
      ...results.flatMap(({ store }) => cells(of(store, name)!)),
      ours?.rowsRead === undefined ? '' : String(ours.rowsRead),
      ratio(({ warmMedian }) => warmMedian),
      ratio(({ coldMedian }) => coldMedian),
      ratio(({ cpuMs }) => cpuMs),
    ]
  })
  const dropped = results.every((result) => result[phase]!.pageCacheDropped)
  const columns = results.flatMap(({ store }) => [`${titles[store]}: warm`, 'cold', 'CPU'])
  const cold = dropped ? 'with an empty page cache' : 'the page cache could not be emptied'
  return (
    `Questions, ${phase}: ms, median / p95; cold is of a process that has just started, ${cold}\n\n` +
    table(['question', ...columns, 'rows read by Afterlog', 'ratio warm', 'ratio cold', 'ratio CPU'], lines)
  )
}

function cells({ warmMedian, warmP95, coldMedian, coldP95, cpuMs, mistakes }: QuestionFigures): string[] {
  const wrong = mistakes.length === 0 ? '' : ' WRONG'
  return [`${ms(warmMedian)} / ${ms(warmP95)}${wrong}`, `${ms(coldMedian)} / ${ms(coldP95)}`, ms(cpuMs)]
}

/** How the figures of a run grew to those of another one with more lines. */
export function growth(small: RunResult, large: RunResult): string {
  const rows = small.results.flatMap((result) => {
    const other = large.results.find(({ store }) => store === result.store)
    return phases.flatMap((phase) =>
      (result[phase]?.questions ?? []).flatMap((before) => {
        const after = other?.[phase]?.questions.find(({ name }) => name === before.name)
        if (after === undefined) return []
        const grown = (read: (figures: QuestionFigures) => number): string[] => [
          `${ms(read(before))} → ${ms(read(after))}`,
          quotient(read(after), read(before)),
        ]
        return [
          [
            titles[result.store],
            phase,
            before.name,
            ...grown(({ warmMedian }) => warmMedian),
            ...grown(({ coldMedian }) => coldMedian),
            ...grown(({ cpuMs }) => cpuMs),
          ],
        ]
      }),
    )
  })
  const times = (large.lines / small.lines).toFixed(1)
  return (
    `From ${small.lines} to ${large.lines} lines, ${times} times as many: medians in ms, and how many times as much\n\n` +
    table(['store', 'phase', 'question', 'warm', 'times', 'cold', 'times', 'CPU', 'times'], rows)
  )
}

/** Figures read from JSON are null where there are none. */
function quotient(by: number | null, of: number | null): string {
  const value = (by ?? Number.NaN) / (of ?? Number.NaN)
  return Number.isFinite(value) ? value.toFixed(2) : '–'
}

function ms(value: number | null): string {
  if (value === null || Number.isNaN(value)) return '–'
  return value < 10 ? value.toFixed(1) : value.toFixed(0)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}
