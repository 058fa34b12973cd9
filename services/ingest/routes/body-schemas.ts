// Shapes of the bodies that the posting routes take, for OpenAPI alone: the decoders read bodies as they lie, and say of
// each record what is wrong. docs/api.md and docs/agents.md have the rules.
import { z } from 'zod'

const texts = z.record(z.string(), z.unknown())
const bytes = z.number().describe('In bytes.')

const record = z
  .looseObject({
    time: z
      .union([z.string(), z.number()])
      .optional()
      .describe('RFC 3339, or a number since 1970. Needed without `cri`.'),
    message: z.string().optional().describe('The line. Needed without `cri`.'),
    cri: z.string().optional().describe('The line as the file has it: CRI, or the JSON of Docker. Needs `path`.'),
    path: z.string().optional().describe('The file, below /var/log/pods or /var/log/containers.'),
    namespace: z.string().optional(),
    pod: z.string().optional(),
    container: z.string().optional(),
    podUid: z.string().optional(),
    restart: z.int().optional(),
    containerId: z.string().optional(),
    node: z.string().optional(),
    cluster: z.string().optional(),
    agent: z.string().optional(),
    unit: z.string().optional().describe('Of a system line, instead of a pod.'),
    stream: z.enum(['stdout', 'stderr']).optional(),
    offset: bytes.optional().describe('Where the line starts in its file.'),
    length: bytes.optional().describe('Of the line in its file.'),
    file: z.string().optional().describe('Changes when the file rotates.'),
    eof: z.boolean().optional().describe('The last line of a finished file.'),
    mark: z.boolean().optional().describe('No line: the file was written up to `offset`, and is gone.'),
    ordinal: z.int().optional().describe('How many equal lines came before it, where there is no offset.'),
    partial: z.boolean().optional().describe('A fragment that is continued.'),
    verbatim: z.boolean().optional(),
    severity: z.union([z.string(), z.number()]).optional(),
    traceId: z.string().optional(),
    spanId: z.string().optional(),
    labels: texts.optional(),
    attributes: texts.optional(),
  })
  .describe('A line, as an agent sends it.')
  .meta({ id: 'Record' })

const batch = z
  .looseObject({
    records: z.array(record),
    cluster: z.string().optional().describe('Of records that have none; so are node and agent.'),
    node: z.string().optional(),
    agent: z.string().optional(),
  })
  .describe('Records with their defaults.')
  .meta({ id: 'Batch' })

export const batchBody = z.union([batch, z.array(record), record])

const object = z
  .looseObject({
    apiVersion: z.string().optional(),
    kind: z.string().optional().describe('Pod, Node, Event, or a List of them.'),
    type: z.string().optional().describe('Of a watch event, as is `object`.'),
    object: z.looseObject({}).optional(),
  })
  .describe('An object of Kubernetes, bare, in a List, or in a watch event.')
  .meta({ id: 'KubernetesObject' })

export const objectsBody = z.union([object, z.array(object)])

const fluentRecords = 'Records, one per line, or one behind the other.'
const fluentMsgpack = '[time, record] or [[time, metadata], record], one behind the other.'
const fluentRecord = z.looseObject({}).describe('The fields of the agent.')
export const fluentBodies = {
  'application/json': z.union([z.array(fluentRecord), fluentRecord]),
  'application/x-ndjson': fluentRecords,
  'application/stream+json': fluentRecords,
  'application/msgpack': fluentMsgpack,
  'application/x-msgpack': fluentMsgpack,
}

export const lokiPush = z.looseObject({
  streams: z.array(
    z.looseObject({
      stream: z.record(z.string(), z.string()).describe('Labels.'),
      values: z.array(z.array(z.unknown()).min(2).max(3)).describe('Epoch ns as a text, the line, and metadata.'),
    }),
  ),
})

export const otlpExport = z.looseObject({ resourceLogs: z.array(z.looseObject({})) })

/** Headers of our own posts. No route checks them by this. */
export const senderHeaders = z.object({
  'x-afterlog-cluster': z.string().optional().describe('The cluster of records that name none.'),
  'x-afterlog-node': z.string().optional().describe('The node of records that name none.'),
  'Idempotency-Key': z
    .string()
    .optional()
    .describe('Names the post: equal lines without offset are one line where it is equal, or left out.'),
})
