// Parses the values of AFTERLOG_KAFKA_… variables. Pure: it knows no client and no broker.

/** The formats of agents, whose records ingest translates into native ones: docs/agents.md. */
export const agentFormats = [
  'otlp-proto',
  'otlp-json',
  'fluent',
  'fluent-msgpack',
  'filebeat',
  'vector',
  'logstash',
  'cri',
  'loki-proto',
  'loki-json',
  'bulk',
  'journald',
  'syslog',
] as const
export type AgentFormat = (typeof agentFormats)[number]

/** The formats of a topic's messages: native records, Kubernetes objects, or what agents send; see docs/formats.md. */
export const topicFormats = ['native', 'lifecycle', ...agentFormats] as const
export type TopicFormat = (typeof topicFormats)[number]

export const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const
export type SaslMechanism = (typeof saslMechanisms)[number]

/** The topic to which rejected records are published. It is never consumed. */
export const deadLetterTopic = 'afterlog.dead-letters'

/** Parses `host:port,…`. The default port is 9092. Throws an Error whose message says what is wrong. */
export function parseBrokers(text: string): readonly string[] {
  const brokers = parts(text).map((part) => {
    const match = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(part)
    const port = Number(match?.[2] ?? 9092)
    if (match === null || port < 1 || port > 65_535)
      throw new Error(`${JSON.stringify(part)} is not a broker; write host:port, brokers separated by commas`)
    return `${match[1]}:${port}`
  })
  if (brokers.length === 0) throw new Error('must name a broker: host:port, brokers separated by commas')
  return brokers
}

/** Parses `topic:format,…`, in the given order. Throws an Error whose message says what is wrong. */
export function parseTopics(text: string): ReadonlyMap<string, TopicFormat> {
  const topics = new Map<string, TopicFormat>()
  for (const part of parts(text)) {
    const [topic = '', format, ...more] = part.split(':')
    if (!/^[A-Za-z0-9._-]{1,249}$/.test(topic) || topic === '.' || topic === '..' || more.length > 0)
      throw new Error(
        `${JSON.stringify(part)} is not a topic with its format; ` +
          'write topic:format, where a topic has letters, digits, dots, dashes and underscores',
      )
    if (!topicFormats.includes(format as TopicFormat))
      throw new Error(`${JSON.stringify(part)} names no known format; formats are ${topicFormats.join(', ')}`)
    if (topics.has(topic)) throw new Error(`${JSON.stringify(topic)} is there twice; name each topic once`)
    if (topic === deadLetterTopic)
      throw new Error(`${deadLetterTopic} is the topic for dead letters, which is not read; leave it out`)
    topics.set(topic, format as TopicFormat)
  }
  if (topics.size === 0) throw new Error('must name a topic: topic:format, topics separated by commas')
  return topics
}

const parts = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
