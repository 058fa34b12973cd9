// Imports one file of the plan: decompress → split → skip lines that are stored already → records → batches.
import { decompress } from './files/compression.ts'
import type { PlannedFile, PodFile } from './files/plan.ts'
import { parseContainerLine } from './lines/container-line.ts'
import { fingerprintOf } from './lines/fingerprint.ts'
import { createLineSplitter, type OnLine } from './lines/line-splitter.ts'
import { peekLine } from './lines/peek-line.ts'
import { createStoredFilter } from './lines/stored-filter.ts'
import { containerRecords, systemRecords } from './record-heads.ts'
import type { BatchBuilder } from './send/batch-builder.ts'
import type { Sender } from './send/sender.ts'
import type { StoredLines, StoredLinesReader } from './stored-lines.ts'
import type { Tally } from './tally.ts'
import type { Filters, Remembered } from './trust.ts'

export interface FileImportOptions {
  builder: BatchBuilder
  sender: Sender
  remembered: Remembered
  storedLines: StoredLinesReader
  tally: Tally
  node: string
  /**
   * Whether a container's oldest file comes first. Then stored lines need to be asked for only from its first line on.
   */
  inOrder: boolean
  /** Called for every file before any of its lines are sent. */
  onFile(file: SentFile): void
}

/** The fields of a file that its entry in the state gets, besides how far it is stored. */
export interface SentFile {
  container: string
  key: string
  filters: Filters
  group: string
}

/**
 * Reads the file to its end. Rejects with ImportStopped only. A file that cannot be read becomes a problem in the
 * tally.
 */
export type ImportFile = (file: PlannedFile, chunks: AsyncIterable<Buffer>) => Promise<void>

export function createFileImport(options: FileImportOptions): ImportFile {
  const { builder, sender, remembered, storedLines, tally, node, inOrder, onFile } = options
  let current: { container: string; stored: StoredLines | undefined } | undefined

  const storedOf = async (file: PodFile, firstLine: Buffer): Promise<StoredLines | undefined> => {
    if (current?.container === file.container) return current.stored
    const { log } = file
    const time = parseContainerLine(firstLine)?.time
    const from =
      inOrder && time !== undefined
        ? new Date(Date.parse(`${time.slice(0, 19)}Z`) - 3_600_000).toISOString()
        : undefined
    const stored = await storedLines.read({ ...log, podUid: log.kind === 'pods' ? log.podUid : '' }, from)
    if (stored?.truncated === true) {
      tally.problems.push({
        path: file.path,
        reason: 'it has more stored lines than the importer can compare, so some lines may now be stored twice',
      })
    }
    current = { container: file.container, stored }
    return stored
  }

  return async (file, raw) => {
    const { path } = file.entry
    let broken = false
    const content = decompress(raw, file.gz ? 'gzip' : 'none', (reason) => {
      broken = true
      tally.problems.push({ path, reason: `it breaks off (${reason}); what could be decompressed is read` })
    })
    tally.files++
    const peeked = await peekLine(content)
    if (peeked === undefined) return
    const { firstLine, chunks } = peeked
    const fingerprint = fingerprintOf(firstLine)
    const key = `${file.container}/${lifeOf(file, node)}/${fingerprint}`
    const filters = filtersOf(file, node)
    onFile({ container: file.container, key, filters, group: file.kind === 'pod' ? file.log.namespace : 'nodes' })
    const resumeAt = (await remembered.stateOf(key, filters))?.offset ?? 0
    if (file.kind === 'pod')
      tally.pods.add(`${file.log.namespace}/${file.log.pod}/${file.log.kind === 'pods' ? file.log.podUid : ''}`)

    builder.beginFile(file.container, key)
    const send =
      file.kind === 'pod'
        ? containerRecords(file, fingerprint, builder)
        : systemRecords(file, fingerprint, node, builder, tally)
    let onLine: OnLine = send
    let endFilter = () => {}
    let isFilterSet = file.kind !== 'pod'
    const splitter = createLineSplitter({
      onLine(bytes, start, end, offset, length) {
        tally.lines++
        if (offset < resumeAt) tally.fromEarlierRun++
        else onLine(bytes, start, end, offset, length)
      },
    })
    for await (const chunk of chunks) {
      if (!isFilterSet && splitter.offset + chunk.length > resumeAt) {
        isFilterSet = true
        const stored = file.kind === 'pod' ? await storedOf(file, firstLine) : undefined
        if (stored !== undefined) {
          const filter = createStoredFilter({
            isStored: (line, offset) => isStored(stored, line, offset),
            onLine: send,
          })
          onLine = filter.line
          endFilter = filter.end
        }
      }
      splitter.push(chunk)
      await sender.room()
    }
    const { nulBytes } = splitter.end()
    endFilter()
    builder.endFile(file.finished && !broken && nulBytes === 0)
    tally.cut += splitter.cut
    tally.skippedBytes += splitter.skipped
    if (nulBytes > 0)
      tally.problems.push({
        path,
        reason: `it ends in ${nulBytes} zero bytes, as a crash leaves them; they are not stored`,
      })
  }

  function isStored(stored: StoredLines, line: Parameters<StoredLines['take']>[0], offset: number): boolean {
    if (stored.holds(line, offset)) tally.repeated++
    else if (stored.take(line)) {
      tally.fromAgent++
      return true
    }
    return false
  }
}

function lifeOf(file: PlannedFile, node: string): string {
  if (file.kind === 'system') return node
  return file.log.kind === 'pods' ? String(file.log.restart) : ''
}

function filtersOf(file: PlannedFile, node: string): Record<string, string> {
  if (file.kind === 'system') return node === '' ? {} : { node }
  const { namespace, pod, container } = file.log
  return { namespace, pod, container }
}
