// Edge: the files that are open. An open file can be read after it was removed, so a file is held from when it is first
// seen, as far as the limit goes. A file that is still in its directory can be opened again, and gives way.
import { closeSync, fstatSync, openSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { isGone, type LogFile } from '../lives/log-file.ts'

export interface OpenFiles {
  readonly count: number
  isOpen(file: LogFile): boolean
  /** Whether what is open is the file as it was written, also where it was compressed since. */
  isPlain(file: LogFile): boolean
  /**
   * Returns the descriptor of a file, opened where it is in its directory under its name; undefined where it is not, or
   * is another file by now, or too many files that are gone are open.
   */
  open(file: LogFile): number | undefined
  /** Opens a file where that takes no room of another one. */
  hold(file: LogFile): void
  /** Its size and links; undefined where it is not open, or the disk does not say. */
  stats(file: LogFile): Stats | undefined
  close(file: LogFile): void
  closeAll(): void
}

export function createOpenFiles({
  max,
  onProblem,
}: {
  max: number
  onProblem(problem: string, path: string): void
}): OpenFiles {
  /** The one that was used longest ago comes first. */
  const open = new Map<LogFile, { descriptor: number; isPlain: boolean }>()

  const close = (file: LogFile): void => {
    const held = open.get(file)
    if (held === undefined) return
    open.delete(file)
    closeSync(held.descriptor)
  }
  const makeRoom = (): boolean => {
    if (open.size < max) return true
    for (const [file] of open)
      if (file.isPresent) {
        close(file)
        return true
      }
    return false
  }

  const files: OpenFiles = {
    get count() {
      return open.size
    },
    isOpen: (file) => open.has(file),
    isPlain: (file) => open.get(file)?.isPlain === true,
    open(file) {
      const held = open.get(file)
      if (held !== undefined) {
        open.delete(file)
        open.set(file, held)
        return held.descriptor
      }
      if (isGone(file) || !makeRoom()) return undefined
      const path = join(file.life.directory, file.name)
      const descriptor = opened(path, onProblem)
      if (descriptor === undefined) return undefined
      const stats = statsOf(descriptor)
      if (stats?.ino !== file.inode || stats.birthtimeMs !== file.bornMs) {
        closeSync(descriptor)
        return undefined
      }
      open.set(file, { descriptor, isPlain: !file.gz })
      return descriptor
    },
    hold(file) {
      if (open.size < max && !open.has(file)) files.open(file)
    },
    stats(file) {
      const held = open.get(file)
      return held === undefined ? undefined : statsOf(held.descriptor)
    },
    close,
    closeAll() {
      for (const file of open.keys()) close(file)
    },
  }
  return files
}

function statsOf(descriptor: number): Stats | undefined {
  try {
    return fstatSync(descriptor)
  } catch {
    return undefined
  }
}

function opened(path: string, onProblem: (problem: string, path: string) => void): number | undefined {
  try {
    return openSync(path, 'r')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') onProblem(`cannot be opened: ${code ?? String(error)}`, path)
    return undefined
  }
}
