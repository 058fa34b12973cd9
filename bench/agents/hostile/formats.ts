// The formats of agents as hostile bodies are made in them: a document becomes a piece, and pieces become a body.
import { encode } from '@msgpack/msgpack'
import { randomUUID } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { compressSync } from 'snappy'
import { exportEntry } from '#test/support/agents/journald.ts'
import { encode as encodeLoki } from '#test/support/agents/loki-proto.ts'
import { encodeProto } from '#test/support/agents/otlp-proto.ts'
import { counted } from '#test/support/agents/syslog.ts'
import type { AgentLine } from '#test/support/agents/protocol.ts'
import * as documents from './documents.ts'
import type { Json } from './documents.ts'
import { field, protoNested } from './proto-bytes.ts'

export interface Format {
  name: string
  document(line: AgentLine): Json
  piece(document: Json): Buffer
  /** The body of pieces. */
  body(pieces: readonly Buffer[]): Buffer
  /** Where the time of a record stands in its document. */
  time: readonly (string | number)[]
  /** Where attributes of a record stand: an object with texts, or a list of OTLP's pairs. */
  attributes?: readonly (string | number)[]
  /** Where a value of any depth may stand. */
  anything?: readonly (string | number)[]
  /** How deep in its document a record stands: what is less deep need not hold one. */
  recordDepth?: number
  /** Wire types are mutated in protobuf, and values in documents. */
  isProto?: true
  /** A line that is no JSON can be told from the others. */
  isLines?: true
  /** Whether a piece does not say where it ends: a line of syslog that begins with a digit is taken for a counted one. */
  isAmbiguous?(piece: Buffer): boolean
  /** Numbers need not be finite. */
  isBinary?: true
  /** All values are texts: parts of a header, or fields. */
  isText?: true
  /** A piece with 100,000 levels inside of a record, where no document has them. */
  deepPiece?(line: AgentLine): Buffer
}

const joined = (pieces: readonly Buffer[], before: string, between: string, behind: string): Buffer =>
  Buffer.concat([
    Buffer.from(before),
    ...pieces.flatMap((piece, i) => (i === 0 ? [piece] : [Buffer.from(between), piece])),
    Buffer.from(behind),
  ])

const listed = (before: string, behind: string) => (pieces: readonly Buffer[]) => joined(pieces, before, ',', behind)

const record = ['scopeLogs', 0, 'logRecords', 0] as const
const otlp = {
  document: documents.otlpDocument,
  time: [...record, 'timeUnixNano'],
  attributes: [...record, 'attributes'],
  anything: [...record, 'body', 'arrayValue'],
  recordDepth: record.length,
} as const
export const otlpJson: Format = { name: 'otlp-json', ...otlp, piece: documents.jsonOf, body: listed('{"resourceLogs":[', ']}') }

const hexToBase64 = (hex: unknown): string => (typeof hex === 'string' ? Buffer.from(hex, 'hex').toString('base64') : '')

/** Ids are bytes in protobuf. */
function withBytes(document: Json): Json {
  let of = document
  for (const name of ['traceId', 'spanId'])
    of = documents.withValue(of, [...record, name], hexToBase64(documents.valueAt(of, [...record, name])))
  return of
}

const otlpPiece = (document: Json): Buffer => encodeProto({ resourceLogs: [withBytes(document)] })
export const otlpProto: Format = {
  name: 'otlp-proto',
  ...otlp,
  isProto: true,
  piece: otlpPiece,
  body: (pieces) => Buffer.concat(pieces),
  deepPiece: (line) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64LE(line.time)
    const time = Buffer.concat([Buffer.from([0x09]), bytes])
    const deep = field(5, protoNested(100_000))
    return field(1, field(2, field(2, Buffer.concat([time, deep]))))
  },
}

const loki = { time: ['values', 0, 0], attributes: ['values', 0, 2], document: documents.lokiDocument, recordDepth: 2 } as const
export const lokiJson: Format = {
  name: 'loki-json',
  ...loki,
  anything: ['values', 0, 2, 'deep'],
  piece: documents.jsonOf,
  body: listed('{"streams":[', ']}'),
}
interface LokiDocument {
  stream: Record<string, string>
  values: [string, string, Record<string, string>][]
}
export const lokiProto: Format = {
  name: 'loki-proto',
  ...loki,
  isProto: true,
  piece: (document) => {
    const { stream, values } = document as unknown as LokiDocument
    const labels = `{${Object.entries(stream)
      .map(([name, value]) => `${/^\w+$/.test(name) ? name : JSON.stringify(name)}=${JSON.stringify(value)}`)
      .join(', ')}}`
    const entries = values.map(([time, line, metadata]) => ({
      timestamp: { seconds: String(BigInt(time) / 1_000_000_000n), nanos: Number(BigInt(time) % 1_000_000_000n) },
      line: Buffer.from(line),
      structuredMetadata: Object.entries(metadata).map(([name, value]) => ({ name, value })),
    }))
    return field(1, encodeLoki('StreamAdapter', { labels, entries }))
  },
  body: (pieces) => compressSync(Buffer.concat(pieces)),
}

export const bulk: Format = {
  name: 'bulk',
  document: documents.filebeatDocument,
  time: ['@timestamp'],
  attributes: ['kubernetes', 'labels'],
  anything: ['deep'],
  isLines: true,
  piece: documents.jsonOf,
  body: (pieces) => joined(pieces, '{"create":{}}\n', '\n{"create":{}}\n', '\n'),
}

