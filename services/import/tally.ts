// What an import counts while it runs; the summary is made of it.
import type { Problem } from './files/log-file.ts'
import type { Refused } from './send/delivery.ts'

export interface Tally {
  /** Lines seen in files, whatever became of them. */
  lines: number
  files: number
  pods: Set<string>
  /** Records that the server has acknowledged. */
  accepted: number
  /** Of these, stored before with the same offset: sent again, they changed nothing. */
  repeated: number
  /** Not sent: an earlier run has had them acknowledged, and the server still shows it. */
  fromEarlierRun: number
  /** Not sent: stored without offset, by an agent. */
  fromAgent: number
  refused: Map<string, Refused>
  /** Lines of the node's own logs whose time is that of the line before or of the file. */
  undated: number
  /** Lines of more than 1 MiB, cut. */
  cut: number
  problems: Problem[]
}

export function createTally(): Tally {
  return {
    lines: 0,
    files: 0,
    pods: new Set(),
    accepted: 0,
    repeated: 0,
    fromEarlierRun: 0,
    fromAgent: 0,
    refused: new Map(),
    undated: 0,
    cut: 0,
    problems: [],
  }
}
