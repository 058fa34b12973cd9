// Edge: lists /var/log/pods. A directory is read again where its time of change is new, or so recent that a change
// within the same tick of the clock would not show. Files are looked at each time, since they grow. What cannot be looked
// at (a link that points at itself, no permission) is listed as such: it is there, and must not count as removed.
import { readdirSync, statSync, type Stats } from 'node:fs'
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
  /** Whether all of its files could be looked at: where not, others may be there. */
  isWhole: boolean
}

export interface Listing {
  /** Those of one container stand side by side. */
  lives: ListedLife[]
  /** Directories that could not be looked at. What lies in them is not listed. */
  unseen: ReadonlySet<string>
}

export interface PodsDirectory {
  /** Lists all lives. Throws where the directory itself cannot be read. */
  list(): Listing
}

export interface PodsDirectoryOptions {
  root: string
  /** Called at each listing for each entry that cannot be looked at. */
  onUnseen(code: string, path: string): void
}

interface Names {
  bornMs: number
  changedMs: number
  readAtMs: number
  names: string[]
}

/** File systems stamp changes with the clock of the last tick, which is a few ms old. */
const tickMs = 100

export function createPodsDirectory({ root, onUnseen }: PodsDirectoryOptions): PodsDirectory {
  let known = new Map<string, Names>()
  let used = new Map<string, Names>()
  let unseen = new Set<string>()

  /** Returns nothing for what is no directory, has just been removed, or cannot be looked at. */
  const namesIn = (path: string): Pick<Names, 'bornMs' | 'names'> => {
    const nothing = { bornMs: 0, names: [] }
    try {
      const stats = statSync(path, { throwIfNoEntry: false })
      if (stats === undefined || !stats.isDirectory()) return nothing
      const last = known.get(path)
      const isCurrent =
        last !== undefined && last.changedMs === stats.mtimeMs && last.readAtMs - last.changedMs > tickMs
      const { mtimeMs: changedMs, birthtimeMs: bornMs } = stats
      const names = isCurrent ? last : { bornMs, changedMs, readAtMs: Date.now(), names: readdirSync(path) }
      used.set(path, names)
      return names
    } catch (error) {
      if (path === root) throw error
      const code = codeOf(error)
      if (code === 'ENOENT') return nothing
      unseen.add(path)
      onUnseen(code, path)
      return nothing
    }
  }
  const statsOf = (path: string): Stats | 'none' | 'unseen' => {
    try {
      return statSync(path, { throwIfNoEntry: false }) ?? 'none'
    } catch (error) {
      onUnseen(codeOf(error), path)
      return 'unseen'
    }
  }

  return {
    list() {
      // Throws where it is not there: a directory that is not mounted has removed nothing.
      readdirSync(root)
      used = new Map()
      unseen = new Set()
      const lives: ListedLife[] = []
      for (const pod of namesIn(root).names)
        for (const container of namesIn(join(root, pod)).names) {
          const directory = join(root, pod, container)
          lives.push(...livesIn(directory, `${pod}/${container}`, { ...namesIn(directory), statsOf }))
        }
      known = used
      return { lives, unseen }
    },
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error)

interface LivesInOptions extends Pick<Names, 'bornMs' | 'names'> {
  statsOf(path: string): Stats | 'none' | 'unseen'
}

function livesIn(directory: string, name: string, { bornMs, names, statsOf }: LivesInOptions): ListedLife[] {
  const lives = new Map<number, ListedLife>()
  const plain = new Set(names)
  for (const file of names.toSorted()) {
    const log = parseLogPath(`/${name}/${file}`)
    if (log?.kind !== 'pods') continue
    // The kubelet compresses a file, and removes it then.
    if (log.gz && plain.has(file.slice(0, -'.gz'.length))) continue
    const stats = statsOf(join(directory, file))
    if (stats === 'none' || (stats !== 'unseen' && !stats.isFile())) continue
    const { restart, rotated, gz } = log
    const key = `${name}/${restart}`
    const path = `/var/log/pods/${key}.log`
    const life = lives.get(restart) ?? { key, directory, path, restart, bornMs, files: [], isWhole: true }
    lives.set(restart, life)
    if (stats === 'unseen') life.isWhole = false
    else {
      const { ino: inode, birthtimeMs, mtimeMs: writtenMs, size: bytes } = stats
      life.files.push({ name: file, rotated, gz, inode, bornMs: birthtimeMs, writtenMs, bytes })
    }
  }
  for (const { files } of lives.values()) files.sort((a, b) => ((a.rotated ?? '~') < (b.rotated ?? '~') ? -1 : 1))
  return [...lives.values()]
}
