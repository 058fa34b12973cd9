// What one container writes at one moment: one line, or the lines of a stack trace. About 260 bytes in the mean.
import type { Random } from '../../storage/random.ts'
import { clientAddress, httpRequest, upstreamAddress, type HttpRequest } from './http-request.ts'
import { createStacks, javaLines } from './java.ts'
import { sayings } from './sayings.ts'
import type { CorpusPod } from './pods.ts'
import { createWords, type Words } from './words.ts'

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

export type Writer = (pod: CorpusPod, moment: Moment) => Written

export function createWriter(random: Random): Writer {
  const words = createWords(random)
  const stacks = createStacks(random, words)
  return (pod, moment) => {
    switch (pod.dialect) {
      case 'nginx':
        return nginx(random, pod, moment)
      case 'json':
        return json(random, words, pod, moment)
      case 'java':
        return javaLines({ random, words, stacks, pod, ...moment })
      case 'klog':
        return klog(random, words, moment)
      case 'envoy':
        return envoy(random, pod, moment)
    }
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
    `${(ms / 1000).toFixed(3)} ${upstreamAddress(random)}:8080 ${random.hex(32)}`
  return { severity: httpSeverity(request), stream: 'stdout', lines: [line] }
}

function json(random: Random, words: Words, pod: CorpusPod, { time, traceId }: Moment): Written {
  const { level, text } = sayings(random, words)
  const { method, path, status, ms } = httpRequest(random)
  const ids = pod.traceText
    ? `"trace_id":"${traceId}","span_id":"${random.hex(16)}"`
    : `"request_id":"${random.uuid()}","attempt":1`
  const line =
    `{"ts":"${time}","level":"${level}","logger":"com.example.${pod.service}.${words.name()}","msg":"${text}",${ids},` +
    `"http":{"method":"${method}","path":"${path}","status":${status}},"duration_ms":${ms},"user_id":${random.int(50_000)}}`
  return { severity: level, stream: level === 'error' ? 'stderr' : 'stdout', lines: [line] }
}

const klogLetters: Readonly<Record<string, string>> = { debug: 'I', info: 'I', warn: 'W', error: 'E' }

function klog(random: Random, words: Words, { time }: Moment): Written {
  const { level, text } = sayings(random, words)
  const letter = klogLetters[level]!
  const head = `${letter}${time.slice(5, 7)}${time.slice(8, 10)} ${time.slice(11, 23)}${String(random.int(1000)).padStart(3, '0')}`
  const line =
    `${head}       1 ${words.place()}] "${text}" controller="${words.name().toLowerCase()}" ` +
    `object="shop/${words.object()}" reconcileID="${random.uuid()}" elapsed="${random.int(900)}ms"`
  return { severity: letter === 'I' ? 'info' : level, stream: 'stderr', lines: [line] }
}

function envoy(random: Random, pod: CorpusPod, { time, traceId }: Moment): Written {
  const request = httpRequest(random)
  const { method, path, status, bytes, ms, agent } = request
  const flags = status === 503 ? 'UF,URX' : status === 504 ? 'UT' : '-'
  const upstream = `${upstreamAddress(random)}:8080`
  const line =
    `[${time}] "${method} ${path} HTTP/2" ${status} ${flags} via_upstream - "-" ${random.int(900)} ${bytes} ${ms} ` +
    `${Math.max(0, ms - 1)} "${clientAddress(random)}" "${agent}" "${random.uuid()}" "${upstream}" ` +
    `outbound|80||${pod.service} 00-${traceId}-${random.hex(16)}-01`
  return { severity: httpSeverity(request), stream: 'stdout', lines: [line] }
}
