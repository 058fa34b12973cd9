// Edge: reads the begin of a log that the directory lists.
import { isFinal, type LogFile } from '../lives/log-file.ts'
import type { FailingReads } from './failing-reads.ts'
import type { OpenFiles } from './open-files.ts'
import { readHead, type FileHead } from './read-head.ts'

export interface HeadOfOptions {
  openFiles: Pick<OpenFiles, 'open'>
  failing: FailingReads
  clock(): number
  settleMs: number
}

/** Returns undefined where the first line is not there yet, or cannot be read now. */
export function createHeadOf({ openFiles, failing, clock, settleMs }: HeadOfOptions) {
  return (file: LogFile): FileHead | undefined => {
    if (failing.isResting(file)) return undefined
    try {
      const descriptor = openFiles.open(file)
      const options = { gz: file.gz, isFinal: isFinal(file, clock(), settleMs) }
      return descriptor === undefined ? undefined : readHead(descriptor, options)
    } catch (error) {
      failing.failed(file, error)
      return undefined
    }
  }
}
