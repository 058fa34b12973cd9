// Gives files their names, by their first lines, and compares those that are remembered with what is on the disk. A
// file that is new to the listing may be a known one: rotated and compressed while the agent was not running.
import type { FileHead } from '../files/read-head.ts'
import { found } from './match-files.ts'
import { newFile, type Life, type LogFile, type PresentFile } from './log-file.ts'

export interface IdentifyOptions {
  nowMs: number
  nextId(): number
  /** undefined where the first line is not there yet, or the file cannot be read now. */
  headOf(file: LogFile): FileHead | undefined
  /** The file is another one by now, or none: what is open of it is of no use. */
  onLeft(file: LogFile): void
  /** The file is a known one. */
  onForgotten(file: LogFile): void
}

/** Returns whether every file of the directory is known, but for empty ones: only then may others be missing. */
export function identifyFiles(life: Life, options: IdentifyOptions): boolean {
  let areAllKnown = true
  for (const file of life.files.filter(({ isPresent, isVerified }) => isPresent && !isVerified)) {
    const head = options.headOf(file)
    if (head === undefined) areAllKnown &&= file.size === 0 && !file.gz
    else if (file.file !== undefined && file.file !== head.file)
      areAllKnown = separate(life, file, head, options) && areAllKnown
    else name(life, file, head, options)
  }
  return areAllKnown
}

function name(life: Life, file: LogFile, head: FileHead, options: IdentifyOptions): void {
  const known = life.files.find((other) => other !== file && !other.isPresent && other.file === head.file)
  const target = known ?? file
  if (known !== undefined) {
    options.onLeft(known)
    options.onLeft(file)
    options.onForgotten(file)
    found(known, presentOf(file), options.nowMs)
    life.files = life.files.filter((other) => other !== file)
  }
  target.file = head.file
  target.firstAt = head.firstAt
  target.isVerified = true
  if (head.size !== undefined) target.size = Math.max(target.size, head.size)
}

/** The inode that is remembered has another content: the remembered file is not there. */
function separate(life: Life, file: LogFile, head: FileHead, options: IdentifyOptions): true {
  options.onLeft(file)
  const other = newFile(options.nextId(), life, presentOf(file), options.nowMs)
  file.isPresent = false
  file.inode = -1
  life.files.push(other)
  name(life, other, head, options)
  return true
}

const presentOf = ({ name: fileName, gz, inode, bornMs, writtenMs, size }: LogFile): PresentFile => ({
  name: fileName,
  rotated: undefined,
  gz,
  inode,
  bornMs,
  writtenMs,
  bytes: size,
})
