// What earlier runs have had acknowledged, per file: how far, and the last line of it. The state is believed only as far as
// the server still shows what it acknowledged (trust.ts), so a wiped server, or another one, is never thought to hold it.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface FileState {
  /** Everything in front of it is stored. */
  offset: number
  /** RFC 3339 time, nine digits, and offset of the last whole line that was stored. */
  last: { time: string; offset: number }
  /** Query filters that find that line. */
  filters: Readonly<Record<string, string>>
  /** Files that the server drops by one rule: a namespace, or the logs of the nodes. */
  group: string
  /** Counts acknowledgements: the file with the highest was stored last. */
  acknowledged: number
}

export interface ImportState {
  get(key: string): FileState | undefined
  entries(): [key: string, file: FileState][]
  set(key: string, file: FileState): void
  /** Forgets a container's files, so that the next run sends all of them again, in the same bodies. */
  forget(keys: readonly string[]): void
  /** Writes what has changed, at most one write at a time. Rejects where the disk refuses. */
  flush(): Promise<void>
}

/** A file that is missing or not readable as a state is an empty state: sending again is always safe. */
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
