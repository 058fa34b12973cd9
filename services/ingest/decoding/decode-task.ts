// What the decoding thread does, as values that can be sent to it and back: a task, and its outcome.
import { AfterlogError, type ErrorCode } from '#shared/errors.ts'
import type { ConsumedBatch } from '#shared/kafka/consumer-port.ts'
import type { TopicFormat } from '#shared/kafka/settings.ts'
import { retentionOf, type RetentionRules } from '#shared/retention/retention.ts'
import { OpenFragments } from '../normalise/open-fragments.ts'
import type { Origin } from '../normalise/origin.ts'
import { bodyMessages, type BodyMessages, type BodyRoom } from '../publish/body-messages.ts'
import { createBatchDecoder, type BatchDecoder, type DecodedBatch } from '../sources/decode-batch.ts'
import { createBufferPool } from '../buffer/buffer-pool.ts'
import { sliceRows } from '../store/table-rows.ts'
import { bodyRows, type BodyFormat, type BodyRows } from './body-rows.ts'

/** What is fixed for the life of the thread. */
export interface ThreadSettings {
  formats: ReadonlyMap<string, TopicFormat>
  cluster: string
  seed: number
}

/** The days by class that are in force for each arrival of what is decoded. */
export interface SentRules {
  sets: ReadonlyMap<string, number>[]
  /** The index in `sets`, by ms since 1970. */
  byArrival: ReadonlyMap<number, number>
}

export type DecodeTask = { rules: SentRules } & (
  | { to: 'rows'; body: Uint8Array; origin: Origin; as: BodyFormat }
  | { to: 'messages'; body: Uint8Array; origin: Origin; as: BodyFormat; room: BodyRoom }
  | { to: 'batch'; batch: ConsumedBatch }
)

export type DecodeOutcome =
  | { to: 'rows'; of: BodyRows }
  | { to: 'messages'; of: BodyMessages }
  | { to: 'batch'; of: DecodedBatch }

/** A failure as the thread sends it: classes do not travel. */
export interface SentFailure {
  code: ErrorCode | undefined
  name: string
  message: string
  parameter: string | undefined
  position: number | undefined
  stack: string | undefined
}

/** What became of a task, and the memory that the thread's objects have of the system since, whether used or not. */
export type TaskEnd = { id: number; heapBytes: number } & ({ outcome: DecodeOutcome } | { failure: SentFailure })

/** What the thread sends. */
export type FromThread = TaskEnd | { bug: SentFailure }

export function createTaskRunner({ formats, cluster, seed }: ThreadSettings, onBug: (error: unknown) => void) {
  const pool = createBufferPool(0)
  const batchDecoder = (retention: RetentionRules): BatchDecoder =>
    createBatchDecoder({ formats, retention, cluster, seed, pool, open: new OpenFragments(), onBug })
  return (task: DecodeTask): DecodeOutcome => {
    const retention = receivedRules(task.rules)
    switch (task.to) {
      case 'rows':
        return { to: 'rows', of: bodyRows(asBuffer(task.body), task.origin, task.as, { retention, seed }) }
      case 'messages': {
        const { body, origin, as, room } = task
        return { to: 'messages', of: bodyMessages(asBuffer(body), origin, as, room, { retention, seed }) }
      }
      case 'batch': {
        const { fragments: _, ...decoded } = batchDecoder(retention).decode(withBuffers(task.batch))
        return { to: 'batch', of: { ...decoded, tables: decoded.tables.flatMap(sliceRows) } }
      }
    }
  }
}

/** `arrivals`: ms since 1970. */
export function sentRules(retention: RetentionRules, arrivals: Iterable<number>): SentRules {
  const sets: ReadonlyMap<string, number>[] = []
  const byArrival = new Map<number, number>()
  for (const ms of arrivals) {
    if (byArrival.has(ms)) continue
    const { rules } = retention.at(ms)
    const at = sets.indexOf(rules)
    byArrival.set(ms, at < 0 ? sets.push(rules) - 1 : at)
  }
  return { sets, byArrival }
}

function receivedRules({ sets, byArrival }: SentRules): RetentionRules {
  const rules = sets.map(retentionOf)
  // A decoder asks before it knows of any arrival.
  return { at: (ms) => rules[byArrival.get(ms) ?? 0]! }
}

/** The same bytes. A Buffer arrives at another thread as the Uint8Array that it is. */
export const asBuffer = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength)

function withBuffers(batch: ConsumedBatch): ConsumedBatch {
  const messages = batch.messages.map((message) => ({
    ...message,
    key: message.key && asBuffer(message.key),
    value: message.value && asBuffer(message.value),
    headers: message.headers && Object.fromEntries(Object.entries(message.headers).map(headerWithBuffers)),
  }))
  return { ...batch, messages }
}

type Header = NonNullable<NonNullable<ConsumedBatch['messages'][number]['headers']>[string]>

function headerWithBuffers([name, value]: [string, Header | null | undefined]): [string, Header | null | undefined] {
  const one = <T>(given: T): T | Buffer => (given instanceof Uint8Array ? asBuffer(given) : given)
  return [name, Array.isArray(value) ? value.map(one) : one(value)]
}

export function sentFailure(error: unknown): SentFailure {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  const known = error instanceof AfterlogError ? error : undefined
  return { code: known?.code, name, message, parameter: known?.parameter, position: known?.position, stack }
}

export function receivedFailure({ code, name, message, parameter, position, stack }: SentFailure): Error {
  if (code === undefined) return Object.assign(new Error(message), { name, stack })
  return new AfterlogError(code, message, {
    ...(parameter === undefined ? {} : { parameter }),
    ...(position === undefined ? {} : { position }),
  })
}
