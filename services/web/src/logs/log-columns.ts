// Pure: columns of the list, and what a line has in each. An attribute is a column by its name; a label by `labels.` and
// its key.
import type { Line } from '../api/types.ts'

/** Columns that every line may have, in the order in which they are offered. */
export const lineColumns = ['time', 'severity', 'namespace', 'pod', 'container', 'node', 'stream', 'message'] as const
export const standardColumns: readonly string[] = ['time', 'pod', 'container', 'message']

export function columnText(line: Line, column: string): string {
  switch (column) {
    case 'severity':
    case 'namespace':
    case 'pod':
    case 'container':
    case 'node':
    case 'stream':
    case 'cluster':
    case 'unit':
    case 'traceId':
    case 'spanId':
    case 'containerId':
    case 'podUid':
    case 'message':
      return line[column] ?? ''
    case 'restart':
      return line.restart === null ? '' : String(line.restart)
    default:
      return column.startsWith('labels.')
        ? ownOf(line.labels, column.slice('labels.'.length))
        : ownOf(line.attributes, column)
  }
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
