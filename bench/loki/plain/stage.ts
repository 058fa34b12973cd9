// A stage of a pipeline as the generator makes it: its text, and what it does to a line.
import { needsAll, PlainLine, type Needs, type StoredLine } from './plain-line.ts'

export interface PlainStage {
  text: string
  /** Names of labels that it reads. */
  reads: readonly string[]
  /** Of a filter of one label alone. */
  filters?: string
  /** False: the line does not pass. */
  run(line: PlainLine): boolean
}

/** The line as it leaves the pipeline. */
export function runStages(stages: readonly PlainStage[], stored: StoredLine, needs: Needs = needsAll): PlainLine | undefined {
  const filters = new Map<string, (line: PlainLine) => boolean>()
  for (const { filters: name, run } of stages) if (name !== undefined && !filters.has(name)) filters.set(name, run)
  const line = new PlainLine(stored, filters, needs)
  return stages.every((stage) => stage.run(line)) ? line : undefined
}
