// A child of bench/kafka-throughput.ts: kafkajs consuming alone, with the settings of shared/kafka/consumer.ts,
// counting bytes and keeping nothing. From the join of the group to the last message; prints its figures as JSON.
// Arguments: brokers, topic, messages in it.
import { Kafka, logLevel } from 'kafkajs'

const [brokers, topic, expected] = process.argv.slice(2)
if (brokers === undefined || topic === undefined || expected === undefined)
  throw new Error('usage: node bench/kafka/consume.ts BROKERS TOPIC MESSAGES')

const kafka = new Kafka({ clientId: 'afterlog-bench', brokers: brokers.split(','), logLevel: logLevel.NOTHING })
const consumer = kafka.consumer({
  groupId: `alone-${process.pid}`,
  sessionTimeout: 10_000,
  heartbeatInterval: 2000,
  maxWaitTimeInMs: 250,
})
const done = Promise.withResolvers<void>()
let startedMs = 0
let before = process.cpuUsage()
let messages = 0
let bytes = 0

consumer.on(consumer.events.GROUP_JOIN, () => {
  startedMs = performance.now()
  before = process.cpuUsage()
})
await consumer.connect()
await consumer.subscribe({ topics: [topic], fromBeginning: true })
await consumer.run({
  autoCommit: false,
  eachBatchAutoResolve: false,
  partitionsConsumedConcurrently: 4,
  eachBatch: async ({ batch, resolveOffset }) => {
    for (const { value } of batch.messages) bytes += value?.length ?? 0
    messages += batch.messages.length
    resolveOffset(batch.lastOffset())
    if (messages >= Number(expected)) done.resolve()
  },
})
await done.promise
const { user, system } = process.cpuUsage(before)
const seconds = (performance.now() - startedMs) / 1000
const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024)
process.stdout.write(`${JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6, peakMiB, messages, bytes })}\n`)
process.exit(0)
