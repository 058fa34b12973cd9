// Settings of the test broker: one KRaft node that listens on 127.0.0.1 only, starts fast, and lets tests see in
// seconds what takes minutes in production: a restart after SIGKILL, a rebalance, retention that eats a range.

export interface ServerPropertiesOptions {
  dataDir: string
  port: number
  controllerPort: number
  /** Over the ones here. */
  more?: Readonly<Record<string, string>>
}

/** The text of a server.properties. */
export function serverProperties({ dataDir, port, controllerPort, more = {} }: ServerPropertiesOptions): string {
  const properties: Record<string, string | number | boolean> = {
    'node.id': 1,
    'process.roles': 'broker,controller',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': dataDir,
    'auto.create.topics.enable': false,
    'message.max.bytes': 16 * MiB,
    'replica.fetch.max.bytes': 16 * MiB,
    // One node has no replicas.
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 3,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 3,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    // Groups form at once, and a dead member may be missed within a second.
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    // A killed broker may come back before the controller misses it: without this it waits for 9 s and more.
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
    // Retention within a second or two of what a topic's retention.ms and segment.ms say.
    'log.retention.check.interval.ms': 500,
    'log.initial.task.delay.ms': 500,
    'log.segment.delete.delay.ms': 100,
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': 1000,
    // Small: two brokers may run beside everything else.
    'num.network.threads': 2,
    'num.io.threads': 4,
    'log.cleaner.dedupe.buffer.size': 4 * MiB,
    ...more,
  }
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

const MiB = 1024 * 1024
