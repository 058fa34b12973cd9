// A few batches under way at once, bounded in bytes; what came of them is told in the order in which they were sent.
import type { Batch } from './batch.ts'
import type { Deliver, Outcome } from './delivery.ts'

export interface SenderOptions {
  deliver: Deliver
  bytesMax: number
  requestsMax: number
  /** In order of sending, each once. */
  onOutcome(batch: Batch, outcome: Outcome): void
}

export interface Sender {
  send(batch: Batch): void
  /** Resolves when there is room for more. Rejects once a batch could not be delivered. */
  room(): Promise<void>
  /** Resolves when everything sent is settled. Rejects like `room`. */
  drain(): Promise<void>
}

export function createSender({ deliver, bytesMax, requestsMax, onOutcome }: SenderOptions): Sender {
  const waiting: { batch: Batch; settle: (outcome: Promise<Outcome>) => void }[] = []
  let bytes = 0
  let requests = 0
  let told: Promise<void> = Promise.resolve()
  /** The first failure, which ends everything not yet begun. */
  let failure: { error: unknown } | undefined
  /** Behind a failed batch nothing is told: what is told is always a beginning without holes. */
  let broken = false
  let wake = Promise.withResolvers<void>()

  const pump = () => {
    while (waiting.length > 0 && (failure !== undefined || hasRoom(waiting[0]!.batch))) {
      const { batch, settle } = waiting.shift()!
      settle(failure === undefined ? run(batch) : Promise.reject(failure.error))
    }
    wake.resolve()
    wake = Promise.withResolvers()
  }
  const hasRoom = (batch: Batch) => requests === 0 || (requests < requestsMax && bytes + batch.body.length <= bytesMax)
  const run = async (batch: Batch): Promise<Outcome> => {
    requests++
    bytes += batch.body.length
    try {
      return await deliver(batch)
    } catch (error) {
      failure ??= { error }
      throw error
    } finally {
      requests--
      bytes -= batch.body.length
      pump()
    }
  }
  const tell = async (before: Promise<void>, batch: Batch, outcome: Promise<Outcome>) => {
    const found = await outcome.catch(() => undefined)
    await before
    broken ||= found === undefined
    if (found !== undefined && !broken) onOutcome(batch, found)
  }

  return {
    send(batch) {
      const { promise, resolve } = Promise.withResolvers<Outcome>()
      waiting.push({ batch, settle: resolve })
      told = tell(told, batch, promise)
      pump()
    },
    async room() {
      while (waiting.length > 0 && failure === undefined) await wake.promise
      if (failure !== undefined) throw failure.error
    },
    async drain() {
      await told
      if (failure !== undefined) throw failure.error
    },
  }
}
