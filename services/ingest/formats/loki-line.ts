// The text of a Loki entry. Fluent Bit sends the JSON of its record in the place of the text (`line_format json`, its
// default): where such a record says whose line it is, has the tag of a CRI line, or is a raw line and its path, it is read
// as a record of Fluent Bit. The JSON of an application stays as the application wrote it.
// https://docs.fluentbit.io/manual/data-pipeline/outputs/loki
import { parseLogPath } from '#shared/kubelet-path.ts'
import type { AgentRecord, Fields, Value } from './agent-record.ts'
import { objectOf } from './json-records.ts'

export function addLine(record: AgentRecord, text: string): void {
  const fields = text.startsWith('{') ? recordOf(text, record.has('pod') || record.has('path')) : undefined
  if (fields === undefined) record.set('message', text)
  else record.addAll(fields)
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
