// The outputs of Fluent Bit, and what each needs: a file of deploy/agents/fluent-bit, changes of its text, and settings
// of the service.
import { freePort } from '#test/support/kafka/free-port.ts'

export interface Output {
  file: string
  /** Texts of the file that this output has otherwise. */
  changes?: readonly (readonly [text: string, by: string])[]
  /** The variable of a socket, where Fluent Bit does not send to the HTTP port. */
  socket?: string
  /** The topic with its format, as AFTERLOG_KAFKA_TOPICS takes it; over Kafka only. */
  topic?: string
}

const asFormat = (format: string) => [['format: msgpack', `format: ${format}`]] as const
const toTopic = (format: string) =>
  [
    ['format: json', `format: ${format}`],
    ['topics: afterlog.logs', 'topics: fluent'],
  ] as const

export const outputs: Readonly<Record<string, Output>> = {
  http: { file: 'http.yaml' },
  'http-uncompressed': { file: 'http.yaml', changes: [['      compress: gzip\n', '']] },
  json: { file: 'http.yaml', changes: asFormat('json') },
  json_lines: { file: 'http.yaml', changes: asFormat('json_lines') },
  json_stream: { file: 'http.yaml', changes: asFormat('json_stream') },
  forward: { file: 'forward.yaml', socket: 'AFTERLOG_LISTEN_FORWARD' },
  opentelemetry: { file: 'opentelemetry.yaml' },
  'opentelemetry-grpc': {
    file: 'opentelemetry.yaml',
    changes: [['compress: gzip', 'grpc: on']],
    socket: 'AFTERLOG_LISTEN_OTLP_GRPC',
  },
  loki: { file: 'loki.yaml' },
  es: { file: 'es.yaml' },
  syslog: { file: 'syslog.yaml', socket: 'AFTERLOG_LISTEN_SYSLOG' },
  kafka: { file: 'fluent-bit.yaml', topic: 'afterlog.logs:native' },
  'kafka-json': { file: 'fluent-bit.yaml', changes: toTopic('json'), topic: 'fluent:fluent' },
  'kafka-msgpack': { file: 'fluent-bit.yaml', changes: toTopic('msgpack'), topic: 'fluent:fluent-msgpack' },
  'kafka-otlp': { file: 'fluent-bit.yaml', changes: toTopic('otlp_proto'), topic: 'fluent:otlp-proto' },
}

/** Where an output sends: settings of the service, and the port that Fluent Bit is told. */
export async function placeOf({ socket, topic }: Output, brokers: string | undefined) {
  const port = socket === undefined ? undefined : await freePort()
  const ofSocket = socket === undefined ? {} : { [socket]: `127.0.0.1:${port}` }
  if (brokers === undefined) return { port, env: ofSocket }
  const topics = [...new Set(['afterlog.logs:native', 'afterlog.lifecycle:lifecycle', topic])].join(',')
  return { port, env: { AFTERLOG_KAFKA_BROKERS: brokers, AFTERLOG_KAFKA_TOPICS: topics } }
}
