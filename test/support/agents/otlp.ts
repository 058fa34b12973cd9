// OTLP logs as the OpenTelemetry Collector's filelog receiver with the container operator sends them.
import { encodeProto } from '#test/support/agents/otlp-proto.ts'
import { httpProtocol, pathOf, type AgentLine } from './protocol.ts'

interface KeyValue {
  key: string
  value: { stringValue: string }
}

const pairs = (values: Record<string, string | number | undefined>): KeyValue[] =>
  Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: { stringValue: String(value) } }]))

function exported(lines: readonly AgentLine[]) {
  return {
    resourceLogs: lines.map((line) => ({
      resource: {
        attributes:
          line.pod === ''
            ? []
            : pairs({
                'k8s.namespace.name': line.namespace,
                'k8s.pod.name': line.pod,
                'k8s.pod.uid': line.podUid,
                'k8s.container.name': line.container,
                'k8s.container.restart_count': line.restart,
                ...Object.fromEntries(Object.entries(line.labels ?? {}).map(([key, value]) => [`k8s.pod.label.${key}`, value])),
              }),
      },
      scopeLogs: [
        {
          logRecords: [
            {
              timeUnixNano: String(line.time),
              body: { stringValue: line.message.toString() },
              attributes: pairs({
                'log.iostream': line.stream,
                ...(line.isPartial === undefined ? {} : { logtag: line.isPartial ? 'P' : 'F' }),
                ...(line.offset === undefined ? {} : { 'log.file.record_offset': line.offset, 'log.file.path': pathOf(line) }),
                ...line.attributes,
              }),
            },
          ],
        },
      ],
    })),
  }
}

export const otlpJson = httpProtocol({
  name: 'OTLP/JSON',
  path: '/v1/logs',
  type: 'application/json',
  body: (lines) => Buffer.from(JSON.stringify(exported(lines))),
  lacks: ['bytes'],
})

export const otlpProto = httpProtocol({
  name: 'OTLP/protobuf',
  path: '/v1/logs',
  type: 'application/x-protobuf',
  body: (lines) => encodeProto(exported(lines), lines),
})
