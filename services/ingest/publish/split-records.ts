// Decides which records of a key share a message. A message ends between lines where possible. It ends inside a line
// only where the fragments of that line do not fit into one message.
import type { BatchRecord } from './batch-records.ts'

export interface RecordSizes {
  /** Bytes of a message that begins with the record, without its records. */
  head(first: BatchRecord): number
  /** Bytes of a record in a message that begins with `first`. */
  record(record: BatchRecord, first: BatchRecord): number
  /** A message of this size ends with the current line… */
  goal: number
  /** …and no message is bigger than this. Each record alone must fit. */
  max: number
}

/** Returns runs of records in their order, one run per message. */
export function splitRecords(records: readonly BatchRecord[], sizes: RecordSizes): BatchRecord[][] {
  const runs: BatchRecord[][] = []
  let from = 0
  /** The last place between records where no line is unfinished. */
  let between = 0
  let bytes = 0
  const begin = (at: number, next: number): void => {
    from = at
    bytes = sizes.head(records[from]!)
    for (let i = from; i < next; i++) bytes += sizes.record(records[i]!, records[from]!)
  }
  for (let i = 0; i < records.length; i++) {
    const record = records[i]!
    if (i === from) begin(i, i)
    while (i > from) {
      const total = bytes + sizes.record(record, records[from]!)
      const stop = total > sizes.goal && between > from ? between : total > sizes.max ? i : from
      if (stop === from) break
      runs.push(records.slice(from, stop))
      begin(stop, i)
    }
    bytes += sizes.record(record, records[from]!)
    if (record.between) between = i + 1
  }
  if (from < records.length) runs.push(records.slice(from))
  return runs
}

/** Returns the first records of lines whose fragments stand in more than one message. */
export function linesCut(runs: readonly (readonly BatchRecord[])[]): Set<number> {
  const cut = new Set<number>()
  if (runs.length < 2) return cut
  const runOf = new Map<number, number>()
  for (const [run, records] of runs.entries()) {
    for (const { index, line, between } of records) {
      if (line === index && between) continue
      if ((runOf.get(line) ?? run) !== run) cut.add(line)
      runOf.set(line, run)
    }
  }
  return cut
}
