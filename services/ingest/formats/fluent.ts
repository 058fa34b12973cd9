// Records of Fluent Bit, Fluentd, Vector, Filebeat and Logstash in JSON: an array, one per line, or one behind the other.
// https://docs.fluentbit.io/manual/data-pipeline/outputs/http
import { AgentRecord } from './agent-record.ts'
import { addKey, addTag, isFileKey, parseTag } from './fluent-tag.ts'
import { isObject } from './kubernetes-records.ts'
import { encodingOf, jsonRecords } from './json-records.ts'
import { NativeLines, type Translate } from './native-lines.ts'

export const jsonDocuments: Translate = (body, { key, tag: name }) => {
  const encoding = encodingOf(body)
  const lines = new NativeLines(body.length, encoding)
  const record = new AgentRecord()
  const tag = name === undefined ? undefined : parseTag(name)
  const isOfFile = tag?.path !== undefined || (key !== undefined && isFileKey(key))
  for (const { fields, bytes } of jsonRecords(body, encoding)) {
    if (fields === undefined) {
      lines.raw(bytes)
      continue
    }
    if (!isOfFile && isObject(fields)) {
      lines.object(bytes.toString(encoding))
      continue
    }
    record.reset()
    record.addAll(fields)
    if (!record.has('message') && !record.has('cri')) record.set('message', bytes.toString(encoding))
    if (key !== undefined) addKey(record, key)
    if (tag !== undefined) addTag(record, tag)
    record.writeTo(lines)
  }
  return lines
}
