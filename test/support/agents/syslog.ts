// Messages of RFC 5424, counted, whose payload is JSON: as rsyslog sends what mmkubernetes and mmjsonparse have made of
// the lines of containers.
import { httpProtocol, pathOf, rfc3339, withText, type AgentLine } from './protocol.ts'

function messageOf(line: AgentLine): Buffer {
  const record = {
    stream: line.stream,
    logtag: line.isPartial === true ? 'P' : 'F',
    ...(line.offset === undefined ? {} : { metadata: { filename: pathOf(line), fileoffset: String(line.offset) } }),
    ...(line.pod === ''
      ? {}
      : {
          kubernetes: {
            namespace_name: line.namespace,
            pod_name: line.pod,
            pod_id: line.podUid,
            container_name: line.container,
            labels: line.labels,
          },
          restart_count: line.restart,
        }),
    ...line.attributes,
  }
  const head = Buffer.from(`<14>1 ${rfc3339(line.time)} - - - - - @cee:`)
  return Buffer.concat([head, withText(record, 'log', line.message)])
}

/** Messages with their counts. */
export const counted = (messages: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat(messages.flatMap((message) => [Buffer.from(`${Buffer.byteLength(message)} `), Buffer.from(message as string)]))

export const syslog = httpProtocol({
  name: 'syslog',
  path: '/v1/syslog',
  type: 'text/plain',
  body: (lines) => counted(lines.map(messageOf)),
  lacks: ['unknown severity'],
})
