// A log backend kept in memory, by the rules of docs/formats.md (Ordinals) and decision 0019: which lines are one, and
// in which order they stand. It is what the real one is compared with.
import { compare } from '#shared/compare.ts'

export interface ProgramLine {
  pod: number
  /** ns since 1970. */
  time: bigint
  stream: 'stdout' | 'stderr'
  message: string
  /** -1: sent without one. */
  offset: number
  file: string
  /** One of few values, or '' for none. */
  label: string
}

/** A line as the model stores it. */
export interface StoredLine extends ProgramLine {
  /** 1 for the first line that ever arrived, and so on. */
  arrival: number
}

export interface Batch {
  lines: readonly ProgramLine[]
  /** '' where the sender gives none. */
  id: string
}

export interface Model {
  /** Stores a batch; returns the lines that it had not. */
  add(batch: Batch): StoredLine[]
  /** In the order of an answer, ascending. */
  lines(): StoredLine[]
  /** How many lines. */
  size(): number
}

export function createModel(): Model {
  const byIdentity = new Map<string, StoredLine>()
  return {
    add({ lines, id }) {
      const ordinals = new Map<string, number>()
      const added: StoredLine[] = []
      for (const line of lines) {
        const identity = identityOf(line, id, ordinals)
        if (byIdentity.has(identity)) continue
        const stored = { ...line, arrival: byIdentity.size + 1 }
        byIdentity.set(identity, stored)
        added.push(stored)
      }
      return added
    },
    lines: () => [...byIdentity.values()].toSorted(inOrder),
    size: () => byIdentity.size,
  }
}

function identityOf(line: ProgramLine, id: string, ordinals: Map<string, number>): string {
  const text = JSON.stringify([line.pod, String(line.time), line.stream, line.message])
  if (line.offset >= 0) return `${text} ${line.offset}`
  const ordinal = ordinals.get(text) ?? 0
  ordinals.set(text, ordinal + 1)
  return JSON.stringify([text, line.label, id, ordinal])
}

export const inOrder = (a: StoredLine, b: StoredLine): number =>
  compare(a.time, b.time) || compare(a.file, b.file) || a.offset - b.offset || a.arrival - b.arrival
