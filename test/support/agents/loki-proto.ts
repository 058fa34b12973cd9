// Encodes pushes with the schema of Loki's pkg/push/push.proto, apart from how the service decodes them.
// https://github.com/grafana/loki/blob/main/pkg/push/push.proto
import protobuf from 'protobufjs'
import { compressSync } from 'snappy'

const { root } = protobuf.parse(`
syntax = "proto3";
message PushRequest { repeated StreamAdapter streams = 1; string format = 2; }
message StreamAdapter { string labels = 1; repeated EntryAdapter entries = 2; uint64 hash = 3; }
message EntryAdapter {
  Timestamp timestamp = 1;
  bytes line = 2;
  repeated LabelPairAdapter structuredMetadata = 3;
  repeated LabelPairAdapter parsed = 4;
}
message LabelPairAdapter { string name = 1; string value = 2; }
message Timestamp { int64 seconds = 1; int32 nanos = 2; }
`)

export interface Entry {
  timestamp?: { seconds: string; nanos: number }
  line: Buffer
  structuredMetadata?: { name: string; value: string }[]
}

export interface Stream {
  labels: string
  entries: Entry[]
  hash?: string
}

export function encode(type: 'PushRequest' | 'StreamAdapter', message: { streams: Stream[] } | Stream): Buffer {
  const of = root.lookupType(type)
  return Buffer.from(of.encode(of.fromObject(message)).finish())
}

/** A push as Promtail, Alloy and the Go client send it. */
export const encodePush = (...streams: Stream[]): Buffer => compressSync(encode('PushRequest', { streams }))

export const timestampOf = (ns: bigint): NonNullable<Entry['timestamp']> => ({
  seconds: String(ns / 1_000_000_000n),
  nanos: Number(ns % 1_000_000_000n),
})
