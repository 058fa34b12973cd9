// Lines as node agents produce them to Kafka, the same for the same seed and whatever the size of a message: one node's
// pods in turn, 200 lines of a file at a time. Made in rounds, so that a corpus of any size fits into memory.
import { makeBodies } from '../load/bodies.ts'

export interface CorpusOptions {
  lines: number
  seed: number
  /** Every pod's lines go to one of so many. */
  partitions: number
  /** Times run up to here, ms since 1970. */
  untilMs: number
  hours: number
}

/** What an agent has read of one file. */
export interface Reading {
  partition: number
  /** One record per line. */
  ndjson: Buffer
}

const pods = 200
const linesPerReading = 200
const linesPerRound = 250_000

export function* readCorpus({ lines, seed, partitions, untilMs, hours }: CorpusOptions): Generator<Reading> {
  const rounds = Math.ceil(lines / linesPerRound)
  const roundHours = hours / rounds
  for (let round = 0; round < rounds; round++) {
    const bodies = makeBodies({
      lines: Math.min(linesPerRound, lines - round * linesPerRound),
      pods,
      linesPerBody: linesPerReading,
      seed: seed + round,
      untilMs: untilMs - (rounds - 1 - round) * roundHours * 3_600_000,
      hours: roundHours,
    })
    for (const [i, ndjson] of bodies.entries()) yield { partition: (i % pods) % partitions, ndjson }
  }
}

/** Values of messages: whole native batches, or with one line per message bare records. */
export function messagesOf({ ndjson }: Reading, linesPerMessage: number): Buffer[] {
  const records = ndjson.toString('latin1').split('\n')
  if (linesPerMessage === 1) return records.map((record) => Buffer.from(record, 'latin1'))
  const values: Buffer[] = []
  for (let first = 0; first < records.length; first += linesPerMessage) {
    const some = records.slice(first, first + linesPerMessage)
    values.push(Buffer.from(`{"node":"node-7","records":[${some.join(',')}]}`, 'latin1'))
  }
  return values
}

/** The end of the newest six hours that lie within one day: an insert of them writes one part. */
export const withinOneDay = (nowMs: number): number => Math.floor(nowMs / 86_400_000) * 86_400_000 - 6 * 3_600_000
