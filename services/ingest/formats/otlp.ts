// OTLP logs, in protobuf and in JSON, as native records: resource, scope and record attributes by the names of
// agent-fields.ts, the body as text or, where it is a structure, as its JSON with its fields as attributes. A record
// without a time has the time at which it was observed, and one without that the time of its arrival.
// https://opentelemetry.io/docs/specs/otlp/ and https://opentelemetry.io/docs/specs/otel/logs/data-model/
import { isUtf8 } from 'node:buffer'
import { AfterlogError } from '#shared/errors.ts'
import type { LineField } from './agent-fields.ts'
import { AgentRecord } from './agent-record.ts'
import { isFields, jsonOf, type Value } from './agent-values.ts'
import { encodingOf, parseLists } from './json-records.ts'
import { eventOf, isObject, fieldsOfLines, withCluster } from './kubernetes-records.ts'
import { NativeLines, type Translate } from './native-lines.ts'
import { anyValue, listOf, pairsOf, recordProblem, stringOf } from './otlp-json.ts'
import { decodeProto, type Int64, type ProtoAny, type ProtoLogRecord, type ProtoPair } from './otlp-schema.ts'

/** What a log record says beside its attributes. */
interface LogRecord {
  /** ns since 1970, or undefined where it is unknown. */
  time: string | undefined
  observedTime: string | undefined
  severityNumber: number
  severityText: string
  traceId: string
  spanId: string
  eventName: string
  /** Bytes where a text is not UTF-8. */
  body: Value
}

export const otlpProto: Translate = (body, { receivedMs }) => {
  const lines = new NativeLines(body.length * 2)
  const [base, record] = [new AgentRecord(), new AgentRecord()]
  for (const resourceBytes of exportOf(body).resource_logs) {
    const ofResource = tryDecode('ResourceLogs', resourceBytes)
    if (typeof ofResource === 'string') refuseBytes(lines, record, resourceBytes, ofResource)
    else
      for (const scopeBytes of ofResource.scope_logs) {
        const ofScope = tryDecode('ScopeLogs', scopeBytes)
        if (typeof ofScope === 'string') {
          refuseBytes(lines, record, scopeBytes, ofScope)
          continue
        }
        base.reset()
        const problem = addShared(base, ofResource.resource, ofScope.scope)
        for (const bytes of ofScope.log_records) {
          record.reset(base)
          const sent = tryRecord(record, bytes)
          if (typeof sent === 'string') record.writeTo(lines, sent)
          else writeRecord(lines, record, sent, { receivedMs, ofReceiver: isOfReceiver(base) }, problem)
        }
      }
  }
  return lines
}

/** Without it nothing of the body can be read. */
function exportOf(body: Buffer) {
  try {
    return decodeProto('Export', body)
  } catch (error) {
    throw new AfterlogError('invalid-body', `the body is no OTLP ExportLogsServiceRequest: ${(error as Error).message}`)
  }
}

/** Returns a sentence where the bytes are no such message. */
function tryDecode<Name extends 'ResourceLogs' | 'ScopeLogs' | 'Resource' | 'Scope'>(name: Name, bytes: Uint8Array) {
  try {
    return decodeProto(name, bytes)
  } catch (error) {
    return `its bytes are no ${name} of OTLP: ${(error as Error).message}`
  }
}

/** Adds what a resource and a scope say of all of their records. Returns a sentence where one of them is broken. */
function addShared(base: AgentRecord, resourceBytes: Uint8Array, scopeBytes: Uint8Array): string | undefined {
  const resource = tryDecode('Resource', resourceBytes)
  const scope = tryDecode('Scope', scopeBytes)
  if (typeof resource === 'string') return resource
  base.source = 'agent'
  addPairs(base, resource.attributes)
  base.source = 'record'
  if (typeof scope === 'string') return scope
  addScope(base, textOf(scope.name), textOf(scope.version))
  addPairs(base, scope.attributes)
  return undefined
}

function refuseBytes(lines: NativeLines, record: AgentRecord, bytes: Uint8Array, problem: string): void {
  record.reset()
  record.add('afterlog.sent', Buffer.from(bytes.subarray(0, sentMax)).toString('base64'))
  record.writeTo(lines, problem)
}

/** Adds the attributes of a log record, and returns the rest of it, or a sentence where the bytes are none. */
function tryRecord(record: AgentRecord, bytes: Uint8Array): LogRecord | string {
  try {
    const sent = decodeProto('LogRecord', bytes)
    addPairs(record, sent.attributes)
    return recordOf(sent)
  } catch (error) {
    record.add('afterlog.sent', Buffer.from(bytes).toString('base64'))
    return `the record is no OTLP LogRecord: ${(error as Error).message}`
  }
}

