// Four ways to break the delivery from Kafka, as textual patches, each with runs of the campaign that must fail for it,
// and the words of a fault that shows what was broken and nothing else.
import { breakages as direct, type Breakage } from '../breakages.ts'

export interface KafkaBreakage extends Breakage {
  /** At least one fault of the campaign must read like this. */
  shows: RegExp
}

const logs = 'migrations/0023-identity-and-order.sql'

export const breakages: readonly KafkaBreakage[] = [
  {
    name: 'commit before insert (loss)',
    edits: [
      {
        file: 'services/ingest/sources/kafka.ts',
        find: /(const acknowledge = partition\.tracker\.take\([^\n]*\n)/,
        put: '$1    acknowledge()\n    committer.wake()\n',
      },
    ],
    shows: /: (\d+) lines of (?!\1;)/,
  },
  {
    name: 'identity without ordinal (loss)',
    edits: [{ file: logs, find: 'sipHash64Keyed({key:15}, ordinal) + ', put: '' }],
    shows: /of pod-\d+\/c\d+: \d+ lines of /,
  },
  {
    name: 'random identity (duplicates)',
    edits: [
      {
        file: logs,
        find: /identity( +)UInt64 DEFAULT sipHash64Keyed\([^]*?\)\) CODEC/,
        put: 'identity$1UInt64 DEFAULT rand64() CODEC',
      },
    ],
    shows: /of pod-\d+\/c\d+: \d+ lines/,
  },
  {
    name: 'counts from a summing view (duplicates)',
    edits: direct.find(({ name }) => name === 'a count from a summing view')!.edits,
    shows: /^histogram: \d+, should be \d+/,
  },
]
