// What a consumer group has still to work off, as the broker knows it.
import { setTimeout as sleep } from 'node:timers/promises'
import { withAdmin } from '#test/support/kafka/topics.ts'

export interface LagOptions {
  brokers: string
  topic: string
  group: string
  mostMs: number
}

/**
 * Resolves with nothing once every committed offset is the end of its partition, or with a sentence for each that is
 * not in time.
 */
export async function lagGone({ brokers, topic, group, mostMs }: LagOptions): Promise<string[]> {
  const untilMs = performance.now() + mostMs
  for (;;) {
    const left = await lagOf(brokers, topic, group).catch((error: unknown) => [`the lag is not known: ${String(error)}`])
    if (left.length === 0 || performance.now() > untilMs) return left
    await sleep(200)
  }
}

function lagOf(brokers: string, topic: string, group: string): Promise<string[]> {
  return withAdmin(brokers, async (admin) => {
    const ends = await admin.fetchTopicOffsets(topic)
    const [committed] = await admin.fetchOffsets({ groupId: group, topics: [topic] })
    return ends.flatMap(({ partition, high }) => {
      const at = committed?.partitions.find((of) => of.partition === partition)?.offset ?? '-1'
      return at === high || (high === '0' && at === '-1') ? [] : [`partition ${partition} stands at ${at}, its end is ${high}`]
    })
  })
}
