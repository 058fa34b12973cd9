// What the tests of the Kafka source produce, and what they ask of broker and store afterwards: the committed offsets,
// and every identity.
import { Kafka, logLevel, type Admin, type IHeaders, type Producer, type Transaction } from 'kafkajs'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { sql, str } from '#shared/clickhouse/sql.ts'
import { record, type TestRecord } from '#test/support/lines.ts'

export interface TestMessage {
  value: string | Buffer | null
  key?: string
  partition?: number
  timestamp?: string
  headers?: IHeaders
}

export interface TestClient extends AsyncDisposable {
  readonly admin: Admin
  /** Resolves when the broker has them; messages of one partition keep their order. */
  produce(topic: string, messages: readonly TestMessage[]): Promise<void>
  /** In a transaction of its own, which is open until it is ended. */
  begin(topic: string, messages: readonly TestMessage[]): Promise<Transaction>
  /** In one transaction, which is then aborted or committed. */
  transaction(topic: string, messages: readonly TestMessage[], end: 'abort' | 'commit'): Promise<void>
  /** What retention does, at once: partition 0 then begins at `offset`. */
  deleteBefore(topic: string, offset: number): Promise<void>
  /** By partition; -1 where there is none. */
  committed(group: string, topic: string): Promise<number[]>
}

export async function openClient(brokers: string): Promise<TestClient> {
  const kafka = new Kafka({ clientId: 'afterlog-test', brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  const producer = kafka.producer({ allowAutoTopicCreation: false, idempotent: true, maxInFlightRequests: 1 })
  await Promise.all([admin.connect(), producer.connect()])
  const transactional = new Map<string, Promise<Producer>>()
  const sent = (messages: readonly TestMessage[]) => messages.map(({ partition = 0, ...message }) => ({ partition, ...message }))
  const connected = async (transactionalId: string): Promise<Producer> => {
    const made = kafka.producer({ transactionalId, maxInFlightRequests: 1, idempotent: true })
    await made.connect()
    return made
  }
  const begin = async (topic: string, messages: readonly TestMessage[]): Promise<Transaction> => {
    const id = `tx-${topic}`
    let made = transactional.get(id)
    if (made === undefined) transactional.set(id, (made = connected(id)))
    const transaction = await (await made).transaction()
    await transaction.send({ topic, acks: -1, messages: sent(messages) })
    return transaction
  }
  return {
    admin,
    produce: async (topic, messages) => {
      await producer.send({ topic, acks: -1, messages: sent(messages) })
    },
    begin,
    transaction: async (topic, messages, end) => {
      await (await begin(topic, messages))[end]()
    },
    deleteBefore: async (topic, offset) => {
      // kafkajs deletes of topics only that it has asked about before.
      await admin.fetchTopicOffsets(topic)
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] })
    },
    committed: async (groupId, topic) => {
      const [found] = await admin.fetchOffsets({ groupId, topics: [topic] })
      return found!.partitions.toSorted((a, b) => a.partition - b.partition).map(({ offset }) => Number(offset))
    },
    async [Symbol.asyncDispose]() {
      const producers = await Promise.all(transactional.values())
      await Promise.all([admin.disconnect(), producer.disconnect(), ...producers.map((made) => made.disconnect())])
    },
  }
}

/** A message that is a batch, of tenant `tenant`. */
export const batchOf = (
  tenant: string,
  records: readonly (TestRecord | object)[],
  more: Partial<TestMessage> = {},
): TestMessage => ({
  value: JSON.stringify({ records }),
  headers: { 'x-scope-orgid': tenant },
  ...more,
})

/** `count` messages, each of one line of its own and two equal ones; what they say, sorted. */
export function numbered(tenant: string, count: number, { from = 0, partition = 0 } = {}) {
  const numbers = Array.from({ length: count }, (_, index) => from + index)
  const name = (number: number): string => `${partition}-${String(number).padStart(6, '0')}`
  return {
    messages: numbers.map((number) =>
      batchOf(tenant, [record(`line ${name(number)}`), ...twice(`tick ${name(number)}`)], { partition }),
    ),
    said: numbers.flatMap((number) => [`line ${name(number)}`, `tick ${name(number)}`, `tick ${name(number)}`]).toSorted(),
  }
}

const twice = (text: string): TestRecord[] => [record(text), record(text)]

export interface Stored {
  /** The message of each (time, identity), sorted. */
  said: string[]
  /** Rows, those that collapse included. */
  rows: number
}

export async function storedOf(store: LogStore, tenant: string): Promise<Stored> {
  const found = await store.rows<{ said: string; rows: number }>({
    sql: sql`SELECT message AS said, toFloat64(count()) AS rows FROM logs WHERE tenant = ${str(tenant)} GROUP BY ts, identity, message`,
  })
  return { said: found.map(({ said }) => said).toSorted(), rows: found.reduce((sum, { rows }) => sum + rows, 0) }
}

export interface StoredLetter {
  origin: string
  reason: string
  detail: string
  payload: string
}

/** One per identity, by origin. */
export const lettersOf = (store: LogStore, tenant: string): Promise<StoredLetter[]> =>
  store.rows<StoredLetter>({
    sql: sql`SELECT any(origin) AS origin, any(toString(reason)) AS reason, any(detail) AS detail, any(payload) AS payload
      FROM dead_letters WHERE tenant = ${str(tenant)} GROUP BY identity ORDER BY origin`,
  })
