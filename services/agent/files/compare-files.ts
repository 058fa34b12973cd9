// Edge: reads what files are known again by: their first lines, and the last one that was read.
import { join } from 'node:path'
import type { IdentifyOptions } from '../lives/identify-files.ts'
import { isFinal, type LogFile } from '../lives/log-file.ts'
import { createBehindZeros } from './behind-zeros.ts'
import type { FailingReads } from './failing-reads.ts'
import type { OpenFiles } from './open-files.ts'
import { readDigest, readHead } from './read-head.ts'

export interface CompareFilesOptions {
  openFiles: Pick<OpenFiles, 'open'>
  failing: FailingReads
  clock(): number
  settleMs: number
  onProblem(problem: string, path: string): void
}

export function createComparison({
  openFiles,
  failing,
  clock,
  settleMs,
  onProblem,
}: CompareFilesOptions): Pick<IdentifyOptions, 'headOf' | 'lineOf' | 'onTwin'> {
  const behindZeros = createBehindZeros({ failing, onProblem })
  const reading = <T>(file: LogFile, read: (descriptor: number) => T): T | undefined => {
    if (failing.isResting(file)) return undefined
    try {
      const descriptor = openFiles.open(file)
      return descriptor === undefined ? undefined : read(descriptor)
    } catch (error) {
      failing.failed(file, error)
      return undefined
    }
  }
  return {
    headOf(file) {
      const options = { gz: file.gz, isFinal: isFinal(file, clock(), settleMs) }
      const head = reading(file, (descriptor) => readHead(descriptor, options))
      return head === 'behind zeros' ? behindZeros.headOf(file, options.isFinal) : head
    },
    lineOf: (file, offset) => reading(file, (descriptor) => readDigest(descriptor, offset)),
    onTwin({ life, name }) {
      onProblem('begins as another one of its run, so no end is said of the two', join(life.directory, name))
    },
  }
}
