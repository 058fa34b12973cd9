// Pure: the keys of messages that are JSON objects, and their values, counted over a sample of lines.
export interface ValueCount {
  value: string
  count: number
  /** `message`: a key of JSON messages, counted in a sample of lines; `pod`: of pods, counted in pods. */
  source?: 'message' | 'pod'
}

type Attributes = Readonly<Record<string, string>>

/** Keys of the messages, most frequent first. `taken`: names that mean something else. */
export const sampledKeys = (keys: readonly Attributes[], taken: ReadonlySet<string>, limit: number): ValueCount[] =>
  counted(
    keys.flatMap((one) => Object.keys(one).filter((key) => !taken.has(key) && !key.startsWith('afterlog.'))),
    limit,
  )

export const sampledValues = (keys: readonly Attributes[], key: string, limit: number): ValueCount[] =>
  counted(
    keys.flatMap((one) => (Object.hasOwn(one, key) && one[key] !== '' ? [one[key]!] : [])),
    limit,
  )

function counted(values: readonly string[], limit: number): ValueCount[] {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts]
    .map(([value, count]): ValueCount => ({ value, count, source: 'message' }))
    .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, limit)
}