const fluent = {
  document: documents.fluentDocument,
  time: ['time'],
  attributes: ['kubernetes', 'labels'],
  anything: ['deep'],
} as const
export const fluentJson: Format = { name: 'fluent json', ...fluent, piece: documents.jsonOf, body: listed('[', ']') }
export const fluentLines: Format = {
  name: 'fluent json_lines',
  ...fluent,
  isLines: true,
  piece: documents.jsonOf,
  body: (pieces) => joined(pieces, '', '\n', '\n'),
}
export const fluentStream: Format = {
  name: 'fluent json_stream',
  ...fluent,
  piece: documents.jsonOf,
  body: (pieces) => Buffer.concat(pieces),
}

/** Tokens of JSON as numbers. */
const tokens: Readonly<Record<string, number>> = {
  [documents.hugeNumber]: Number.POSITIVE_INFINITY,
  [documents.notANumber]: Number.NaN,
  [documents.minusInfinity]: Number.NEGATIVE_INFINITY,
}
const numbersOf = (value: Json): unknown => {
  if (typeof value === 'string') return tokens[value] ?? value
  if (Array.isArray(value)) return (value as readonly Json[]).map(numbersOf)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, numbersOf(each)]))
}
const msgpack = {
  ...fluent,
  isBinary: true,
  deepPiece: (line: AgentLine): Buffer =>
    Buffer.concat([
      Buffer.from([0x92]),
      encode(Number(line.time / 1_000_000_000n)),
      Buffer.from([0x82]),
      encode('deep'),
      nestedArrays(100_000),
      encode('log'),
      encode('x'),
    ]),
} as const
const nestedArrays = (depth: number): Buffer => Buffer.concat([Buffer.alloc(depth, 0x91), Buffer.from([0xc0])])

/** [time, record], whose time is the one in the record. */
const entryOf = (document: Json): Buffer => {
  const { time = null, ...fields } = document as Record<string, Json>
  const isDate = typeof time === 'string' && /^\d{4}-/.test(time)
  const seconds = isDate ? Math.floor(Date.parse(time) / 1000) : numbersOf(time)
  return Buffer.concat([Buffer.from([0x92]), encode(seconds), encode(numbersOf(fields))])
}
export const fluentMsgpack: Format = {
  name: 'fluent msgpack',
  ...msgpack,
  piece: entryOf,
  body: (pieces) => Buffer.concat(pieces),
}

const option = (more: object = {}): Buffer => Buffer.from(encode({ chunk: randomUUID(), ...more }))
const packedBody = (entries: Buffer, more: object): Buffer =>
  Buffer.concat([Buffer.from([0x93]), encode('app'), encode(entries), option(more)])
const listHead = (length: number): Buffer => Buffer.from([0xdc, length >> 8, length & 0xff])

export const forwardMessage: Format = {
  name: 'message',
  ...msgpack,
  piece: entryOf,
  // The time and the record stand in the event itself.
  body: (pieces) =>
    Buffer.concat(pieces.map((piece) => Buffer.concat([Buffer.from([0x94]), encode('app'), piece.subarray(1), option()]))),
}
export const forwardForward: Format = {
  name: 'forward',
  ...msgpack,
  piece: entryOf,
  body: (pieces) => Buffer.concat([Buffer.from([0x93]), encode('app'), listHead(pieces.length), ...pieces, option()]),
}
export const forwardPacked: Format = {
  name: 'packed',
  ...msgpack,
  piece: entryOf,
  body: (pieces) => packedBody(Buffer.concat(pieces), {}),
}
export const forwardGzip: Format = {
  name: 'gzip',
  ...msgpack,
  piece: entryOf,
  body: (pieces) => packedBody(gzipSync(Buffer.concat(pieces)), { compressed: 'gzip' }),
}

export const journald: Format = {
  name: 'journald',
  document: documents.journalDocument,
  time: ['__REALTIME_TIMESTAMP'],
  attributes: [],
  isText: true,
  piece: (document) => exportEntry(Object.entries(document as Record<string, string>)),
  body: (pieces) => Buffer.concat(pieces),
}

const syslogText = (document: Json): Buffer => {
  const { priority, version, time, host, app, process, id, data, text } = document as Record<string, string>
  return Buffer.from(`${priority}${version} ${time} ${host} ${app} ${process} ${id} ${data} ${text}`)
}
const syslog = {
  document: documents.syslogDocument,
  time: ['time'],
  attributes: ['data'],
  isText: true,
  piece: syslogText,
} as const
export const syslogCounted: Format = { name: 'syslog counted', ...syslog, body: counted }
export const syslogLines: Format = {
  name: 'syslog lines',
  ...syslog,
  isAmbiguous: (piece) => piece[0]! >= 0x30 && piece[0]! <= 0x39,
  body: (pieces) => joined(pieces, '', '\n', '\n'),
}

export const cri: Format = {
  name: 'cri',
  document: documents.criDocument,
  time: ['time'],
  isText: true,
  piece: (document) => {
    const { time, stream, tag, text } = document as Record<string, string>
    return Buffer.from(`${time} ${stream} ${tag} ${text}`)
  },
  body: (pieces) => joined(pieces, '', '\n', '\n'),
}
