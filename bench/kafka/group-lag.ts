// How far a consumer group is, asked of the broker over one connection.
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel, type KafkaJSError } from 'kafkajs'

export interface GroupLag extends AsyncDisposable {
  /** Messages between the committed offsets and the ends. */
  lag(): Promise<number>
  /** By partition: one more than the last offset. */
  ends(): Promise<ReadonlyMap<number, number>>
  /** Whether everything before `ends` is committed. */
  reached(ends: ReadonlyMap<number, number>): Promise<boolean>
}

/** Patient: while the broker is away, or leads its partitions not yet, its answers wait. */
export async function watchGroup({
  brokers,
  topic,
  group,
}: {
  brokers: string
  topic: string
  group: string
}): Promise<GroupLag> {
  const retry = { initialRetryTime: 100, maxRetryTime: 500, retries: 1_000_000 }
  const kafka = new Kafka({ clientId: 'afterlog-bench', brokers: brokers.split(','), logLevel: logLevel.NOTHING, retry })
  const admin = kafka.admin()
  await admin.connect()

  const ends = async (): Promise<Map<number, number>> =>
    new Map((await patiently(() => admin.fetchTopicOffsets(topic))).map(({ partition, high }) => [partition, Number(high)]))
  const committed = async (): Promise<Map<number, number>> => {
    const [of] = await patiently(() => admin.fetchOffsets({ groupId: group, topics: [topic] }))
    return new Map(of?.partitions.map(({ partition, offset }) => [partition, Math.max(0, Number(offset))]))
  }
  const behind = async (until: ReadonlyMap<number, number>): Promise<number> => {
    const at = await committed()
    return [...until].reduce((sum, [partition, end]) => sum + Math.max(0, end - (at.get(partition) ?? 0)), 0)
  }
  return {
    lag: async () => behind(await ends()),
    ends,
    reached: async (until) => (await behind(until)) === 0,
    [Symbol.asyncDispose]: () => admin.disconnect(),
  }
}

/** kafkajs does not try again where a broker that has just started does not lead a partition yet. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if ((error as Partial<KafkaJSError>).retriable !== true) throw error
      await sleep(200)
    }
  }
}
