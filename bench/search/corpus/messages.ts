// What one container writes at one moment: one line, or the lines of a stack trace. About 260 bytes in the mean.
import type { Random } from '../../storage/random.ts'
import { clientAddress, httpRequest, type HttpRequest } from './http-request.ts'
import { javaLines } from './java.ts'
import { sayings } from './sayings.ts'
import type { CorpusPod } from './pods.ts'
import type { Words } from './words.ts'

export interface Moment {
  /** RFC 3339 with ms. */
  time: string
  traceId: string
}

export interface Written {
  severity: string
  stream: 'stdout' | 'stderr'
  lines: readonly string[]
}

export function write(random: Random, words: Words, pod: CorpusPod, moment: Moment): Written {
  switch (pod.dialect) {
    case 'nginx':
      return nginx(random, pod, moment)
    case 'json':
      return json(random, words, pod, moment)
    case 'java':
      return javaLines(random, words, pod, moment)
    case 'klog':
      return klog(random, words, moment)
    case 'envoy':
      return envoy(random, pod, moment)
  }
}

const httpSeverity = ({ status }: HttpRequest): string => (status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info')

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

function nginx(random: Random, pod: CorpusPod, { time }: Moment): Written {
  const request = httpRequest(random)
  const { method, path, status, bytes, ms, agent } = request
  const local = `${time.slice(8, 10)}/${months[Number(time.slice(5, 7)) - 1]!}/${time.slice(0, 4)}:${time.slice(11, 19)} +0000`
  const from = random.next() < 0.5 ? '-' : `https://www.example.com/${pod.service}`
  const line =
    `${clientAddress(random)} - - [${local}] "${method} ${path} HTTP/1.1" ${status} ${bytes} "${from}" "${agent}" ` +
    `${(ms / 1000).toFixed(3)} ${clientAddress(random)}:8080 ${random.hex(32)}`
  return { severity: httpSeverity(request), stream: 'stdout', lines: [line] }
}

function json(random: Random, words: Words, pod: CorpusPod, { time, traceId }: Moment): Written {
  const { level, text } = sayings(random, words)
  const { path, status, ms } = httpRequest(random)
  const trace = pod.traceText ? `"trace_id":"${traceId}","span_id":"${random.hex(16)}",` : ''
  const line =
    `{"ts":"${time}","level":"${level}","logger":"${pod.service}.${words.name()}","msg":"${text}",${trace}` +
    `"path":"${path}","status":${status},"duration_ms":${ms},"request_id":"${random.uuid()}"}`
  return { severity: level, stream: level === 'error' ? 'stderr' : 'stdout', lines: [line] }
}

const klogLetters: Readonly<Record<string, string>> = { debug: 'I', info: 'I', warn: 'W', error: 'E' }

function klog(random: Random, words: Words, { time }: Moment): Written {
  const { level, text } = sayings(random, words)
  const letter = klogLetters[level]!
  const head = `${letter}${time.slice(5, 7)}${time.slice(8, 10)} ${time.slice(11, 23)}${String(random.int(1000)).padStart(3, '0')}`
  const object = `${words.name().toLowerCase()}-${random.hex(10)}-${random.hex(5)}`
  const line =
    `${head}       1 ${words.name().toLowerCase()}.go:${random.int(900)}] "${text}" controller="${words.name().toLowerCase()}" ` +
    `object="shop/${object}" reconcileID="${random.uuid()}" elapsed="${random.int(900)}ms"`
  return { severity: letter === 'I' ? 'info' : level, stream: 'stderr', lines: [line] }
}

function envoy(random: Random, pod: CorpusPod, { time, traceId }: Moment): Written {
  const request = httpRequest(random)
  const { method, path, status, bytes, ms, agent } = request
  const flags = status === 503 ? 'UF,URX' : status === 504 ? 'UT' : '-'
  const upstream = `${clientAddress(random)}:${8000 + random.int(100)}`
  const line =
    `[${time}] "${method} ${path} HTTP/2" ${status} ${flags} via_upstream - "-" ${random.int(900)} ${bytes} ${ms} ` +
    `${Math.max(0, ms - 1)} "${clientAddress(random)}" "${agent}" "${random.uuid()}" "${upstream}" ` +
    `outbound|80||${pod.service} 00-${traceId}-${random.hex(16)}-01`
  return { severity: httpSeverity(request), stream: 'stdout', lines: [line] }
}
