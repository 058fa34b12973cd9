// Pure: whether the name of a field is a typing error of one that lines have. Names of other fields are as people
// choose them, so only names that are hardly others are suspected.

/** Known names with six letters and more, which no other word of one letter's difference resembles. */
const suspects = [
  'severity',
  'namespace',
  'container',
  'containerId',
  'restart',
  'message',
  'cluster',
  'stream',
  'podUid',
  'traceId',
  'spanId',
  'labels',
  'attributes',
]

/** `severty` is nearly `severity`; undefined for a name that may be meant as it is, such as `restarts`. */
export function nearName(name: string): string | undefined {
  return suspects.find(
    (known) =>
      name.toLowerCase() !== known.toLowerCase() &&
      name !== `${known}s` &&
      `${name}s` !== known &&
      distance(name, known, known.length >= 8 ? 2 : 1) !== undefined,
  )
}

/** Letters that were left out, added, replaced, or exchanged with their neighbour; undefined where more than `max`. */
function distance(a: string, b: string, max: number): number | undefined {
  if (Math.abs(a.length - b.length) > max) return undefined
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, at) => at)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const exchanged =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2]![j - 2]! + 1 : Infinity
      row.push(Math.min(replaced, exchanged, rows[i - 1]![j]! + 1, row[j - 1]! + 1))
    }
    rows.push(row)
  }
  const least = rows[a.length]![b.length]!
  return least <= max ? least : undefined
}
