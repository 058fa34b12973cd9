// The decoding thread: takes one task after the other, and sends back what became of it.
import { getHeapStatistics } from 'node:v8'
import { parentPort, workerData } from 'node:worker_threads'
import { createTaskRunner, type DecodeOutcome, type DecodeTask, type FromThread, sentFailure } from './decode-task.ts'
import type { ThreadSettings } from './decode-task.ts'

const port = parentPort!
const send = (message: FromThread, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer)
const run = createTaskRunner(workerData as ThreadSettings, (error) => send({ bug: sentFailure(error) }))

port.on('message', ({ id, task }: { id: number; task: DecodeTask }) => {
  try {
    const outcome = run(task)
    send({ id, outcome: withoutRelease(outcome), heapBytes: heapBytes() }, buffersOf(outcome))
  } catch (error) {
    send({ id, failure: sentFailure(error), heapBytes: heapBytes() })
  }
})

const heapBytes = (): number => getHeapStatistics().total_heap_size

/** Functions cannot be sent. The thread's rows are of no pool, so that nothing is to be released. */
function withoutRelease(outcome: DecodeOutcome): DecodeOutcome {
  if (outcome.to === 'messages') return outcome
  const tables = outcome.of.tables.map(({ table, rows, count }) => ({ table, rows, count }))
  return { to: outcome.to, of: { ...outcome.of, tables } } as DecodeOutcome
}

/** The memory of rows, which changes hands instead of being copied. Small rows share theirs with others. */
function buffersOf(outcome: DecodeOutcome): ArrayBuffer[] {
  if (outcome.to === 'messages') return []
  const buffers = outcome.of.tables.map(({ rows }) => rows.buffer as ArrayBuffer)
  return [...new Set(buffers)].filter(({ byteLength }) => byteLength > Buffer.poolSize)
}
