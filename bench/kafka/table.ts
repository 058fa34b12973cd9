// The figures of a throughput run as tables that can be pasted. Pure.

export interface Figures {
  /** From the first line to the last one stored. */
  seconds: number
  cpuSeconds: number
  /** Until merges have ended too, where there are any. */
  cpuSettled?: number
  brokerCpuSeconds?: number
  peakMiB: number
}

export interface Table {
  row(what: string, linesPerMessage: string, figures: Figures, inserts?: number): void
  ratio(cells: readonly string[]): void
  text(): string
}

export function createTable(lines: number): Table {
  const rows: string[][] = []
  const ratios: (readonly string[])[] = []
  const perMillion = (cpuSeconds: number | undefined): string =>
    cpuSeconds === undefined ? '' : ((cpuSeconds / lines) * 1e6).toFixed(2)
  return {
    row: (what, linesPerMessage, { seconds, cpuSeconds, cpuSettled, brokerCpuSeconds, peakMiB }, inserts) => {
      const rate = Math.round(lines / seconds).toLocaleString('en')
      const cells = [seconds.toFixed(2), rate, perMillion(cpuSeconds), perMillion(cpuSettled), perMillion(brokerCpuSeconds)]
      rows.push([what, linesPerMessage, ...cells, String(peakMiB), String(inserts ?? '')])
    },
    ratio: (cells) => ratios.push(cells),
    text: () => [...markdown(head, rows), '', ...markdown(ratioHead, ratios)].join('\n'),
  }
}

const head = [
  'what',
  'lines per message',
  'wall s',
  'lines/s',
  'CPU s per M lines',
  'CPU s per M, merges settled',
  'broker CPU s per M',
  'peak RSS MiB',
  'inserts',
]

const ratioHead = [
  'service against engine alone',
  'wall',
  'CPU',
  'CPU, merges settled',
  'CPU, broker counted to the service',
  'CPU against engine + kafkajs',
]

/** How much of the speed of the engine alone the service keeps: 1 is all of it. */
export function ratio(what: string, engine: Figures, service: Figures, kafkajs: Figures): string[] {
  const of = (a: number | undefined, b: number | undefined): string => ((a ?? Number.NaN) / (b ?? Number.NaN)).toFixed(2)
  return [
    what,
    of(engine.seconds, service.seconds),
    of(engine.cpuSeconds, service.cpuSeconds),
    of(engine.cpuSettled, service.cpuSettled),
    of(engine.cpuSeconds, service.cpuSeconds + (service.brokerCpuSeconds ?? 0)),
    of(engine.cpuSeconds + kafkajs.cpuSeconds, service.cpuSeconds),
  ]
}

function markdown(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)]
}
