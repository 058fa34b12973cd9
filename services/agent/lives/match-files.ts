// Pure: finds the files of a life again in a new listing of its directory. Names change with rotation and compression,
// inodes with compression, and both may be used again: what is not certain by inode and birth is a new file, which its
// first line may show to be a known one (identify-files.ts).
import { newFile, type Life, type LogFile, type PresentFile } from './log-file.ts'

export interface MatchOptions {
  nowMs: number
  nextId(): number
  /** Whether the listing has all files of the life: only then is one that it does not have not there. */
  isWhole: boolean
}

/** Updates the files of `life`, and puts those that are new behind them. `present` in the order of rotation. */
export function matchFiles(
  life: Life,
  present: readonly PresentFile[],
  { nowMs, nextId, isWhole }: MatchOptions,
): void {
  const matched = new Set<LogFile>()
  for (const seen of present) {
    const known = knownAs(life, seen, matched)
    if (known === undefined) {
      const file = newFile(nextId(), life, seen, nowMs)
      life.files.push(file)
      matched.add(file)
    } else {
      matched.add(known)
      found(known, seen, nowMs)
    }
  }
  if (!isWhole) return
  for (const file of life.files) if (!matched.has(file)) file.isPresent = false
}

function knownAs(life: Life, seen: PresentFile, matched: ReadonlySet<LogFile>): LogFile | undefined {
  const stem = seen.gz ? seen.name.slice(0, -'.gz'.length) : undefined
  return life.files.find((file) => {
    if (matched.has(file) || file.missed >= 2) return false
    if (stem !== undefined && !file.gz) return file.name === stem
    if (file.gz !== seen.gz || file.inode !== seen.inode || file.bornMs !== seen.bornMs) return false
    // Truncated in place: what stands there now, and whatever it grows to, is another file.
    if (!seen.gz && seen.bytes < file.size) file.inode = -1
    return file.inode === seen.inode
  })
}

/** The file is there under the name that was seen. */
export function found(file: LogFile, { name, gz, inode, bornMs, writtenMs, bytes }: PresentFile, nowMs: number): void {
  file.name = name
  file.isPresent = true
  file.missed = 0
  file.inode = inode
  file.bornMs = bornMs
  file.writtenMs = writtenMs
  if (gz) file.gz = true
  else grow(file, bytes, nowMs)
}

/** Notes the size of a file. What is written to one that was read to its end is read as well. */
export function grow(file: LogFile, bytes: number, nowMs: number): void {
  if (bytes <= file.size) return
  file.size = bytes
  file.zeroBytes = 0
  file.grewAtMs = nowMs
  file.isRead = false
}

/**
 * Orders the files of a life by their writing: present ones as their names sort, and those that are gone in front of
 * the next one that was behind them before.
 */
export function orderFiles(life: Life): void {
  const places = new Map(life.files.map((file, place) => [file, place]))
  const present = life.files.filter(({ isPresent }) => isPresent).toSorted(byRotation)
  const absent = life.files.filter(({ isPresent }) => !isPresent)
  const ordered: LogFile[] = []
  for (const file of present) {
    while (absent.length > 0 && places.get(absent[0]!)! < places.get(file)!) ordered.push(absent.shift()!)
    ordered.push(file)
  }
  life.files = [...ordered, ...absent]
}

const byRotation = (a: LogFile, b: LogFile): number => (rotationOf(a) < rotationOf(b) ? -1 : 1)

/** `20261123-101500`, or what sorts behind all of these for the live file. */
export const rotationOf = ({ name }: Pick<LogFile, 'name'>): string => /\.log\.(\d{8}-\d{6})/.exec(name)?.[1] ?? '~'
