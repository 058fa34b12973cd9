// Elasticsearch's bulk body as native records: pairs of lines, an action and its document. `index` and `create` store a
// line; `update` and `delete` are rejected each by itself. An `_id` that the agent gave is a part of what makes two
// lines one where no offset is told: a document that is sent again is the same line.
// https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk
import { hash } from 'node:crypto'
import { AgentRecord } from './agent-record.ts'
import type { Fields } from './agent-values.ts'
import { bulkItems, type BulkItem } from './bulk-items.ts'
import { isOneObject } from './kubernetes-records.ts'
import { encodingOf, objectOf } from './json-records.ts'
import { NativeLines, type Translate } from './native-lines.ts'

export const bulk: Translate = (body) => {
  const encoding = encodingOf(body)
  const lines = new NativeLines(body.length, encoding)
  const record = new AgentRecord()
  for (const item of bulkItems(body)) {
    const fields = item.stores ? objectOf(item.document, encoding) : undefined
    // The answer has one result for each document, so a list is none.
    if (fields !== undefined && isOneObject(fields)) {
      lines.object(item.document.toString(encoding).trim())
      continue
    }
    record.reset()
    const problem = item.stores ? addDocument(record, item, fields, encoding) : refused(item)
    if (problem !== undefined) record.add('afterlog.sent', item.document.toString(encoding))
    record.writeTo(lines, problem)
  }
  return lines
}

/** Returns a sentence where the bytes are no document. */
function addDocument(
  record: AgentRecord,
  { id, document }: BulkItem,
  fields: Fields | undefined,
  encoding: 'utf8' | 'latin1',
): string | undefined {
  if (fields === undefined) return 'the document is not a JSON object, or is nested more than 64 deep'
  record.addAll(fields)
  if (!record.has('message')) record.set('message', document.toString(encoding).trim())
  if (id !== '') record.set('ordinal', String(hash('sha256', id, 'buffer').readUIntBE(0, 6)))
  return undefined
}

const refused = ({ action }: BulkItem): string =>
  `${action} is not done: a stored line does not change; send index or create`
