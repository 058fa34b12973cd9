// Loki's push in protobuf (logproto.PushRequest of pkg/push/push.proto), as native records. On Kafka a message may also
// be one stream, or compressed by snappy as the push over HTTP is. Fields are read one by one where they stand: a list
// of them may be a million objects.
// https://github.com/grafana/loki/blob/main/pkg/push/push.proto
import { isUtf8 } from 'node:buffer'
import protobuf from 'protobufjs'
import { uncompressSync } from 'snappy'
import { AfterlogError } from '#shared/errors.ts'
import { AgentRecord } from './agent-record.ts'
import { readLabels } from './loki-labels.ts'
import { writeLine } from './loki-line.ts'
import { NativeLines, type Translate } from './native-lines.ts'

export const lokiProto: Translate = (body) => {
  const push = body.length === 0 || body[0] === listTag ? body : uncompressed(body)
  const lines = new NativeLines(push.length * 2)
  const [base, record] = [new AgentRecord(), new AgentRecord()]
  try {
    if (isStream(push)) addStream(lines, push, base, record)
    else for (const { field, bytes } of fieldsOf(push)) if (field === 1) tryStream(lines, bytes, base, record)
    return lines
  } catch (error) {
    if (error instanceof AfterlogError) throw error
    throw broken((error as Error).message)
  }
}

/** The first field of a push is a stream, and the first of a stream its labels: both have this tag. */
const listTag = 0x0a
/** Bytes of what cannot be read that a dead letter has. */
const sentMax = 48 * 1024
const messageBytesMax = 64 * 1024 * 1024

function uncompressed(body: Buffer): Buffer {
  try {
    const size = protobuf.Reader.create(body).uint32()
    if (size > messageBytesMax)
      throw new AfterlogError(
        'too-large',
        `the body has ${size} bytes once decompressed, of at most ${messageBytesMax}`,
      )
    return uncompressSync(body, { asBuffer: true }) as Buffer
  } catch (error) {
    if (error instanceof AfterlogError) throw error
    throw broken((error as Error).message)
  }
}

const broken = (why: string): AfterlogError =>
  new AfterlogError('invalid-body', `the body is no logproto.PushRequest of Loki, with or without snappy: ${why}`)

/** Labels begin with a brace, which begins no field of a message of this schema. */
function isStream(push: Buffer): boolean {
  if (push[0] !== listTag) return false
  const reader = protobuf.Reader.create(push)
  reader.pos++
  reader.uint32()
  return push[reader.pos] === 0x7b
}

/** A stream that is broken costs the others of its push nothing. */
function tryStream(lines: NativeLines, stream: Buffer, base: AgentRecord, record: AgentRecord): void {
  try {
    addStream(lines, stream, base, record)
  } catch (error) {
    if (error instanceof AfterlogError) throw error
    record.reset()
    record.add('afterlog.sent', stream.toString('base64', 0, sentMax))
    record.writeTo(lines, `the stream is no StreamAdapter of Loki: ${(error as Error).message}`)
  }
}

/** Reads all of the stream before it writes a record of it, so that one that is broken has none. */
function addStream(lines: NativeLines, stream: Buffer, base: AgentRecord, record: AgentRecord): void {
  base.reset()
  let problem: string | undefined
  for (const { field, bytes } of fieldsOf(stream)) {
    if (field !== 1) continue
    base.reset()
    const text = bytes.toString()
    base.source = 'agent'
    problem = readLabels(text, (name, value) => base.addLabel(name, value))
    if (problem !== undefined) base.add('afterlog.sent', text.slice(0, sentMax))
  }
  if (problem !== undefined) problem = `the labels of its stream are not like {app="cart"}: ${problem}`
  for (const { field, bytes } of fieldsOf(stream)) {
    if (field !== 2) continue
    record.reset(base)
    writeEntry(lines, record, bytes, problem)
  }
}

function writeEntry(lines: NativeLines, record: AgentRecord, entry: Buffer, problem: string | undefined): void {
  let line: Buffer | undefined
  record.source = 'metadata'
  try {
    for (const { field, bytes } of fieldsOf(entry)) {
      if (field === 1) record.set('time', timeOf(bytes))
      else if (field === 2) line = bytes
      else if (field === 3) addPair(record, bytes)
    }
  } catch (error) {
    record.add('afterlog.sent', entry.toString('base64'))
    return record.writeTo(lines, `the record is no entry of Loki: ${(error as Error).message}`)
  }
  if (line === undefined || isUtf8(line)) return writeLine(record, line?.toString() ?? '', lines, problem)
  record.set('message', line)
  record.writeTo(lines, problem)
}

function addPair(record: AgentRecord, pair: Buffer): void {
  let [name, value] = ['', '']
  for (const { field, bytes } of fieldsOf(pair)) {
    if (field === 1) name = bytes.toString()
    else if (field === 2) value = bytes.toString()
  }
  record.add(name, value)
}

/** google.protobuf.Timestamp as ns since 1970. */
function timeOf(bytes: Buffer): string {
  const reader = protobuf.Reader.create(bytes)
  let [seconds, nanos] = [0n, 0]
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if (tag === 0x08) seconds = bigintOf(reader.int64())
    else if (tag === 0x10) nanos = reader.int32()
    else reader.skipType(tag & 7)
  }
  return String(seconds * 1_000_000_000n + BigInt(nanos))
}

const bigintOf = ({ low, high }: { low: number; high: number }): bigint => (BigInt(high) << 32n) | BigInt(low >>> 0)

/** The fields of a message that are bytes: texts and messages. */
function* fieldsOf(message: Buffer): Generator<{ field: number; bytes: Buffer }> {
  const reader = protobuf.Reader.create(message)
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    if ((tag & 7) === 2) yield { field: tag >>> 3, bytes: reader.bytes() as Buffer }
    else reader.skipType(tag & 7)
  }
}
