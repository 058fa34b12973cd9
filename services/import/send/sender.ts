// Sends a few batches at once, bounded in bytes, and reports their outcomes in the order in which they were sent.
import type { Batch } from './batch.ts'
import type { Deliver, Outcome } from './delivery.ts'

export interface SenderOptions {
  deliver: Deliver
  bytesMax: number
  requestsMax: number
  /** Called in order of sending, once per batch. */
  onOutcome(batch: Batch, outcome: Outcome): void
}

export interface Sender {
  send(batch: Batch): void
  /** Resolves when there is room for another batch. Rejects once a batch could not be delivered. */
  room(): Promise<void>
  /** Resolves when all batches are settled. Rejects as `room` does. */
  drain(): Promise<void>
}

export function createSender({ deliver, bytesMax, requestsMax, onOutcome }: SenderOptions): Sender {
  const waiting: { batch: Batch; settle: (outcome: Promise<Outcome>) => void }[] = []
  let bytes = 0
  let requests = 0
  let reported: Promise<void> = Promise.resolve()
  /** The first failure. Batches that have not begun fail with it. */
  let failure: { error: unknown } | undefined
  /** Outcomes behind a failed batch are not reported, so that the reported ones have no gap. */
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
  const report = async (before: Promise<void>, batch: Batch, promise: Promise<Outcome>) => {
    const outcome = await promise.catch(() => undefined)
    await before
    broken ||= outcome === undefined
    if (outcome !== undefined && !broken) onOutcome(batch, outcome)
  }

  return {
    send(batch) {
      const { promise, resolve } = Promise.withResolvers<Outcome>()
      waiting.push({ batch, settle: resolve })
      reported = report(reported, batch, promise)
      pump()
    },
    async room() {
      while (waiting.length > 0 && failure === undefined) await wake.promise
      if (failure !== undefined) throw failure.error
    },
    async drain() {
      await reported
      if (failure !== undefined) throw failure.error
    },
  }
}
