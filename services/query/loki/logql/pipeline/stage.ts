// A stage of a pipeline, made ready once and then run for every line.
import type { LineLabels } from './line-labels.ts'

/** The line as it goes on; undefined where it does not pass. */
export type RunStage = (line: string, labels: LineLabels, tsNs: bigint) => string | undefined
