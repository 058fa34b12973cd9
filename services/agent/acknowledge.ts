// What the answer to a batch means for the files: their positions move, ends and losses are known to the service.
import { join } from 'node:path'
import type { Batch } from '../import/send/batch.ts'
import type { Outcome } from '../import/send/delivery.ts'
import { endOfLines, type LogFile } from './lives/log-file.ts'
import type { AgentMetrics } from './report/metrics.ts'
import type { Problems } from './report/problems.ts'
import { isRecordOf, saidBy } from './send/records.ts'

export interface AcknowledgeOptions {
  files: ReadonlyMap<number, LogFile>
  metrics: AgentMetrics
  problems: Problems
}

/** Call it in the order in which the batches were sent. */
export function acknowledge(
  { body, marks }: Pick<Batch, 'body' | 'marks'>,
  { accepted, refused, givenUp }: Outcome,
  { files, metrics, problems }: AcknowledgeOptions,
): void {
  metrics.stored(accepted, body.length)
  for (const [reason, { count, example }] of refused) {
    metrics.refused(reason, count)
    problems.report(`refused ${reason}`, `the service refused records, which are its dead letters now: ${example}`, {
      reason,
      count,
    })
  }
  const told = marks.flatMap(({ key, offset }) => {
    const { said, id } = saidBy(key)
    const file = files.get(id)
    return file === undefined ? [] : [{ said, file, offset }]
  })
  // First: the end of a file of which a record was given up is none.
  for (const { body: record, records, sentence } of givenUp) {
    metrics.refused('too-large', records)
    for (const { file } of told) if (isRecordOf(record, file)) giveUp(file, sentence, problems)
  }
  for (const { said, file, offset } of told)
    if (said === 'lines') file.storedTo = Math.max(file.storedTo, offset)
    else if (said === 'end') {
      file.end = file.isDamaged ? 'open' : 'stored'
      if (!file.isDamaged) metrics.ended()
    } else {
      metrics.lost(endOfLines(file) - file.storedTo)
      file.lost = 'stored'
    }
}

/** The service has neither the record nor a dead letter of it. So nothing may be concluded from what it has. */
function giveUp(file: LogFile, sentence: string, problems: Problems): void {
  file.isDamaged = true
  const path = join(file.life.directory, file.name)
  const isLost = 'the service refuses a line as too large, which is lost, and its life is not sealed'
  problems.report(`too large ${path}`, `${isLost}: ${sentence}`, { path })
}
