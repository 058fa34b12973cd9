// Loki's push as Promtail and Alloy send it: labels of the pod on the stream, all else as structured metadata.
import { encodePush, timestampOf } from './loki-proto.ts'
import { httpProtocol, pathOf, type AgentLine } from './protocol.ts'

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

const path = '/loki/api/v1/push'

export const lokiJson = httpProtocol({
  name: 'Loki JSON',
  path,
  type: 'application/json',
  body: (lines) => {
    const streams = lines.map((line) => {
      const labels = JSON.stringify(Object.fromEntries(labelsOf(line)))
      return Buffer.concat([Buffer.from(`{"stream":${labels},"values":[`), jsonEntry(line), Buffer.from(']}')])
    })
    const joined = streams.flatMap((stream, i) => (i === 0 ? [stream] : [Buffer.from(','), stream]))
    return Buffer.concat([Buffer.from('{"streams":['), ...joined, Buffer.from(']}')])
  },
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
      ...lines.map((line) => ({
        labels: goLabels(labelsOf(line)),
        entries: [
          {
            timestamp: timestampOf(line.time),
            line: line.message,
            structuredMetadata: metadataOf(line).map(([name, value]) => ({ name, value })),
          },
        ],
      })),
    ),
})
