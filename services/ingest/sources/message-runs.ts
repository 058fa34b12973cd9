// Decoders of Kafka messages, by the format of their topic. A run turns many messages, each a batch of its own, into
// one set of rows. A new format adds one entry here.
import { AfterlogError } from '#shared/errors.ts'
import type { AgentFormat, TopicFormat } from '#shared/kafka/settings.ts'
import type { RetentionRules } from '#shared/retention/retention.ts'
import { decodeLifecycle } from '../formats/kubernetes.ts'
import type { BufferPool } from '../buffer/buffer-pool.ts'
import { withoutMark } from '../formats/byte-order-mark.ts'
import { JsonScanner } from '../formats/json-scanner.ts'
import { NativeDecoder } from '../formats/native.ts'
import { amongLines, nativeBody, withProblems } from '../formats/translate.ts'
import type { BatchOutcome } from '../normalise/decoded.ts'
import { LineSink } from '../normalise/line-sink.ts'
import type { FragmentsOfBatch, OpenFragments } from '../normalise/open-fragments.ts'
import type { Origin } from '../normalise/origin.ts'
import { mergeTables, type TableRows } from '../store/table-rows.ts'

/** The sentence for a message at which a decoder fails. */
export const undecodable =
  "the message could not be decoded, which is a bug in Afterlog; see the service's log and report it"

/** What became of a message: of its lines, and of the objects of Kubernetes among them. */
export interface MessageOutcome extends BatchOutcome {
  objects?: BatchOutcome
}

export interface MessageRun {
  /**
   * Never throws: a value that cannot be read is one reject. `loneOrdinal` is for a message of one record without
   * offset.
   */
  add(value: Buffer, origin: Origin, loneOrdinal: number): MessageOutcome
  /** Returns the rows of all messages. The run must not be used afterwards. */
  take(): RunRows
}

export interface RunRows {
  tables: TableRows[]
  fragments: FragmentsOfBatch | undefined
}

export interface RunOptions {
  retention: RetentionRules
  /** Seeds the hash of the ordinal counter; fixed for the life of the process. */
  seed: number
  /** Supplies the buffers for the rows. */
  pool: BufferPool
  /** Remembers the lines that messages leave open. */
  open: OpenFragments
  /** The bytes of the messages. */
  bytesHint: number
  /** Called with a failure that is a bug of ours. */
  onBug(error: unknown): void
}

const runs = {
  native: ({ retention, seed, pool, bytesHint, open }: RunOptions): MessageRun => {
    const sink = new LineSink({ bytesHint, seed, pool, open })
    const decoder = new NativeDecoder({ retention, sink })
    return {
      add: (value, origin, loneOrdinal) => decoder.message(value, origin, loneOrdinal),
      take: () => ({ tables: sink.take(), fragments: sink.changes() }),
    }
  },
  lifecycle: (): MessageRun => {
    const tables: TableRows[] = []
    return {
      add: (value, origin) => {
        const decoded = decodeLifecycle(value, lifecycleForm(value), origin)
        tables.push(...decoded.tables)
        return decoded
      },
      take: () => ({ tables: mergeTables(tables), fragments: undefined }),
    }
  },
}

function translatedRun(format: AgentFormat, options: RunOptions): MessageRun {
  const lines = runs.native(options)
  const objects = runs.lifecycle()
  return {
    add: (value, origin, loneOrdinal) => {
      const native = nativeBody(value, format, origin)
      const outcome: MessageOutcome =
        native.count === 0
          ? { accepted: 0, rejects: [] }
          : withProblems(lines.add(native.lines, origin, loneOrdinal), native)
      if (native.objects.length === 0) return outcome
      return { ...outcome, objects: amongLines(objects.add(native.objects, origin, loneOrdinal), native) }
    },
    take: () => {
      const { tables, fragments } = lines.take()
      return { tables: mergeTables([...tables, ...objects.take().tables]), fragments }
    },
  }
}

export function createMessageRun(format: TopicFormat, options: RunOptions): MessageRun {
  const run = format === 'native' || format === 'lifecycle' ? runs[format](options) : translatedRun(format, options)
  return {
    add: (value, origin, loneOrdinal) => {
      try {
        return run.add(withoutMark(value), origin, loneOrdinal)
      } catch (error) {
        const isExpected = error instanceof AfterlogError
        if (!isExpected) options.onBug(error)
        const detail = isExpected ? error.message : undecodable
        return { accepted: 0, rejects: [{ index: 0, reason: 'bad-message', detail, payload: Buffer.from(value) }] }
      }
    },
    take: run.take,
  }
}

/** Returns `ndjson` where something follows the first value. */
function lifecycleForm(value: Buffer): 'json' | 'ndjson' {
  const json = new JsonScanner(value)
  try {
    json.value()
    return json.peek() === -1 ? 'json' : 'ndjson'
  } catch {
    return value.includes(0x0a) ? 'ndjson' : 'json'
  }
}
