// Lines that logcli is asked about, of 50 minutes that ended a few minutes ago. Each line is made of the fields that the
// cases count and filter by, so that what is due is plain code over them. Lines of one tenant have times of their own.
import type { LabelSet } from '../plain/plain-line.ts'

export interface CorpusLine {
  timeNs: bigint
  message: string
  /** All that the line's stream and its structured metadata have. */
  labels: LabelSet
  status: number
  /** In ms. */
  took: number
  level: 'info' | 'warn' | 'error'
  path: string
}

export interface Corpus {
  /** In order of time. */
  lines: readonly CorpusLine[]
  /** Of another tenant. */
  others: readonly CorpusLine[]
  startNs: bigint
  /** Behind the last line. */
  endNs: bigint
}

const second = 1_000_000_000n
const count = 3000
const pods = [
  { namespace: 'shop', pod: 'cart-7d9f8b6c5d-x2x4z', container: 'app', app: 'cart', write: json },
  { namespace: 'shop', pod: 'cart-7d9f8b6c5d-b5b6c', container: 'app', app: 'cart', write: json },
  { namespace: 'shop', pod: 'web-5c6d7f8b9-zzzz2', container: 'nginx', app: 'web', write: access },
  { namespace: 'pay', pod: 'pay-0', container: 'app', app: 'pay', write: logfmt },
  { namespace: 'pay', pod: 'pay-1', container: 'app', app: 'pay', write: logfmt },
] as const

export function makeCorpus(nowNs: bigint): Corpus {
  const startNs = (nowNs / (60n * second)) * 60n * second - 55n * 60n * second
  const endNs = startNs + BigInt(count) * second
  return { lines: linesFrom(startNs, count), others: linesFrom(startNs, 20), startNs, endNs }
}

const linesFrom = (startNs: bigint, length: number): CorpusLine[] =>
  Array.from({ length }, (_, i) => lineAt(startNs + BigInt(i) * second + BigInt((i * 7919) % 1000) * 1000n, i))

export function lineAt(timeNs: bigint, i: number): CorpusLine {
  const { write, ...where } = pods[i % pods.length]!
  const status = i % 11 === 0 ? 500 : i % 7 === 0 ? 404 : 200
  const level = status === 500 ? 'error' : status === 404 ? 'warn' : 'info'
  const path = `/${where.app}/${i % 13}`
  const fields = { status, took: (i * 37) % 1000, level, path } as const
  const message = write({ ...fields, i })
  const job = `${where.namespace}/${where.container}`
  const named = { ...where, cluster: 'prod', stream: 'stdout', job, service_name: where.app, detected_level: level }
  return { timeNs, message, labels: named, ...fields }
}

/** As a batch has it. */
export function posted({ timeNs, message, labels, level }: CorpusLine): object {
  const { cluster, namespace, pod, container, stream, app } = labels
  return { time: String(timeNs), cluster, namespace, pod, container, stream, severity: level, message, labels: { app } }
}

type Fields = Pick<CorpusLine, 'status' | 'took' | 'level' | 'path'> & { i: number }

function json({ status, took, level, path, i }: Fields): string {
  return JSON.stringify({ level, path, status, took: `${took}ms`, user: { id: i % 5 }, msg: `<handled> & done ${i}` })
}

function access({ status, took, path, i }: Fields): string {
  return `10.0.${i % 3}.${i % 250} - - "GET ${path} HTTP/1.1" ${status} ${took}`
}

function logfmt({ status, took, level, path, i }: Fields): string {
  return `level=${level} path=${path} status=${status} took=${took}ms msg="größe 支払い ${i}"`
}
