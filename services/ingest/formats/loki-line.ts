// The text of a Loki entry. Fluent Bit sends the JSON of its record in the place of the text (`line_format json`, its
// default): where such a record says whose line it is, has the tag of a CRI line, or is a raw line and its path, it is read
// as a record of Fluent Bit. The JSON of an application stays as the application wrote it.
// https://docs.fluentbit.io/manual/data-pipeline/outputs/loki
import { parseLogPath } from '#shared/kubelet-path.ts'
import { labelPrefixes } from './agent-fields.ts'
import type { AgentRecord } from './agent-record.ts'
import type { Fields, Value } from './agent-values.ts'
import { fieldsOfLines, isObject } from './kubernetes-records.ts'
import { objectOf } from './json-records.ts'
import type { NativeLines } from './native-lines.ts'

/** Adds the text, and writes the record; or the object of Kubernetes that the text is. */
export function writeLine(record: AgentRecord, text: string, lines: NativeLines, problem?: string): void {
  const isJson = text.startsWith('{')
  if (isJson && text.includes('"metadata"') && problem === undefined && isOfNobody(record)) {
    const fields = objectOf(Buffer.from(text))
    if (fields !== undefined && isObject(fields)) return lines.object(text)
  }
  const fields = isJson ? recordOf(text, record.hasOwner()) : undefined
  if (fields === undefined) record.set('message', text)
  else addRecord(record, fields)
  record.writeTo(lines, problem)
}

/** Whether the labels name nothing but the job, as those of event exporters do. All else may be labels of a container. */
const isOfNobody = (record: AgentRecord): boolean =>
  fieldsOfLines.every((field) => !record.has(field) || (field === 'service' && record.nameOf(field) === jobLabel)) &&
  record.labelNames().every((name) => name === 'instance')

const jobLabel = `${labelPrefixes[0]}job`

function addRecord(record: AgentRecord, fields: Fields): void {
  record.source = 'text'
  record.addAll(fields)
}

function recordOf(text: string, hasOwner: boolean): Fields | undefined {
  if (hasOwner && !text.includes('"logtag"')) return undefined
  const fields = objectOf(Buffer.from(text))
  if (fields === undefined || !isText(fields['log'] ?? fields['message'] ?? fields['cri'])) return undefined
  const { stream, logtag, path, filename, kubernetes } = fields
  const isCri = (stream === 'stdout' || stream === 'stderr') && (logtag === 'F' || logtag === 'P')
  return isCri || (!hasOwner && (isPath(path) || isPath(filename) || namesPod(kubernetes))) ? fields : undefined
}

const isText = (value: Value): value is string => typeof value === 'string'
const isPath = (value: Value): boolean => isText(value) && parseLogPath(value) !== undefined
const namesPod = (value: Value): boolean =>
  typeof value === 'object' && value !== null && 'pod_name' in value && isText(value.pod_name)
