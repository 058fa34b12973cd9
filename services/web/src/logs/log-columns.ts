// Pure: columns of the list, and what a line has in each. An attribute is a column by its name; a label by `labels.` and
// its key.
import type { Line } from '../api/types.ts'

/** Columns that every line may have, in the order in which they are offered. */
export const lineColumns = ['time', 'severity', 'namespace', 'pod', 'container', 'node', 'stream', 'message'] as const
export const standardColumns: readonly string[] = ['time', 'pod', 'container', 'message']

/** What every line has by itself and a search asks for by the same name. */
export const lineFields = [
  'severity',
  'namespace',
  'pod',
  'podUid',
  'container',
  'node',
  'stream',
  'unit',
  'cluster',
  'traceId',
  'spanId',
] as const
/** What every line has by itself, as columns that are chosen in the details too. */
const ownColumns = [...lineFields, 'containerId', 'message'] as const
const ownByName = new Map<string, (typeof ownColumns)[number]>(ownColumns.map((name) => [name, name]))

/** An attribute whose name is that of another column has `attributes.` before it. */
export const attributeColumn = (key: string): string =>
  ownByName.has(key) || /^(?:time|restart|(?:labels|attributes)\..*)$/.test(key) ? `attributes.${key}` : key

export function columnText(line: Line, column: string): string {
  const own = ownByName.get(column)
  if (own !== undefined) return line[own] ?? ''
  if (column === 'restart') return line.restart === null ? '' : String(line.restart)
  const [, kind, key] = /^(labels|attributes)\.(.+)$/s.exec(column) ?? []
  if (kind === 'labels') return ownOf(line.labels, key!)
  return ownOf(line.attributes, key ?? column)
}

const ownOf = (values: Readonly<Record<string, string>>, key: string): string =>
  Object.hasOwn(values, key) ? values[key]! : ''

/** With this column, before the message, or without it. Undefined: as it is without a choice. */
export function withColumn(columns: readonly string[], column: string): string[] | undefined {
  const chosen = columns.includes(column)
    ? columns.filter((each) => each !== column)
    : column === 'time'
      ? ['time', ...columns]
      : columns.toSpliced(columns.includes('message') ? columns.indexOf('message') : columns.length, 0, column)
  const isStandard = chosen.length === standardColumns.length && chosen.every((each, i) => each === standardColumns[i])
  return chosen.length === 0 || isStandard ? undefined : chosen
}
