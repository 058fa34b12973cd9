// Records of agents as documents: nested values that a format writes as bytes, so that one generator makes hostile ones
// for all formats. A text may hold bytes and JSON that no value has: `raw` puts them in place of marks of equal length.
import { agentLine, pathOf, rfc3339, type AgentLine } from '#test/support/agents/protocol.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }
type Path = readonly (string | number)[]

/** As long as `notUtf8`. */
export const notUtf8Mark = '~~~~'
const notUtf8 = Buffer.from([0xff, 0xc3, 0x80, 0xfe])
/** Stands, with its quotes, for a token that JSON.stringify does not write. */
export const tokenMark = (token: string): string => `@@${token}@@`

/** Tokens of JSON that no value has. */
export const [hugeNumber, notANumber, minusInfinity] = ['1e400', 'NaN', '-Infinity'].map(tokenMark) as [string, string, string]

export const jsonOf = (document: Json): Buffer =>
  Buffer.from(JSON.stringify(document).replaceAll(/"@@([^@]*)@@"/g, (_, token: string) => JSON.parse(`"${token}"`) as string))

/** The bytes with others than UTF-8 in place of their marks. */
export function withRaw(bytes: Buffer): Buffer {
  const raw = Buffer.from(bytes)
  for (let at = raw.indexOf(notUtf8Mark); at >= 0; at = raw.indexOf(notUtf8Mark, at + 4)) notUtf8.copy(raw, at)
  return raw
}

/** The path of every value inside, the innermost ones last. */
export function* pathsOf(document: Json, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path
  if (typeof document !== 'object' || document === null) return
  for (const [key, value] of Object.entries(document)) {
    const step = Array.isArray(document) ? Number(key) : key
    yield* pathsOf(value, [...path, step])
  }
}

export const valueAt = (document: Json, path: Path): Json =>
  path.reduce<Json>((value, step) => (value as Record<string | number, Json>)[step]!, document)

/** The document with another value at a path, which it need not have. */
export function withValue(document: Json, [step, ...rest]: Path, value: Json): Json {
  if (step === undefined) return value
  if (Array.isArray(document))
    return (document as readonly Json[]).map((each, i) => (i === step ? withValue(each, rest, value) : each))
  const of = document as Record<string, Json>
  return { ...of, [step]: withValue(of[step] ?? {}, rest, value) }
}

/** The document with another name of the value at a path; the same one where that has no name. */
export function renamed(document: Json, [step, ...rest]: Path, name: string): Json {
  if (Array.isArray(document))
    return (document as readonly Json[]).map((each, i) => (i === step ? renamed(each, rest, name) : each))
  return Object.fromEntries(
    Object.entries(document as Record<string, Json>).map(([key, value]) => {
      if (key !== step) return [key, value]
      return rest.length === 0 ? [name, value] : [key, renamed(value, rest, name)]
    }),
  )
}

/** A line of a pod with all that agents say of one. */
export const lineOf = (message: string, time: bigint): AgentLine =>
  agentLine(time, message, { labels: { app: 'cart' }, attributes: { order: 'o-17' } })

const texts = (values: Record<string, string | number>): Json =>
  Object.entries(values).map(([key, value]) => ({ key, value: { stringValue: String(value) } }))

/** An element of resourceLogs. */
export const otlpDocument = (line: AgentLine): Json => ({
  resource: {
    attributes: texts({
      'k8s.namespace.name': line.namespace,
      'k8s.pod.name': line.pod,
      'k8s.pod.uid': line.podUid,
      'k8s.container.name': line.container,
      'k8s.container.restart_count': line.restart,
    }),
  },
  scopeLogs: [
    {
      scope: { name: 'app', version: '1', attributes: texts({ of: 'scope' }) },
      logRecords: [
        {
          timeUnixNano: String(line.time),
          observedTimeUnixNano: String(line.time),
          severityNumber: 9,
          severityText: 'INFO',
          body: { stringValue: line.message.toString() },
          attributes: texts({ 'log.iostream': line.stream, order: 'o-17' }),
          traceId: '5b8efff798038103d269b633813fc60c',
          spanId: 'eee19b7ec3c1b174',
          flags: 1,
        },
      ],
    },
  ],
})

/** An element of streams. */
export const lokiDocument = (line: AgentLine): Json => ({
  stream: { namespace: line.namespace, pod: line.pod, container: line.container, stream: line.stream, app: 'cart' },
  values: [[String(line.time), line.message.toString(), { pod_uid: line.podUid, restart_count: '2', order: 'o-17' }]],
})

/** A record of Fluent Bit with the kubernetes filter. */
export const fluentDocument = (line: AgentLine): Json => ({
  time: rfc3339(line.time),
  stream: line.stream,
  logtag: 'F',
  log: line.message.toString(),
  kubernetes: {
    namespace_name: line.namespace,
    pod_name: line.pod,
    pod_id: line.podUid,
    container_name: line.container,
    labels: { app: 'cart' },
  },
  order: { id: 'o-17', lines: [1, 2] },
})

/** A document of Filebeat. */
export const filebeatDocument = (line: AgentLine): Json => ({
  '@timestamp': rfc3339(line.time),
  message: line.message.toString(),
  stream: line.stream,
  log: { file: { device_id: '64768', inode: '131907' } },
  kubernetes: {
    namespace: line.namespace,
    pod: { name: line.pod, uid: line.podUid },
    container: { name: line.container },
    labels: { app: 'cart' },
  },
})

/** Fields of an entry of the journal. */
export const journalDocument = (line: AgentLine): Json => ({
  __CURSOR: `s=a0;i=${line.time % 1_000_000_007n};b=b0;m=1;t=1;x=1`,
  __REALTIME_TIMESTAMP: String(line.time / 1000n),
  PRIORITY: '3',
  CONTAINER_NAME: `k8s_${line.container}_${line.pod}_${line.namespace}_${line.podUid}_${line.restart}`,
  _HOSTNAME: 'node-7',
  ORDER: 'o-17',
  MESSAGE: line.message.toString(),
})

/** Parts of a message of RFC 5424. */
export const syslogDocument = (line: AgentLine): Json => ({
  priority: '<14>',
  version: '1',
  time: rfc3339(line.time),
  host: 'node-7',
  app: 'cart',
  process: '77',
  id: 'ID47',
  data: '[order@0 id="o-17"]',
  text: line.message.toString(),
})

/** Parts of a line in a file of the kubelet. */
export const criDocument = (line: AgentLine): Json => ({
  time: rfc3339(line.time),
  stream: line.stream,
  tag: 'F',
  text: line.message.toString(),
})

export const criPath = (line: AgentLine): string => pathOf(line)