const recordOf = (sent: ProtoLogRecord): LogRecord => ({
  time: numberOf(sent.time_unix_nano),
  observedTime: numberOf(sent.observed_time_unix_nano),
  severityNumber: sent.severity_number,
  severityText: textOf(sent.severity_text),
  traceId: hexOf(sent.trace_id),
  spanId: hexOf(sent.span_id),
  eventName: textOf(sent.event_name),
  body: bodyOf(sent.body),
})

function bodyOf(body: ProtoAny | null | undefined): Value {
  if (body?.value !== 'string_value' && body?.value !== 'bytes_value') return valueOf(body)
  const bytes = body[body.value]!
  return isUtf8(bytes) ? textOf(bytes) : bytes
}

const textOf = (bytes: Uint8Array | undefined): string =>
  bytes === undefined ? '' : (bytes as Buffer).toString('utf8')
const hexOf = (bytes: Uint8Array): string => (bytes as Buffer).toString('hex')

function addPairs(record: AgentRecord, pairs: readonly ProtoPair[]): void {
  for (const { key, value } of pairs) record.add(textOf(key), valueOf(value))
}

/** Undefined for 0, which means unknown. */
const numberOf = (value: Int64): string | undefined =>
  value.low === 0 && value.high === 0 ? undefined : String(bigintOf(value))

const bigintOf = ({ low, high }: Int64): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)

function valueOf(any: ProtoAny | null | undefined): Value {
  switch (any?.value) {
    case undefined:
      return null
    case 'string_value':
      return textOf(any.string_value)
    case 'bool_value':
      return any.bool_value
    case 'int_value':
      return BigInt.asIntN(64, bigintOf(any.int_value!))
    case 'double_value':
      return any.double_value
    case 'array_value':
      return any.array_value!.values.map(valueOf)
    case 'kvlist_value':
      return Object.fromEntries(any.kvlist_value!.values.map(({ key, value }) => [textOf(key), valueOf(value)]))
    case 'bytes_value':
      return (any.bytes_value as Buffer).toString('base64')
  }
}

export const otlpJson: Translate = (body, { receivedMs }) => {
  const encoding = encodingOf(body)
  const sent = parseLists(body, encoding, ['resourceLogs', 'scopeLogs', 'logRecords'])
  if (!isFields(sent) || !Array.isArray(sent['resourceLogs']))
    throw new AfterlogError('invalid-body', 'the body is no OTLP ExportLogsServiceRequest: it has no list resourceLogs')
  const lines = new NativeLines(body.length, encoding)
  const [base, record] = [new AgentRecord(), new AgentRecord()]
  for (const of of sent['resourceLogs'] as Value[]) {
    const { resource, scopeLogs } = isFields(of) ? of : {}
    if (!isFields(of) || !isList(scopeLogs))
      refuse(lines, record, of, 'resourceLogs must be objects with a list scopeLogs')
    for (const ofScope of listOf(scopeLogs)) {
      const { scope, logRecords } = isFields(ofScope) ? ofScope : {}
      if (!isFields(ofScope) || !isList(logRecords))
        refuse(lines, record, ofScope, 'scopeLogs must be objects with a list logRecords')
      base.reset()
      base.source = 'agent'
      addAll(base, isFields(resource) ? pairsOf(resource['attributes']) : [])
      base.source = 'record'
      if (isFields(scope)) {
        addScope(base, stringOf(scope['name']), stringOf(scope['version']))
        addAll(base, pairsOf(scope['attributes']))
      }
      const shared = resource instanceof Uint8Array || scope instanceof Uint8Array ? tooDeep : undefined
      for (const logRecord of listOf(logRecords)) {
        record.reset(base)
        const problem = logRecord instanceof Uint8Array ? tooDeep : (shared ?? recordProblem(logRecord))
        if (problem === undefined && isFields(logRecord)) {
          addAll(record, pairsOf(logRecord['attributes']))
          writeRecord(lines, record, jsonRecordOf(logRecord), { receivedMs, ofReceiver: isOfReceiver(base) })
        } else {
          record.add('afterlog.sent', jsonOf(logRecord).slice(0, sentMax))
          record.writeTo(lines, problem)
        }
      }
    }
  }
  return lines
}

const tooDeep = 'it, its scope or its resource is nested more than 64 deep; send as a string what is nested so deep'

/** Characters of what cannot be read that a dead letter has. */
const sentMax = 64 * 1024

