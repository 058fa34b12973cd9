// Batches on their way to the service: a few at once, bounded in bytes. A batch has lines of many files, and waits for
// others only as long as a round of the reader takes.
import { createBatchBuilder, type BatchBuilder } from '../../import/send/batch-builder.ts'
import type { Batch } from '../../import/send/batch.ts'
import type { Outcome } from '../../import/send/delivery.ts'
import { createHttpClient } from '../../import/send/http-client.ts'
import { createSender } from '../../import/send/sender.ts'
import type { AgentConfig } from '../config.ts'
import { deliverAlways } from './deliver-always.ts'

export interface OutboxOptions {
  config: AgentConfig
  node: string
  /** Called in the order of sending. */
  onOutcome(batch: Batch, outcome: Outcome): void
  /** As of DeliverAlwaysOptions. */
  onWait(sentence: string | undefined): void
}

export interface Outbox {
  builder: BatchBuilder
  /** Resolves when there is room for another batch. */
  room(): Promise<void>
  /** Sends what was handed over, for a second at most: what is not stored by then is sent again after the start. */
  end(): Promise<void>
}

const postTimeoutMs = 120_000
const requestsMax = 4
const recordsMax = 10_000
const endMs = 1000

export function createOutbox({ config, node, onOutcome, onWait }: OutboxOptions): Outbox {
  const { AFTERLOG_AGENT_URL: url, AFTERLOG_AGENT_TENANT: tenant, AFTERLOG_AGENT_CLUSTER: cluster } = config
  const ending = new AbortController()
  const sender = createSender({
    bytesMax: config.AFTERLOG_AGENT_INFLIGHT_BYTES_MAX,
    requestsMax,
    deliver: deliverAlways({
      client: createHttpClient({ url, tenant, signal: ending.signal, timeoutMs: postTimeoutMs }),
      headers: { 'x-afterlog-node': node, ...(cluster === '' ? {} : { 'x-afterlog-cluster': cluster }) },
      compress: !['127.0.0.1', '[::1]', 'localhost'].includes(new URL(url).hostname),
      signal: ending.signal,
      onWait,
    }),
    onOutcome(batch, outcome) {
      onOutcome(batch, outcome)
      builder.recycle(batch)
    },
  })
  const builder = createBatchBuilder({ bytesMax: config.AFTERLOG_AGENT_BATCH_BYTES, recordsMax, onBatch: sender.send })
  return {
    builder,
    room: sender.room,
    async end() {
      const timer = setTimeout(() => ending.abort(), endMs)
      await sender.drain().catch(() => undefined)
      clearTimeout(timer)
    },
  }
}
