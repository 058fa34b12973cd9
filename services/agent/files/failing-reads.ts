// Files of which bytes cannot be read, as of a bad sector. Each is left alone for a while, since a disk takes long to
// give up; the others are read on. What is stored of such a file proves nothing.
import { join } from 'node:path'
import { isGone, type LogFile } from '../lives/log-file.ts'
import type { OpenFiles } from './open-files.ts'

export interface FailingReads {
  /** Whether it failed so recently that it is not read now. */
  isResting(file: LogFile): boolean
  /** Notes what a read threw. Throws it again where it did not come from the system. */
  failed(file: LogFile, error: unknown): void
}

export interface FailingReadsOptions {
  openFiles: Pick<OpenFiles, 'close'>
  clock(): number
  onProblem(problem: string, path: string): void
}

const restMs = 60_000

export function createFailingReads({ openFiles, clock, onProblem }: FailingReadsOptions): FailingReads {
  const restsUntil = new WeakMap<LogFile, number>()
  return {
    isResting: (file) => clock() < (restsUntil.get(file) ?? 0),
    failed(file, error) {
      const { code, syscall } = error as NodeJS.ErrnoException
      if (syscall === undefined) throw error
      restsUntil.set(file, clock() + restMs)
      file.isDamaged = true
      // What was removed is let go: what could not be read of it is lost.
      if (isGone(file)) openFiles.close(file)
      onProblem(`cannot be read: ${code}; its life is not sealed`, join(file.life.directory, file.name))
    },
  }
}