/** proto3 leaves out a list without elements. */
const isList = (value: Value): boolean => value === undefined || value === null || Array.isArray(value)

function refuse(lines: NativeLines, record: AgentRecord, sent: Value, problem: string): void {
  record.reset()
  record.add('afterlog.sent', jsonOf(sent ?? null).slice(0, sentMax))
  record.writeTo(lines, problem)
}

function addAll(record: AgentRecord, pairs: readonly (readonly [string, Value])[]): void {
  for (const [name, value] of pairs) record.add(name, value)
}

const jsonRecordOf = (sent: Readonly<Record<string, Value>>): LogRecord => ({
  time: known(stringOf(sent['timeUnixNano'])),
  observedTime: known(stringOf(sent['observedTimeUnixNano'])),
  severityNumber: Number(sent['severityNumber'] ?? 0),
  severityText: stringOf(sent['severityText']),
  traceId: stringOf(sent['traceId']).toLowerCase(),
  spanId: stringOf(sent['spanId']).toLowerCase(),
  eventName: stringOf(sent['eventName']),
  body: anyValue(sent['body']),
})

const known = (time: string): string | undefined => (time === '' || time === '0' ? undefined : time)

function addScope(record: AgentRecord, name: string, version: string): void {
  if (name !== '') record.add('otel.scope.name', name)
  if (version !== '') record.add('otel.scope.version', version)
}

function writeRecord(
  lines: NativeLines,
  record: AgentRecord,
  sent: LogRecord,
  { receivedMs, ofReceiver }: { receivedMs: number; ofReceiver: boolean },
  problem?: string,
): void {
  const object = objectOf(record, sent, receivedMs, ofReceiver)
  if (object !== undefined) return lines.object(withCluster(jsonOf(object), record.valueOf('cluster')))
  addRecord(record, sent, receivedMs)
  record.writeTo(lines, problem)
}

const timeOf = (sent: LogRecord, receivedMs: number): string =>
  sent.time ?? sent.observedTime ?? String(BigInt(receivedMs) * 1_000_000n)

/** The object of Kubernetes that a record is, as the k8sobjects and k8s_events receivers send them. */
function objectOf(record: AgentRecord, sent: LogRecord, receivedMs: number, isOfReceiver: boolean): Value {
  const { body } = sent
  // What a container printed is its line, whatever it looks like. The namespace may be an object's.
  const isOfLine = (field: LineField): boolean =>
    field !== 'namespace' && record.has(field) && !(isOfReceiver && field === 'service')
  if (fieldsOfLines.some(isOfLine)) return undefined
  if (isFields(body)) return isObject(body) ? body : undefined
  if (typeof body !== 'string' || record.attribute('k8s.event.name') === undefined) return undefined
  return eventOf({
    attribute: (name) => record.attribute(name),
    namespace: record.valueOf('namespace'),
    node: record.valueOf('node'),
    time: timeOf(sent, receivedMs),
    type: sent.severityText,
    message: body,
  })
}

/** A collector may name a service for all that it sends. The name of the scope is none that a container prints. */
const isOfReceiver = (base: AgentRecord): boolean =>
  /\/k8s(?:objects|events)receiver$/.test(base.attribute('otel.scope.name') ?? '')

function addRecord(record: AgentRecord, sent: LogRecord, receivedMs: number): void {
  record.set('time', timeOf(sent, receivedMs))
  addSeverity(record, sent.severityText, sent.severityNumber)
  if (sent.traceId !== '') record.set('traceId', sent.traceId)
  if (sent.spanId !== '') record.set('spanId', sent.spanId)
  if (sent.eventName !== '') record.add('event.name', sent.eventName)
  addBody(record, sent.body)
}

/** A structure that has a text by a known name, such as `message`, is that text; else it is the JSON of all. */
function addBody(record: AgentRecord, body: Value): void {
  if (typeof body === 'string' || body instanceof Uint8Array) return record.set('message', body)
  record.source = 'text'
  if (isFields(body)) record.addAll(body)
  if (!record.has('message')) record.set('message', body === null || body === undefined ? '' : jsonOf(body))
}

const severities = ['trace', 'debug', 'info', 'warn', 'error', 'fatal']

/** Numbers are 1 to 24, four of each severity. A text beside a number may be any word of the source. */
function addSeverity(record: AgentRecord, text: string, number: number): void {
  const severity = severities[Math.ceil(number / 4) - 1]
  if (severity !== undefined) record.set('severity', severity)
  else if (text !== '') record.add('severity_text', text)
}
