// Decoders of Kafka messages, by the format of their topic. A run makes one set of rows of many messages, each of them a batch of its own.
// A new format is one line here.
import { AfterlogError } from '#shared/errors.ts'
import type { TopicFormat } from '#shared/kafka/settings.ts'
import type { RetentionRules } from '#shared/retention/retention.ts'
import { decodeLifecycle } from '../formats/kubernetes.ts'
import type { BufferPool } from '../buffer/buffer-pool.ts'
import { JsonScanner } from '../formats/json-scanner.ts'
import { NativeDecoder, type BatchOutcome } from '../formats/native.ts'
import { LineSink } from '../normalise/line-sink.ts'
import type { Origin } from '../normalise/origin.ts'
import { mergeTables, type TableRows } from '../store/table-rows.ts'

export interface MessageRun {
  /** Never throws: a value that cannot be read is one reject. `loneOrdinal` is for a message that is one record without offset. */
  add(value: Buffer, origin: Origin, loneOrdinal: number): BatchOutcome
  /** The rows of all messages. The run must not be used after. */
  take(): TableRows[]
}

export interface RunOptions {
  retention: RetentionRules
  /** Of the ordinals' hash; fixed for the life of the process. */
  seed: number
  /** Where the bytes of rows come from. */
  pool: BufferPool
  /** Bytes that the messages have. */
  bytesHint: number
  /** Told of a failure that is a bug of ours. */
  onBug(error: unknown): void
}

const runs: Record<TopicFormat, (options: RunOptions) => MessageRun> = {
  native: ({ retention, seed, pool, bytesHint }) => {
    const sink = new LineSink({ bytesHint, seed, pool })
    const decoder = new NativeDecoder({ retention, sink })
    return { add: (value, origin, loneOrdinal) => decoder.message(value, origin, loneOrdinal), take: () => sink.take() }
  },
  lifecycle: () => {
    const tables: TableRows[] = []
    return {
      add: (value, origin) => {
        const decoded = decodeLifecycle(value, lifecycleForm(value), origin)
        tables.push(...decoded.tables)
        return decoded
      },
      take: () => mergeTables(tables),
    }
  },
}

export function createMessageRun(format: TopicFormat, options: RunOptions): MessageRun {
  const run = runs[format](options)
  return {
    add: (value, origin, loneOrdinal) => {
      try {
        return run.add(value, origin, loneOrdinal)
      } catch (error) {
        const told = error instanceof AfterlogError
        if (!told) options.onBug(error)
        const detail = told
          ? error.message
          : 'the message could not be decoded, which is a bug of ours; the log of the service says more'
        return { accepted: 0, rejects: [{ index: 0, reason: 'bad-message', detail, payload: Buffer.from(value) }] }
      }
    },
    take: run.take,
  }
}

/** NDJSON where something follows the first value. */
function lifecycleForm(value: Buffer): 'json' | 'ndjson' {
  const json = new JsonScanner(value)
  try {
    json.value()
    return json.peek() === -1 ? 'json' : 'ndjson'
  } catch {
    return value.includes(0x0a) ? 'ndjson' : 'json'
  }
}
