// Gives files their names, by their first lines, and compares those that are remembered with what is on the disk. A
// file that is new to the listing may be a known one: rotated and compressed while the agent was not running. Any other
// file that begins with the line of a known one is its twin, such as a copy: of both nothing is certain any more.
import type { FileHead } from '../files/read-head.ts'
import { found } from './match-files.ts'
import { newFile, type Life, type LogFile, type PresentFile } from './log-file.ts'

export interface IdentifyOptions {
  nowMs: number
  nextId(): number
  /** undefined where the first line is not there yet, or the file cannot be read now. */
  headOf(file: LogFile): FileHead | undefined
  /** Returns the digest of the line at a place of a file that is not compressed; undefined where it cannot be read. */
  lineOf(file: LogFile, offset: number): string | undefined
  /** The file is another one by now, or none: what is open of it is of no use. */
  onLeft(file: LogFile): void
  /** The file is a known one. */
  onForgotten(file: LogFile): void
  /** Another file of the life has its first line. */
  onTwin(file: LogFile): void
}

/** Returns whether every file of the directory is known, but for empty ones: only then may others be missing. */
export function identifyFiles(life: Life, options: IdentifyOptions): boolean {
  let areAllKnown = true
  for (const file of life.files.filter(({ isPresent, isVerified }) => isPresent && !isVerified)) {
    const head = options.headOf(file)
    if (head === undefined) areAllKnown &&= file.size === 0 && !file.gz
    else if (file.file === undefined || isStill(file, file, head, options)) name(life, file, head, options)
    else separate(life, file, head, options)
  }
  return areAllKnown
}

/** Whether a file has the content that is remembered, as far as it was read. */
function isStill(known: LogFile, file: LogFile, head: FileHead, { lineOf }: IdentifyOptions): boolean {
  const { lastLine } = known
  if (known.file !== head.file) return false
  // A compressed file is compared as it is read.
  if (file.gz || lastLine === undefined) return true
  const digest = lineOf(file, lastLine.offset)
  return digest === undefined || digest === lastLine.digest
}

function name(life: Life, file: LogFile, head: FileHead, options: IdentifyOptions): void {
  const others = life.files.filter((other) => other !== file && other.file === head.file)
  const [other] = others
  const known = other !== undefined && others.length === 1 && isCopyOf(other, file, head, options) ? other : undefined
  const target = known ?? file
  if (known !== undefined) {
    options.onLeft(known)
    options.onLeft(file)
    options.onForgotten(file)
    found(known, presentOf(file), options.nowMs)
    known.isRead = false
    life.files = life.files.filter((one) => one !== file)
  } else if (other !== undefined) {
    for (const twin of [file, ...others]) twin.isDamaged = true
    options.onTwin(file)
  }
  target.file = head.file
  target.firstAt = head.firstAt
  target.isVerified = true
  if (head.size !== undefined) target.size = Math.max(target.size, head.size)
}

/**
 * Whether a file that begins as one that is not there any more has all of it. The kubelet makes another inode only where
 * it compresses: of what was copied by hand nobody knows whether the original was written to since.
 */
function isCopyOf(known: LogFile, file: LogFile, head: FileHead, options: IdentifyOptions): boolean {
  const size = head.size ?? file.size
  if (known.isPresent || size < known.size || (known.end !== 'open' && size !== known.size)) return false
  return (
    (file.gz || (known.inode === file.inode && known.bornMs === file.bornMs)) && isStill(known, file, head, options)
  )
}

/** The inode that is remembered has another content: the remembered file is not there. */
function separate(life: Life, file: LogFile, head: FileHead, options: IdentifyOptions): void {
  options.onLeft(file)
  const other = newFile(options.nextId(), life, presentOf(file), options.nowMs)
  file.isPresent = false
  file.inode = -1
  life.files.push(other)
  name(life, other, head, options)
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
