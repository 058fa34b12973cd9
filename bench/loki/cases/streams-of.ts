import type { LabelledLine } from './afterlog.ts'
import { labelKey } from './compare.ts'
import type { JudgeStream } from './judge.ts'

/** Lines by their labels, as the judge takes them: Loki 2.2 knows no structured metadata. */
export const streamsOf = (lines: readonly LabelledLine[]): JudgeStream[] =>
  [...Map.groupBy(lines, ({ labels }) => labelKey(labels)).values()].map((entries) => ({
    labels: entries[0]!.labels,
    entries: entries.map(({ timeNs, message }) => ({ timeNs, line: message })),
  }))
