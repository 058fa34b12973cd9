// A thread beside the event loop that decodes large bodies, one at a time. It starts with the first task.
import { Worker } from 'node:worker_threads'
import { AfterlogError } from '#shared/errors.ts'
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
   * Takes the memory of the task's body, which is empty afterwards, where nothing else lies in it, and else copies it.
   * Rejects as the decoder throws, and with AfterlogError where the thread ends: `too-large` where it lacked memory,
   * `stopping` once it is closed, and else `overloaded`.
   */
  run(task: DecodeTask): Promise<DecodeOutcome>
  /** Ends the thread for good. */
  close(): Promise<void>
}

export interface DecodeThreadOptions {
  settings: ThreadSettings
  /** Called with a failure that is a bug of ours. */
  onBug(error: unknown): void
}

/** A worker keeps what its heap once grew to. One that grew beyond this many bytes is replaced by a new one. */
const heapBytesMax = 128 * 1024 * 1024
/** Of new objects, in MiB: by default a heap on a large machine takes 192 before it looks for what is in use. */
const resourceLimits = { maxYoungGenerationSizeMb: 48 }

interface Running {
  worker: Worker
  /** By the id of the task. */
  waiting: Map<number, PromiseWithResolvers<DecodeOutcome>>
}

export function createDecodeThread({ settings, onBug }: DecodeThreadOptions): DecodeThread {
  let running: Running | undefined
  let lastId = 0
  let isClosed = false

  function start(): Running {
    const worker = new Worker(new URL('thread-main.ts', import.meta.url), { workerData: settings, resourceLimits })
    const started: Running = { worker, waiting: new Map() }
    let lastError: unknown
    worker.unref()
    worker.on('message', (message: FromThread) => receive(message, started))
    worker.on('error', (error) => {
      lastError = error
      onBug(error)
    })
    // What it was sent, or sends, cannot be read: nothing comes of the tasks that wait.
    worker.on('messageerror', () => void worker.terminate())
    worker.on('exit', () => {
      if (running === started) running = undefined
      for (const { reject } of started.waiting.values()) reject(isClosed ? stopping() : threadEnded(lastError))
      started.waiting.clear()
    })
    return started
  }

  function receive(message: FromThread, from: Running): void {
    if ('bug' in message) return onBug(receivedFailure(message.bug))
    const { worker, waiting } = from
    const answer = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.heapBytes > heapBytesMax && waiting.size === 0 && running === from) {
      running = undefined
      void worker.terminate()
    }
    if ('failure' in message) answer?.reject(receivedFailure(message.failure))
    else answer?.resolve(withBuffers(message.outcome))
  }

  return {
    run: async (task) => {
      if (isClosed) throw stopping()
      running ??= start()
      const { worker, waiting } = running
      const id = ++lastId
      const [sent, transfer] = packed(task)
      worker.postMessage({ id, task: sent }, transfer)
      const answer = Promise.withResolvers<DecodeOutcome>()
      waiting.set(id, answer)
      return answer.promise
    },
    close: async () => {
      isClosed = true
      await running?.worker.terminate()
    },
  }
}

const stopping = (): AfterlogError =>
  new AfterlogError('stopping', 'this process is stopping; send it again', { retryAfterS: 1 })

/** The thread has memory of its own, for one body at a time: it lacks some where that body takes too much. */
function threadEnded(cause: unknown): AfterlogError {
  const isMemory = (cause as NodeJS.ErrnoException | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY'
  return isMemory
    ? new AfterlogError('too-large', 'the batch takes more memory to decode than there is; send smaller batches', {
        cause,
      })
    : new AfterlogError('overloaded', 'the batch was not decoded, since the thread for it ended; send it again', {
        retryAfterS: 1,
        cause,
      })
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
