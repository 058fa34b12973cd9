// Whether a store has the lines of a corpus, each once, with what was said about it, and the labels that decision 0021
// gives every line.
import type { LabelSet, StoredLine } from './plain/plain-line.ts'
import type { TrueLine } from './random/corpus.ts'

/** A sentence about the first difference. */
export function corpusDifference(made: readonly TrueLine[], stored: readonly StoredLine[]): string | undefined {
  if (made.length !== stored.length) return `${stored.length} lines instead of ${made.length}`
  const rest = Map.groupBy(stored, ({ timeNs, message }) => keyOf(timeNs, message))
  for (const { timeNs, message, labels, metadata } of made) {
    const equal = rest.get(keyOf(timeNs, message)) ?? []
    const job = `${labels['namespace']}/${labels['container']}`
    const at = equal.findIndex((line) => hasAll(line.labels, { ...labels, job }) && hasAll(line.metadata, metadata))
    if (at === -1) return `missing ${JSON.stringify({ time: String(timeNs), message, labels, metadata })}`
    equal.splice(at, 1)
  }
  return undefined
}

const keyOf = (timeNs: bigint, text: string): string => `${timeNs} ${text}`
const hasAll = (labels: LabelSet, some: LabelSet): boolean =>
  Object.entries(some).every(([name, value]) => labels[name] === value)
