// Says to the service that a file was read to its end, by its last line once more, and what is lost of one that was
// removed before that, by a mark.
import type { OpenFiles } from './files/open-files.ts'
import { readLastLine } from './files/read-last-line.ts'
import { mayEnd } from './lives/ends.ts'
import { endOfLines, isGone, type LogFile } from './lives/log-file.ts'
import { container, keyOf, lineHead, markHead } from './send/records.ts'
import type { BatchBuilder } from '../import/send/batch-builder.ts'

interface Sending {
  openFiles: OpenFiles
  builder: BatchBuilder
}

/** Says nothing of a file that has grown, or cannot be read any more, or whose last line is not certain. */
export async function sayEnd(file: LogFile, { openFiles, builder }: Sending): Promise<void> {
  const lines = await readLastLine(file, openFiles)
  if (lines === undefined || lines.length === 0) {
    // It may have grown, or a rename hides it for a moment.
    if (lines === undefined && !isGone(file) && !file.gz) file.isRead = false
    else {
      file.isDamaged = true
      openFiles.close(file)
    }
    return
  }
  // Reading lets others have their turn.
  const place = file.life.files.indexOf(file)
  if (place === -1 || !mayEnd(file.life, place)) return
  const { head, field } = lineHead(file)
  builder.beginFile(container, keyOf('end', file))
  for (const { bytes, offset, length } of lines) builder.add(head, field, false, bytes, 0, bytes.length, offset, length)
  builder.endFile(true)
  file.end = 'sent'
  openFiles.close(file)
}

export function sayLoss(file: LogFile, { builder }: Sending): void {
  const { head, field, bytes } = markHead(file)
  builder.beginFile(container, keyOf('loss', file))
  builder.add(head, field, false, bytes, 0, 0, endOfLines(file), 0)
  builder.endFile(false)
  file.lost = 'sent'
}
