// What the answer to a batch means for the files: their positions move, ends and losses are known to the service.
import type { Batch } from '../import/send/batch.ts'
import type { Outcome } from '../import/send/delivery.ts'
import type { LogFile } from './lives/log-file.ts'
import type { AgentMetrics } from './report/metrics.ts'
import type { Problems } from './report/problems.ts'
import { saidBy } from './send/records.ts'

export interface AcknowledgeOptions {
  files: ReadonlyMap<number, LogFile>
  metrics: AgentMetrics
  problems: Problems
}

/** Call it in the order in which the batches were sent. */
export function acknowledge(
  { body, marks }: Pick<Batch, 'body' | 'marks'>,
  { accepted, refused }: Outcome,
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
  for (const { key, offset } of marks) {
    const { said, id } = saidBy(key)
    const file = files.get(id)
    if (file === undefined) continue
    if (said === 'lines') file.storedTo = Math.max(file.storedTo, offset)
    else if (said === 'end') {
      file.end = 'stored'
      metrics.ended()
    } else {
      metrics.lost(file.size - file.storedTo)
      file.lost = 'stored'
    }
  }
}
