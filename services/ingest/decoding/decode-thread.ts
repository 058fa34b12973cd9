// A thread beside the event loop that decodes large bodies, one at a time. It starts with the first task.
import { Worker } from 'node:worker_threads'
import {
  asBuffer,
  type DecodeOutcome,
  type DecodeTask,
  type FromThread,
  receivedFailure,
  type ThreadSettings,
} from './decode-task.ts'

export interface DecodeThread {
  /**
   * Takes the memory of `bytes`, which is empty afterwards, where nothing else lies in it, and else copies it. Rejects
   * as the decoder throws.
   */
  run(task: DecodeTask): Promise<DecodeOutcome>
  close(): Promise<void>
}

export interface DecodeThreadOptions {
  settings: ThreadSettings
  /** Called with a failure that is a bug of ours. */
  onBug(error: unknown): void
}

export function createDecodeThread({ settings, onBug }: DecodeThreadOptions): DecodeThread {
  const waiting = new Map<number, PromiseWithResolvers<DecodeOutcome>>()
  let worker: Worker | undefined
  let lastId = 0

  function start(): Worker {
    const thread = new Worker(new URL('thread-main.ts', import.meta.url), { workerData: settings })
    thread.unref()
    thread.on('message', receive)
    thread.on('error', onBug)
    thread.on('exit', () => {
      if (worker === thread) worker = undefined
      for (const { reject } of waiting.values()) reject(new Error('the decoding thread ended'))
      waiting.clear()
    })
    return thread
  }

  function receive(message: FromThread): void {
    if ('bug' in message) return onBug(receivedFailure(message.bug))
    const answer = waiting.get(message.id)
    waiting.delete(message.id)
    if ('failure' in message) answer?.reject(receivedFailure(message.failure))
    else answer?.resolve(withBuffers(message.outcome))
  }

  return {
    run: (task) => {
      worker ??= start()
      const id = ++lastId
      const answer = Promise.withResolvers<DecodeOutcome>()
      waiting.set(id, answer)
      const [sent, transfer] = packed(task)
      worker.postMessage({ id, task: sent }, transfer)
      return answer.promise
    },
    close: async () => void (await worker?.terminate()),
  }
}

/** A byte order mark may stand in front of a body. */
const markBytes = 3

/** Returns the task as it is sent, and the memory that goes with it. */
function packed(task: DecodeTask): [DecodeTask, ArrayBuffer[]] {
  if (task.to === 'batch') {
    const own = (bytes: Buffer | null): Buffer | null => bytes && Buffer.from(Uint8Array.from(bytes).buffer)
    const messages = task.batch.messages.map(({ offset, timestamp, key, value, headers }) => ({
      offset,
      timestamp,
      key: own(key),
      value: own(value),
      headers,
    }))
    return [{ ...task, batch: { ...task.batch, messages } }, []]
  }
  const { body } = task
  const isAlone = body.buffer.byteLength <= body.byteLength + markBytes
  const sent = isAlone ? body : Uint8Array.from(body)
  return [{ ...task, body: sent }, [sent.buffer as ArrayBuffer]]
}

function withBuffers(outcome: DecodeOutcome): DecodeOutcome {
  if (outcome.to === 'messages') {
    const { messages, closing } = outcome.of
    for (const message of closing === undefined ? messages : [...messages, closing]) {
      message.key &&= asBuffer(message.key)
      message.value = asBuffer(message.value)
    }
    return outcome
  }
  for (const table of outcome.of.tables) table.rows = asBuffer(table.rows)
  if (outcome.to === 'batch')
    for (const letter of outcome.of.letters) {
      letter.key &&= asBuffer(letter.key)
      letter.value = asBuffer(letter.value)
    }
  return outcome
}
