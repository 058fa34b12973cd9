// Encodes exports with the schema of opentelemetry-proto, apart from the one that the service decodes with.
// https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto
import protobuf from 'protobufjs'
import type { AgentLine } from './protocol.ts'

const { root } = protobuf.parse(`
syntax = "proto3";
message ExportLogsServiceRequest { repeated ResourceLogs resource_logs = 1; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; string schema_url = 3; }
message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
message ScopeLogs { InstrumentationScope scope = 1; repeated LogRecord log_records = 2; string schema_url = 3; }
message InstrumentationScope { string name = 1; string version = 2; repeated KeyValue attributes = 3; }
message LogRecord {
  reserved 4;
  fixed64 time_unix_nano = 1;
  fixed64 observed_time_unix_nano = 11;
  int32 severity_number = 2;
  string severity_text = 3;
  AnyValue body = 5;
  repeated KeyValue attributes = 6;
  uint32 dropped_attributes_count = 7;
  fixed32 flags = 8;
  bytes trace_id = 9;
  bytes span_id = 10;
  string event_name = 12;
}
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value {
    string string_value = 1;
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
message ExportLogsPartialSuccess { int64 rejected_log_records = 1; string error_message = 2; }
message Status { int32 code = 1; string message = 2; }
message ExportLogsServiceResponse { ExportLogsPartialSuccess partial_success = 1; }
`)

const request = root.lookupType('ExportLogsServiceRequest')

/** @param lines Those whose text is not UTF-8 have it as bytes. */
export function encodeProto(exported: object, lines: readonly AgentLine[] = []): Buffer {
  const message = structuredClone(exported) as {
    resourceLogs: { scopeLogs: { logRecords: { body: object }[] }[] }[]
  }
  for (const [i, { message: bytes }] of lines.entries())
    if (!bytes.equals(Buffer.from(bytes.toString())))
      message.resourceLogs[i]!.scopeLogs[0]!.logRecords[0]!.body = { bytesValue: bytes.toString('base64') }
  return Buffer.from(request.encode(request.fromObject(message)).finish())
}

const decode = (name: string, bytes: Buffer): object => root.lookupType(name).decode(bytes).toJSON()

/** An answer, and a failure, as their JSON. */
export const decodeAnswer = (bytes: Buffer): object => decode('ExportLogsServiceResponse', bytes)
export const decodeStatus = (bytes: Buffer): object => decode('Status', bytes)
