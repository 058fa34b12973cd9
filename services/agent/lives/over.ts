// Pure: whether the run that wrote a life's files is over. The kubelet makes the next run of a container once the last
// one is gone, and counts up. It counts down where it has lost its state, so a number alone proves nothing.
import type { Life, LogFile } from './log-file.ts'

/** `others`: lives of the same container. Whether the log of a later run was made behind all that this one wrote. */
export function isSucceeded(life: Life, others: readonly Life[]): boolean {
  return others.some(({ restart, files }) => restart > life.restart && files.some((file) => isBehind(file, life)))
}

function isBehind(file: LogFile, { files }: Life): boolean {
  const last = files.at(-1)
  if (last === undefined || file.gz) return false
  const endAt = files.findLast(({ lastAt, firstAt }) => (lastAt ?? firstAt) !== undefined)
  const lineAt = endAt?.lastAt ?? endAt?.firstAt
  if (lineAt !== undefined && file.firstAt !== undefined && lineAt > file.firstAt) return false
  const madeMs = beginOf(file)
  return madeMs >= last.bornMs && madeMs >= last.writtenMs
}

/** A file that was written before it was born is a copy. Some file systems do not say when a file was born. */
const beginOf = ({ bornMs, writtenMs }: LogFile): number => (bornMs === 0 ? writtenMs : Math.min(bornMs, writtenMs))
