// Edge: lists /var/log/pods. A directory is read again where its time of change is new, or so recent that a change
// within the same tick of the clock would not show. Files are looked at each time, since they grow.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseLogPath } from '#shared/kubelet-path.ts'
import type { PresentFile } from '../lives/log-file.ts'

/** The files of one restart of a container, in the order of their names. */
export interface ListedLife {
  key: string
  directory: string
  path: string
  restart: number
  /** When its directory was made; 0 where the file system does not say. */
  bornMs: number
  files: PresentFile[]
}

export interface PodsDirectory {
  /** Lists all lives, those of one container side by side. Throws where the directory itself cannot be read. */
  list(): ListedLife[]
}

interface Names {
  bornMs: number
  changedMs: number
  readAtMs: number
  names: string[]
}

/** File systems stamp changes with the clock of the last tick, which is a few ms old. */
const tickMs = 100

export function createPodsDirectory(root: string): PodsDirectory {
  let known = new Map<string, Names>()
  let used = new Map<string, Names>()

  /** Returns nothing for what is no directory, or has just been removed. */
  const namesIn = (path: string): Pick<Names, 'bornMs' | 'names'> => {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats === undefined || !stats.isDirectory()) return { bornMs: 0, names: [] }
    const last = known.get(path)
    const isCurrent = last !== undefined && last.changedMs === stats.mtimeMs && last.readAtMs - last.changedMs > tickMs
    const { mtimeMs: changedMs, birthtimeMs: bornMs } = stats
    const names = isCurrent ? last : { bornMs, changedMs, readAtMs: Date.now(), names: entriesOf(path) }
    used.set(path, names)
    return names
  }

  return {
    list() {
      // Throws where it is not there: a directory that is not mounted has removed nothing.
      readdirSync(root)
      used = new Map()
      const lives: ListedLife[] = []
      for (const pod of namesIn(root).names)
        for (const container of namesIn(join(root, pod)).names) {
          const directory = join(root, pod, container)
          lives.push(...livesIn(directory, `${pod}/${container}`, namesIn(directory)))
        }
      known = used
      return lives
    },
  }
}

function entriesOf(path: string): string[] {
  try {
    return readdirSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function livesIn(directory: string, name: string, { bornMs, names }: Pick<Names, 'bornMs' | 'names'>): ListedLife[] {
  const lives = new Map<number, ListedLife>()
  const plain = new Set(names)
  for (const file of names.toSorted()) {
    const log = parseLogPath(`/${name}/${file}`)
    if (log?.kind !== 'pods') continue
    // The kubelet compresses a file, and removes it then.
    if (log.gz && plain.has(file.slice(0, -'.gz'.length))) continue
    const stats = statSync(join(directory, file), { throwIfNoEntry: false })
    if (stats === undefined || !stats.isFile()) continue
    const { restart, rotated, gz } = log
    const key = `${name}/${restart}`
    const life = lives.get(restart) ?? { key, directory, path: `/var/log/pods/${key}.log`, restart, bornMs, files: [] }
    lives.set(restart, life)
    life.files.push({ name: file, rotated, gz, inode: stats.ino, bornMs: stats.birthtimeMs, bytes: stats.size })
  }
  for (const { files } of lives.values()) files.sort((a, b) => ((a.rotated ?? '~') < (b.rotated ?? '~') ? -1 : 1))
  return [...lives.values()]
}
