// Records as Fluent Bit's tail input with the `cri` parser and the kubernetes filter sends them by its http output.
import { encode, ExtData } from '@msgpack/msgpack'
import {
  escaped,
  httpProtocol,
  pathOf,
  printedText,
  rfc3339,
  tagOf,
  withText,
  type AgentLine,
  type AgentProtocol,
} from './protocol.ts'

/** The record of a line, with `{}` in place of its text, whose bytes need not be UTF-8. */
function fluentRecord(line: AgentLine): Record<string, unknown> {
  return {
    date: Number(line.time) / 1e9,
    time: rfc3339(line.time),
    stream: line.stream,
    logtag: line.isPartial === true ? 'P' : 'F',
    ...(line.offset === undefined ? {} : { offset: line.offset, path: pathOf(line) }),
    ...(line.pod === ''
      ? {}
      : {
          kubernetes: {
            namespace_name: line.namespace,
            pod_name: line.pod,
            pod_id: line.podUid,
            container_name: line.container,
            ...(line.labels === undefined ? {} : { labels: line.labels }),
          },
          restart_count: line.restart,
        }),
    ...line.attributes,
  }
}

const json = (line: AgentLine): Buffer => withText(fluentRecord(line), 'log', line.message)

const joined = (lines: readonly AgentLine[], between: string): Buffer =>
  Buffer.concat(lines.flatMap((line, i) => [Buffer.from(i === 0 ? '' : between), json(line)]))

const path = '/v1/fluent'

type Fields = Readonly<Record<string, unknown>>

/** Records of what a container printed, as Merge_Log of the kubernetes filter or a parser of JSON makes them. */
export const printedAs = (write: (line: AgentLine, record: Fields) => Buffer): AgentProtocol['printed'] => ({
  'beside the object of the kubernetes filter': {
    by: 'kubernetes',
    body: (line, fields) => write(line, { ...fields, log: line.message.toString(), ...fluentRecord(line) }),
  },
  'under a tag': {
    by: 'agent',
    body: (line, fields) => write(line, { time: rfc3339(line.time), ...fields }),
    headers: (line) => ({ 'fluent-tag': tagOf(line) }),
  },
  'beside the path of the file': {
    by: 'path',
    body: (line, fields) => write(line, { time: rfc3339(line.time), ...fields, path: pathOf(line) }),
  },
})

const printedJson = printedAs((_, record) => Buffer.from(JSON.stringify(record)))

/** Lines as the kubelet wrote them, as deploy/agents/fluent-bit/fluent-bit.yaml has the agent read them. */
export const fluentRaw = httpProtocol({
  name: 'Fluent Bit raw lines',
  path,
  type: 'application/json',
  body: (lines) =>
    Buffer.concat([
      Buffer.from('['),
      ...lines.flatMap((line, i) => [
        Buffer.from(i === 0 ? '{' : ',{'),
        Buffer.from(line.pod === '' ? '' : `"path":"${pathOf(line)}",`),
        Buffer.from(line.offset === undefined ? '' : `"offset":${line.offset},`),
        Buffer.from(`"cri":"${rfc3339(line.time)} ${line.stream} ${line.isPartial === true ? 'P' : 'F'} `),
        escaped(line.message),
        Buffer.from('","agent":"fluent-bit"}'),
      ]),
      Buffer.from(']'),
    ]),
  printed: {
    'in the line': {
      by: 'path',
      body: (line, fields) => {
        const cri = `${rfc3339(line.time)} ${line.stream} F ${printedText(line, fields)}`
        return Buffer.from(JSON.stringify([{ path: pathOf(line), cri }]))
      },
    },
  },
  lacks: ['labels', 'attributes'],
})

export const fluentJson = httpProtocol({
  name: 'Fluent Bit json',
  path,
  type: 'application/json',
  body: (lines) => Buffer.concat([Buffer.from('['), joined(lines, ','), Buffer.from(']')]),
  printed: printedJson,
})

export const fluentJsonLines = httpProtocol({
  name: 'Fluent Bit json_lines',
  path,
  type: 'application/x-ndjson',
  body: (lines) => joined(lines, '\n'),
  printed: printedJson,
})

export const fluentJsonStream = httpProtocol({
  name: 'Fluent Bit json_stream',
  path,
  type: 'application/json',
  body: (lines) => joined(lines, ''),
  printed: printedJson,
})

/** A value of msgpack with bytes as a text, which need not be UTF-8. */
function textBytes(bytes: Buffer): Buffer {
  const head = Buffer.from([0xdb, 0, 0, 0, 0])
  head.writeUInt32BE(bytes.length, 1)
  return Buffer.concat([head, bytes])
}

/** An EventTime. */
export function eventTime(ns: bigint): ExtData {
  const data = Buffer.alloc(8)
  data.writeUInt32BE(Number(ns / 1_000_000_000n))
  data.writeUInt32BE(Number(ns % 1_000_000_000n), 4)
  return new ExtData(0, data)
}

/** [[time, metadata], record], as Fluent Bit has it. */
export function entry(line: AgentLine): Buffer {
  const { date: _, time: __, ...fields } = fluentRecord(line)
  const record = encode(fields)
  // One more than the pairs of a map that has at most 14.
  record[0]!++
  return Buffer.concat([Buffer.from([0x92]), encode([eventTime(line.time), {}]), record, encode('log'), textBytes(line.message)])
}

/** [[time, metadata], record] of any record. */
const entryOf = (line: AgentLine, record: Fields): Buffer => Buffer.from(encode([[eventTime(line.time), {}], record]))

export const fluentMsgpack = httpProtocol({
  name: 'Fluent Bit msgpack',
  path,
  type: 'application/msgpack',
  body: (lines) => Buffer.concat(lines.map(entry)),
  printed: printedAs(entryOf),
})
