// Loki's push as Promtail and Alloy send it: labels of the pod on the stream, all else as structured metadata.
import { encodePush, timestampOf } from './loki-proto.ts'
import { httpProtocol, pathOf, printedText, type AgentLine, type AgentProtocol } from './protocol.ts'

const texts = (values: Record<string, string | number | undefined>): [string, string][] =>
  Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))

const labelsOf = (line: AgentLine): [string, string][] => [
  ...texts(line.pod === '' ? {} : { namespace: line.namespace, pod: line.pod, container: line.container }),
  ...texts({ ...line.labels, stream: line.stream }),
]

const metadataOf = (line: AgentLine): [string, string][] =>
  texts({
    ...(line.pod === '' ? {} : { pod_uid: line.podUid, restart_count: line.restart }),
    ...(line.offset === undefined ? {} : { filename: pathOf(line), offset: line.offset }),
    ...(line.isPartial === undefined ? {} : { logtag: line.isPartial ? 'P' : 'F' }),
    ...line.attributes,
  })

/** JSON with the text's own bytes in it. */
function jsonEntry(line: AgentLine): Buffer {
  const text = line.message
    .toString('latin1')
    .replaceAll(/["\\]/g, String.raw`\$&`)
    .replaceAll('\n', String.raw`\n`)
  const metadata = JSON.stringify(Object.fromEntries(metadataOf(line)))
  return Buffer.concat([Buffer.from(`["${line.time}","`), Buffer.from(text, 'latin1'), Buffer.from(`",${metadata}]`)])
}

/** Lines behind each other whose labels are equal are entries of one stream. */
function streamsOf(lines: readonly AgentLine[]): { labels: [string, string][]; lines: AgentLine[] }[] {
  const streams: { key: string; labels: [string, string][]; lines: AgentLine[] }[] = []
  for (const line of lines) {
    const labels = labelsOf(line)
    const key = JSON.stringify(labels)
    const last = streams.at(-1)
    if (last?.key === key) last.lines.push(line)
    else streams.push({ key, labels, lines: [line] })
  }
  return streams
}

/** A push of one entry without metadata. */
const pushOf = (line: AgentLine, labels: Record<string, string>, text: string): [labels: [string, string][], line: AgentLine] => [
  Object.entries(labels),
  { ...line, message: Buffer.from(text) },
]

const printedAs = (write: (labels: [string, string][], line: AgentLine) => Buffer): AgentProtocol['printed'] => ({
  'in the text of a stream of a pod': {
    by: 'agent',
    body: (line, fields) => {
      const { namespace, pod, podUid, container } = line
      return write(...pushOf(line, { namespace, pod, pod_uid: podUid, container }, printedText(line, fields)))
    },
  },
  'in the text of a stream of a file': {
    by: 'agent',
    body: (line, fields) => write(...pushOf(line, { filename: pathOf(line) }, printedText(line, fields))),
  },
  'in a text of JSON': {
    by: 'agent',
    body: (line, fields) => write(...pushOf(line, { filename: pathOf(line) }, JSON.stringify(fields))),
  },
})

const joined = (parts: readonly Buffer[]): Buffer =>
  Buffer.concat(parts.flatMap((part, i) => (i === 0 ? [part] : [Buffer.from(','), part])))

const path = '/loki/api/v1/push'

export const lokiJson = httpProtocol({
  name: 'Loki JSON',
  path,
  type: 'application/json',
  body: (lines) => {
    const streams = streamsOf(lines).map(({ labels, lines: entries }) => {
      const head = `{"stream":${JSON.stringify(Object.fromEntries(labels))},"values":[`
      return Buffer.concat([Buffer.from(head), joined(entries.map(jsonEntry)), Buffer.from(']}')])
    })
    return Buffer.concat([Buffer.from('{"streams":['), joined(streams), Buffer.from(']}')])
  },
  printed: printedAs((labels, { time, message }) =>
    Buffer.from(
      JSON.stringify({ streams: [{ stream: Object.fromEntries(labels), values: [[String(time), message.toString()]] }] }),
    ),
  ),
})

/** Go's form, of labels as Prometheus names them: letters, digits and underscores, and in quotes any other name. */
const goLabels = (labels: readonly [string, string][]): string =>
  `{${labels.map(([name, value]) => `${/^\w+$/.test(name) ? name : JSON.stringify(name)}=${JSON.stringify(value)}`).join(', ')}}`

export const lokiProto = httpProtocol({
  name: 'Loki protobuf',
  path,
  type: 'application/x-protobuf',
  body: (lines) =>
    encodePush(
      ...streamsOf(lines).map(({ labels, lines: entries }) => ({
        labels: goLabels(labels),
        entries: entries.map((line) => ({
          timestamp: timestampOf(line.time),
          line: line.message,
          structuredMetadata: metadataOf(line).map(([name, value]) => ({ name, value })),
        })),
      })),
    ),
  printed: printedAs((labels, { time, message }) =>
    encodePush({ labels: goLabels(labels), entries: [{ timestamp: timestampOf(time), line: message, structuredMetadata: [] }] }),
  ),
})
