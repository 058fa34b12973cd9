// Messages of RFC 5424, counted, whose payload is JSON: as rsyslog sends what mmkubernetes and mmjsonparse have made of
// the lines of containers.
import { httpProtocol, pathOf, type AgentLine } from './protocol.ts'

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
  const text = line.message
    .toString('latin1')
    .replaceAll(/["\\]/g, String.raw`\$&`)
    .replaceAll('\n', String.raw`\n`)
  const head = `<14>1 ${rfc3339(line.time)} - - - - - @cee:${JSON.stringify(record).slice(0, -1)},"log":"`
  return Buffer.concat([Buffer.from(head), Buffer.from(text, 'latin1'), Buffer.from('"}')])
}

const rfc3339 = (ns: bigint): string =>
  `${new Date(Number(ns / 1_000_000n)).toISOString().slice(0, 19)}.${String(ns % 1_000_000_000n).padStart(9, '0')}Z`

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
