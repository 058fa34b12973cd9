// A protocol of agents as the tests of all protocols use it: lines go in as an agent of that protocol sends them.
import type { Poster } from '#test/support/lines.ts'

/** A line as an agent has read it. */
export interface AgentLine {
  /** ns since 1970, or undefined for a record without a time. */
  time: bigint
  /** Bytes that need not be UTF-8. */
  message: Buffer
  namespace: string
  /** '' for a record that does not say whose line it is. */
  pod: string
  podUid: string
  container: string
  restart: number
  stream: 'stdout' | 'stderr'
  /** Where the line starts in its file. */
  offset?: number
  /** A fragment with which its line does not end. */
  isPartial?: boolean
  labels?: Record<string, string>
  attributes?: Record<string, string>
}

export interface Sent {
  status: number
  /** The answer, as text. */
  body: string
}

/** What a container printed, with the fields that its agent made of it, among what the agent itself says of the line. */
export interface Printed {
  /** How the agent says whose line it is: beside the record, in an object `kubernetes`, or by a path. */
  by: 'agent' | 'kubernetes' | 'path'
  body(line: AgentLine, fields: Readonly<Record<string, unknown>>): Buffer
  headers?(line: AgentLine): Record<string, string>
}

export interface AgentProtocol {
  name: string
  /** What makes a service take it, where it has a socket of its own. */
  env?: Record<string, string>
  send(at: Poster, lines: readonly AgentLine[]): Promise<Sent>
  /** Sends bytes as the body of such a request. */
  sendBytes(at: Poster, body: Buffer, headers?: Record<string, string>): Promise<Sent>
  /** A body as `send` sends it. */
  body(lines: readonly AgentLine[]): Buffer
  /** By the place where agents of the protocol put what they parsed. */
  printed: Readonly<Record<string, Printed>>
  /** What the protocol has no room for. */
  lacks?: readonly ('labels' | 'attributes' | 'bytes' | 'fragments' | 'offset' | 'nanoseconds' | 'unknown severity' | 'answers')[]
}

/** An agent's HTTP request of a protocol. */
export function httpProtocol({
  name,
  path,
  type,
  body,
  printed,
  lacks = [],
}: Pick<AgentProtocol, 'name' | 'body' | 'printed' | 'lacks'> & { path: string; type: string }): AgentProtocol {
  const sendBytes: AgentProtocol['sendBytes'] = async ({ url, tenant }, bytes, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      body: new Uint8Array(bytes),
      headers: { 'content-type': type, 'x-scope-orgid': tenant, ...headers },
    })
    return { status: response.status, body: await response.text() }
  }
  return { name, body, printed, lacks, sendBytes, send: (at, lines) => sendBytes(at, body(lines)) }
}

export const pathOf = ({ namespace, pod, podUid, container, restart }: AgentLine): string =>
  `/var/log/pods/${namespace}_${pod}_${podUid}/${container}/${restart}.log`

/** The tag that Fluent Bit and Fluentd make of it. */
export const tagOf = (line: AgentLine): string => `kube${pathOf(line).replaceAll('/', '.')}`

/** The text of a line that an application wrote as JSON. */
export const printedText = (line: AgentLine, fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ log: line.message.toString(), stream: line.stream, logtag: 'F', ...fields })

/** A line with all that says whose it is. Its text need not be UTF-8. */
export const agentLine = (time: bigint, message: string | Buffer, more: Partial<AgentLine> = {}): AgentLine => ({
  time,
  message: Buffer.from(message as string),
  namespace: 'shop',
  pod: 'cart-7d9f',
  podUid: '5b0c6a3e-3f0c-4d25-9f3a-6f2f8f4a1c11',
  container: 'app',
  restart: 2,
  stream: 'stderr',
  ...more,
})

export function rfc3339(ns: bigint): string {
  const date = new Date(Number(ns / 1_000_000n))
  return `${date.toISOString().slice(0, 19)}.${String(ns % 1_000_000_000n).padStart(9, '0')}Z`
}

/** An object as JSON with a text behind its fields, whose bytes stay as they are, as agents leave them. */
export const withText = (fields: Readonly<Record<string, unknown>>, name: string, text: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify(fields).slice(0, -1)},"${name}":"`), escaped(text), Buffer.from('"}')])

/** A text in a JSON string, with its own bytes. */
export function escaped(message: Buffer): Buffer {
  const text = message
    .toString('latin1')
    .replaceAll(/["\\]/g, String.raw`\$&`)
    .replaceAll('\n', String.raw`\n`)
  return Buffer.from(text, 'latin1')
}
