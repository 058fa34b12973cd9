// Elasticsearch's bulk body with documents as Filebeat's container input and add_kubernetes_metadata make them, and
// with the CRI tag as Fluent Bit's es output has it.
import { httpProtocol, pathOf, rfc3339, withText, type AgentLine } from './protocol.ts'

/** The document of a line without its text, whose bytes need not be UTF-8. */
const documentOf = (line: AgentLine): Record<string, unknown> => ({
  '@timestamp': rfc3339(line.time),
  stream: line.stream,
  ...(line.isPartial === undefined ? {} : { logtag: line.isPartial ? 'P' : 'F' }),
  ...(line.pod === ''
    ? {}
    : {
        log: { offset: line.offset, file: { path: pathOf(line), device_id: '64768', inode: '131907' } },
        kubernetes: {
          namespace: line.namespace,
          pod: { name: line.pod, uid: line.podUid },
          container: { name: line.container },
          labels: line.labels,
        },
      }),
  ...line.attributes,
})

const pairOf = (document: object): Buffer => Buffer.from(`{"create":{}}\n${JSON.stringify(document)}\n`)

const pair = (line: AgentLine): Buffer =>
  Buffer.concat([
    Buffer.from('{"create":{"_index":"filebeat-9.1.0"}}\n'),
    withText(documentOf(line), 'message', line.message),
    Buffer.from('\n'),
  ])

export const bulk = httpProtocol({
  name: 'Elasticsearch bulk',
  path: '/_bulk',
  type: 'application/x-ndjson',
  body: (lines) => Buffer.concat(lines.map(pair)),
  printed: {
    "beside Filebeat's fields": {
      by: 'kubernetes',
      body: (line, fields) => pairOf({ ...fields, ...documentOf(line), message: line.message.toString() }),
    },
    'beside the path of the file': {
      by: 'path',
      body: (line, fields) =>
        pairOf({ ...fields, '@timestamp': rfc3339(line.time), message: 'x', log: { file: { path: pathOf(line) } } }),
    },
  },
})

/** A bulk body of these lines: objects as JSON, texts as they are. */
export const bulkRows = (...lines: unknown[]): Buffer =>
  Buffer.from(lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''))
