// The counts of an import, from which its summary is made.
import type { Problem } from './files/log-file.ts'
import type { Refused } from './send/delivery.ts'

export interface Tally {
  /** Lines in files, stored or not. */
  lines: number
  files: number
  pods: Set<string>
  /** Records that the server has acknowledged. */
  accepted: number
  /** Acknowledged records that were stored before with the same offset: sending them again changed nothing. */
  repeated: number
  /** Lines that were not sent: an earlier run sent them, and the server still has them. */
  fromEarlierRun: number
  /** Lines that were not sent: an agent sent them, without offset. */
  fromAgent: number
  refused: Map<string, Refused>
  /** Lines of the node's own logs that took the time of the line before, or of the file. */
  undated: number
  /** Lines of more than 1 MiB, which were cut. */
  cut: number
  /** NUL bytes and byte order marks in front of lines. */
  skippedBytes: number
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
    skippedBytes: 0,
    problems: [],
  }
}
