// The messages of OTLP logs: opentelemetry-proto 1.x, collector/logs/v1 and logs/v1, of which only what a line needs.
// Resources, scopes and records are read as bytes and decoded one by one: a large export never is a million objects at
// once, and what is broken is rejected alone. Texts are bytes too: some are not UTF-8.
// https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto
import protobuf from 'protobufjs'

const source = `
syntax = "proto3";
message Export { repeated bytes resource_logs = 1; }
message ResourceLogs { bytes resource = 1; repeated bytes scope_logs = 2; string schema_url = 3; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeLogs { bytes scope = 1; repeated bytes log_records = 2; }
message Scope { bytes name = 1; bytes version = 2; repeated KeyValue attributes = 3; }
message LogRecord {
  fixed64 time_unix_nano = 1;
  fixed64 observed_time_unix_nano = 11;
  int32 severity_number = 2;
  bytes severity_text = 3;
  AnyValue body = 5;
  repeated KeyValue attributes = 6;
  bytes trace_id = 9;
  bytes span_id = 10;
  bytes event_name = 12;
}
message KeyValue { bytes key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value {
    bytes string_value = 1;
    bool bool_value = 2;
    int64 int_value = 3;
    double double_value = 4;
    ArrayValue array_value = 5;
    KeyValueList kvlist_value = 6;
    bytes bytes_value = 7;
  }
}
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
message PartialSuccess { int64 rejected_log_records = 1; string error_message = 2; }
message ExportResponse { PartialSuccess partial_success = 1; }
message Status { int32 code = 1; string message = 2; }
`

/** 64 bits as protobufjs has them: two halves of 32. */
export interface Int64 {
  low: number
  high: number
}

export interface ProtoAny {
  string_value?: Uint8Array
  bool_value?: boolean
  int_value?: Int64
  double_value?: number
  array_value?: { values: ProtoAny[] }
  kvlist_value?: { values: ProtoPair[] }
  bytes_value?: Uint8Array
  /** The name of the field that is set. */
  value?: Exclude<keyof ProtoAny, 'value'>
}

export interface ProtoPair {
  key: Uint8Array
  value?: ProtoAny | null
}

export interface ProtoLogRecord {
  time_unix_nano: Int64
  observed_time_unix_nano: Int64
  severity_number: number
  severity_text: Uint8Array
  body?: ProtoAny | null
  attributes: ProtoPair[]
  trace_id: Uint8Array
  span_id: Uint8Array
  event_name: Uint8Array
}

interface Messages {
  Export: { resource_logs: Uint8Array[] }
  ResourceLogs: { resource: Uint8Array; scope_logs: Uint8Array[] }
  Resource: { attributes: ProtoPair[] }
  ScopeLogs: { scope: Uint8Array; log_records: Uint8Array[] }
  Scope: { name: Uint8Array; version: Uint8Array; attributes: ProtoPair[] }
  LogRecord: ProtoLogRecord
  ExportResponse: { partial_success?: { rejected_log_records: number; error_message: string } }
  Status: { code: number; message: string }
}

const { root } = protobuf.parse(source, { keepCase: true })
const typeOf = (name: keyof Messages): protobuf.Type => root.lookupType(name)
/** Looked up once: each record of an export is decoded by itself. */
const types: Readonly<Record<keyof Messages, protobuf.Type>> = {
  Export: typeOf('Export'),
  ResourceLogs: typeOf('ResourceLogs'),
  Resource: typeOf('Resource'),
  ScopeLogs: typeOf('ScopeLogs'),
  Scope: typeOf('Scope'),
  LogRecord: typeOf('LogRecord'),
  ExportResponse: typeOf('ExportResponse'),
  Status: typeOf('Status'),
}

/** Throws where the bytes are no such message. */
export const decodeProto = <Name extends keyof Messages>(name: Name, bytes: Uint8Array): Messages[Name] =>
  types[name].decode(bytes) as unknown as Messages[Name]

export const encodeProto = <Name extends keyof Messages>(name: Name, message: Messages[Name]): Buffer =>
  Buffer.from(types[name].encode(message).finish())
