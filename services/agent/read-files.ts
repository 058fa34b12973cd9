// The reader: reads what is new of each file, oldest files first, and hands it to the batches; says ends and losses once
// they are certain. It waits for room before it reads, so that a service that is busy stops it.
import type { FailingReads } from './files/failing-reads.ts'
import { digestOf } from './files/read-head.ts'
import { createBurstReader, readCompressed } from './files/read-lines.ts'
import type { OpenFiles } from './files/open-files.ts'
import { mayEnd } from './lives/ends.ts'
import { isFinal, isGone, waitsForLook, type Life, type LogFile } from './lives/log-file.ts'
import { sayEnd, sayLoss } from './say-ends.ts'
import { container, keyOf, lineHead } from './send/records.ts'
import type { BatchBuilder } from '../import/send/batch-builder.ts'
import { parseContainerLine } from '../import/lines/container-line.ts'
import type { OnLine } from '../import/lines/line-splitter.ts'

export interface ReaderOptions {
  lives: ReadonlyMap<string, Life>
  openFiles: OpenFiles
  failing: FailingReads
  builder: BatchBuilder
  settleMs: number
  clock(): number
  /** Resolves when another batch may be made. */
  room(): Promise<void>
  /** Resolves once all that is known is on the disk, with whether it is. */
  saved(): Promise<boolean>
  onProblem(problem: string, path: string): void
}

export interface Reader {
  /** Reads a burst of each file that has something to read. Returns whether there was one. */
  round(): Promise<boolean>
}

export function createReader(options: ReaderOptions): Reader {
  const { lives, openFiles, failing, builder, settleMs, clock, room, saved, onProblem } = options
  const readBurst = createBurstReader()

  const read = async (file: LogFile): Promise<void> => {
    const { onLine, end } = linesOf(file, builder)
    try {
      const descriptor = openFiles.isPlain(file) || !file.gz ? openFiles.open(file) : undefined
      if (descriptor !== undefined) readBurst(file, descriptor, isFinal(file, clock(), settleMs), onLine)
      else if (file.gz && !isGone(file)) {
        const problem = await readCompressed(file, { onLine, room })
        if (problem !== undefined) onProblem(problem, file.name)
      }
    } catch (error) {
      failing.failed(file, error)
    } finally {
      end()
    }
    if (file.isRead && (file.gz || file.isDamaged)) openFiles.close(file)
  }
  /**
   * What was before a life's first file cannot be found out again once that is rotated or compressed. Where the state
   * cannot be written, reading goes on: a restart then costs the seal, and no line.
   */
  const record = async (files: readonly LogFile[]): Promise<void> => {
    const fresh = files.filter(({ life }) => !life.isRecorded)
    if (fresh.length > 0) await saved()
    for (const { life } of fresh) life.isRecorded = true
  }

  return {
    async round() {
      const all = [...lives.values()].flatMap(({ files }) => files)
      const files = all.filter((file) => isReadable(file, options)).toSorted((a, b) => urgency(b) - urgency(a))
      let hasRead = false
      await record(files)
      for (const file of files) {
        await room()
        if (!isReadable(file, options)) continue
        const { readTo, lookedTo } = file
        await read(file)
        hasRead ||= file.isRead || file.readTo > readTo || file.lookedTo > lookedTo
      }
      const lost = all.filter((file) => file.lost === 'decided')
      // A mark that is sent again must have the same time.
      if (lost.length > 0 && (await saved()))
        for (const file of lost) if (file.lost === 'decided') sayLoss(file, options)
      for (const life of lives.values())
        for (const place of life.files.keys()) {
          const file = life.files[place]
          if (file === undefined || !mayEnd(life, place)) continue
          await room()
          if (life.files[place] !== file || !mayEnd(life, place)) continue
          await sayEnd(file, options).catch((error: unknown) => failing.failed(file, error))
        }
      builder.flush()
      return hasRead
    },
  }
}

/** Hands the lines of a file over. Call `end` before the next file's. */
function linesOf(file: LogFile, builder: BatchBuilder): { onLine: OnLine; end(): void } {
  const { head, field } = lineHead(file)
  let last: Buffer | undefined
  let [lastStart, lastEnd, lastOffset] = [0, 0, 0]
  let isFound = false
  const onLine: OnLine = (bytes, start, end, offset, length) => {
    builder.add(head, field, false, bytes, start, end, offset, length)
    last = bytes
    lastStart = start
    lastEnd = end
    lastOffset = offset
    // Where zero bytes stand in front, or the line is cut, its text is not found again at its place.
    isFound = length <= end - start + 1
  }
  builder.beginFile(container, keyOf('lines', file))
  return {
    onLine,
    end() {
      builder.endFile(false)
      if (last === undefined) return
      const line = last.subarray(lastStart, lastEnd)
      file.lastAt = timeOf(line.subarray(0, 128)) ?? file.lastAt
      if (isFound) file.lastLine = { offset: lastOffset, digest: digestOf(line) }
    },
  }
}

/** What is about to be removed comes first, then what is about to be rotated. */
const urgency = ({ isPresent, supersededAtMs }: LogFile): number =>
  (isPresent ? 0 : 2) + (supersededAtMs === undefined ? 0 : 1)

function isReadable(file: LogFile, { openFiles, failing, clock, settleMs }: ReaderOptions): boolean {
  if (file.isRead || file.file === undefined || !file.isVerified) return false
  if (waitsForLook(file) || failing.isResting(file)) return false
  if (isGone(file) && !openFiles.isPlain(file)) return false
  return file.gz || file.size > file.lookedTo || isFinal(file, clock(), settleMs)
}

const timeOf = (head: Buffer): string | undefined => parseContainerLine(head)?.time
