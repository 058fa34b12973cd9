// Messages of RFC 5424, counted, whose payload is JSON: as rsyslog sends what mmkubernetes and mmjsonparse have made of
// the lines of containers.
import { httpProtocol, pathOf, rfc3339, withText, type AgentLine } from './protocol.ts'

const headOf = (line: AgentLine): Buffer => Buffer.from(`<14>1 ${rfc3339(line.time)} - - - - - @cee:`)

const messageOf = (line: AgentLine): Buffer => Buffer.concat([headOf(line), withText(recordOf(line), 'log', line.message)])

function recordOf(line: AgentLine): Record<string, unknown> {
  return {
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
}

/** Messages with their counts. */
export const counted = (messages: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat(messages.flatMap((message) => [Buffer.from(`${Buffer.byteLength(message)} `), Buffer.from(message as string)]))

export const syslog = httpProtocol({
  name: 'syslog',
  path: '/v1/syslog',
  type: 'text/plain',
  body: (lines) => counted(lines.map(messageOf)),
  printed: {
    "beside mmkubernetes' fields": {
      by: 'kubernetes',
      body: (line, fields) =>
        counted([`${headOf(line).toString()}${JSON.stringify({ ...fields, ...recordOf(line), log: 'x' })}`]),
    },
    'behind structured data': {
      by: 'agent',
      body: (line, fields) => {
        const { namespace, pod, podUid, container } = line
        const data = `namespace_name="${namespace}" pod_name="${pod}" pod_id="${podUid}" container_name="${container}"`
        const head = `<14>1 ${rfc3339(line.time)} - - - - [kubernetes@0 ${data}]`
        return counted([`${head} @cee: ${JSON.stringify(fields)}`])
      },
    },
  },
  lacks: ['unknown severity'],
})
