// The state of earlier runs, per file: how far the server has acknowledged it, and its last line. It counts only as far
// as the server still returns that line (trust.ts), so that a wiped or another server is sent everything.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface FileState {
  /** Everything before this offset is stored. */
  offset: number
  /** The last whole line that was stored: its RFC 3339 time with nine digits, and its offset. */
  last: { time: string; offset: number }
  /** Query filters that select that line. */
  filters: Readonly<Record<string, string>>
  /** Files that the server expires by one rule have equal groups: a namespace, or `nodes`. */
  group: string
  /** A count of acknowledgements: the file with the highest one was stored last. */
  acknowledged: number
}

export interface ImportState {
  get(key: string): FileState | undefined
  entries(): [key: string, file: FileState][]
  set(key: string, file: FileState): void
  /** Drops a container's files, so that the next run sends all of them again, in the same bodies. */
  forget(keys: readonly string[]): void
  /** Writes changes, at most one write at a time. Rejects where the disk refuses. */
  flush(): Promise<void>
}

/** Opens the state. A file that is missing or not readable counts as empty, since sending again is always safe. */
export async function openState(path: string): Promise<ImportState> {
  const files = new Map<string, FileState>(Object.entries(await readState(path)))
  let dirty = false
  let writing: Promise<void> = Promise.resolve()

  const write = async () => {
    if (!dirty) return
    dirty = false
    await mkdir(dirname(path), { recursive: true })
    const text = JSON.stringify({ version: 1, files: Object.fromEntries(files) })
    await writeFile(`${path}.tmp`, text)
    await rename(`${path}.tmp`, path)
  }
  return {
    get: (key) => files.get(key),
    entries: () => [...files],
    set(key, file) {
      files.set(key, file)
      dirty = true
    },
    forget(keys) {
      for (const key of keys) dirty = files.delete(key) || dirty
    },
    flush() {
      writing = writing.catch(() => {}).then(write)
      return writing
    },
  }
}

async function readState(path: string): Promise<Record<string, FileState>> {
  try {
    const { version, files } = JSON.parse(await readFile(path, 'utf8')) as {
      version?: unknown
      files?: Record<string, FileState>
    }
    return version === 1 && typeof files === 'object' ? files : {}
  } catch {
    return {}
  }
}
