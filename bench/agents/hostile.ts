// Hostile bodies over every protocol of agents and every format on Kafka, against real services: truncated at every kind
// of place, wrong types at every field, bombs of 10 GB, 100,000 levels, a million fields, bytes that are not UTF-8, and
// times that are none. A case fails on a 5xx but 503, on no answer, on more than 1.5 GB, on /healthz above 200 ms at p99,
// and where a record that can be read is lost. Ends with 1 where one fails.
// Run by hand: node bench/agents/hostile.ts [--seed 1] [--only 'Loki'] [--case times] [--reasons] [--without-kafka]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { freePort } from '#test/support/kafka/free-port.ts'
import { openClient } from '#test/support/kafka/produce.ts'
import { startKafka } from '#test/support/kafka/start.ts'
import { createTopics } from '#test/support/kafka/topics.ts'
import { spawnService, type ServiceProcess } from '#test/support/service-process.ts'
import { startEnv } from '../load/start-env.ts'
import { bombs, compressedChunk, nestedChunk } from './hostile/bombs.ts'
import { casesOf, goodBody, type Case } from './hostile/cases.ts'
import { criPath, lineOf } from './hostile/documents.ts'
import * as formats from './hostile/formats.ts'
import { runCase, type Result } from './hostile/run-case.ts'
import * as targets from './hostile/targets.ts'
import type { Target } from './hostile/targets.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    only: { type: 'string', default: '' },
    case: { type: 'string', default: '' },
    reasons: { type: 'boolean', default: false },
    'without-kafka': { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const table: string[] = []
const work = await mkdtemp(join(tmpdir(), 'afterlog-hostile-'))
let tenants = 0

const refused = (body: Buffer, encoding?: string): Case['variants'][number] => ({
  body,
  good: [],
  isWalkable: false,
  isRefused: true,
  ...(encoding === undefined ? {} : { encoding }),
})

/** Compressed bodies without their ends, and one whose connection ends before it does. */
function cutShort({ format }: Target): Case {
  const { body } = goodBody(format)
  const variants = [gzipSync(body), zstdCompressSync(body)].flatMap((bytes, i) =>
    Array.from({ length: 20 }, (_, place) =>
      refused(bytes.subarray(0, Math.floor((bytes.length * (place + 0.5)) / 20)), i === 0 ? 'gzip' : 'zstd'),
    ),
  )
  return { name: 'compressed, cut short', variants: [...variants, { ...refused(body), isCut: true }] }
}

function bombsOf(target: Target): Case[] {
  if (target.hasEncoding)
    return [cutShort(target), ...bombs.map(({ name, bytes, encoding }) => ({ name, variants: [refused(bytes, encoding)] }))]
  if (target.format === formats.forwardGzip) {
    const ofForward = bombs.filter(({ encoding }) => encoding === 'gzip' || encoding === 'zstd')
    return [
      ...ofForward.map(({ name, bytes, encoding }) => ({ name, variants: [refused(compressedChunk(bytes, encoding))] })),
      { name: 'gzip in gzip, 100 deep', variants: [refused(nestedChunk(ofForward[0]!.bytes))] },
    ]
  }
  if (target.format !== formats.lokiProto) return []
  return bombs.filter(({ encoding }) => encoding === 'snappy').map(({ name, bytes }) => ({ name, variants: [refused(bytes)] }))
}

const row = (cells: readonly (string | number)[]): string => {
  const [target, name, answers, seconds, peak, health, verdict] = cells.map(String)
  return (
    `${target!.padEnd(24)} ${name!.padEnd(26)} ${answers!.padEnd(30)} ${seconds!.padStart(6)} ${peak!.padStart(6)} ` +
    `${health!.padStart(7)}  ${verdict}`
  )
}
const head = row(['protocol', 'case', 'answers', 's', 'MiB', 'p99 ms', 'verdict'])

function report(target: Target, name: string, { answers, seconds, peakMiB, healthMsP99, problems, reasons }: Result): void {
  const cells = [target.name, name, answers, seconds.toFixed(1), peakMiB, healthMsP99.toFixed(0)]
  const verdict = problems.length === 0 ? 'ok' : problems.map((problem) => problem.replace(/;.*\)$/s, ')')).join('; ')
  table.push(row([...cells, verdict]))
  say(row([...cells, problems.length === 0 ? 'ok' : `FAILED ${problems.join('\n    ')}`]))
  if (values.reasons) for (const reason of reasons) say(`    ${reason.slice(0, 220)}`)
  if (problems.length > 0) process.exitCode = 1
}

async function run(service: ServiceProcess, target: Target): Promise<void> {
  if (!target.name.toLowerCase().includes(values.only.toLowerCase())) return
  for (const each of target.isOfCodecs === true ? batchesOfCodecs() : [...casesOf(target.format, seed), ...bombsOf(target)])
    if (each.name.includes(values.case)) report(target, each.name, await quietest(service, target, each))
}

/** Batches that a producer compresses a thousandfold. */
function batchesOfCodecs(): Case[] {
  const zeros = Buffer.alloc(400_000_000, 0x20)
  return targets.codecs.map((codec) => ({ name: `a batch of 400 MB, ${codec}`, variants: [refused(zeros, codec)] }))
}

/** Other work of the machine holds up answers too: a case that only was slow is run again, up to twice. */
async function quietest(service: ServiceProcess, target: Target, of: Case): Promise<Result> {
  let best = await runCase(service, target, of, target.tenant ?? `t${tenants++}`)
  for (let again = 0; again < 2 && best.isOnlySlow; again++) {
    const next = await runCase(service, target, of, target.tenant ?? `t${tenants++}`)
    if (next.healthMsP99 < best.healthMsP99 || next.problems.length > best.problems.length) best = next
  }
  return best
}

const isAsked = (...names: string[]): boolean =>
  names.some(
    (name) => name.toLowerCase().includes(values.only.toLowerCase()) || values.only.toLowerCase().startsWith(name.toLowerCase()),
  )

/** A service of its own, so that no case has the memory of another protocol's. */
async function withService(env: Record<string, string>, make: (url: string) => Target[]): Promise<void> {
  await using service = spawnService({ dataDir: await mkdtemp(join(work, 'data-')), env: { ...startEnv, ...env } })
  const url = await service.serving
  let ended = ''
  void service.exited.then(
    ({ code, signal }) => (ended = `the service ended: ${code ?? signal} ${service.stderr().slice(-2000)}`),
  )
  try {
    for (const target of make(url)) await run(service, target)
  } catch (error) {
    say(`${ended} ${(error as Error).stack}`)
    process.exitCode = 1
  }
}

const http = (url: string, name: string, path: string, type: string, format: formats.Format): Target =>
  targets.httpTarget({ url, name, path, type, format })

async function overHttp(): Promise<void> {
  const protobuf = 'application/x-protobuf'
  const json = 'application/json'
  const grpcPort = await freePort()
  if (isAsked('OTLP'))
    await withService({ AFTERLOG_LISTEN_OTLP_GRPC: `127.0.0.1:${grpcPort}` }, (url) => [
      http(url, 'OTLP protobuf', '/v1/logs', protobuf, formats.otlpProto),
      http(url, 'OTLP JSON', '/v1/logs', json, formats.otlpJson),
      targets.grpcTarget(grpcPort, formats.otlpProto),
    ])
  if (isAsked('Loki'))
    await withService({}, (url) => [
      http(url, 'Loki protobuf', '/loki/api/v1/push', protobuf, formats.lokiProto),
      http(url, 'Loki JSON', '/loki/api/v1/push', json, formats.lokiJson),
    ])
  if (isAsked('Elasticsearch', 'journald'))
    await withService({}, (url) => [
      http(url, 'Elasticsearch bulk', '/_bulk', 'application/x-ndjson', formats.bulk),
      http(url, 'journald', '/upload', 'application/vnd.fdo.journal', formats.journald),
    ])
  if (isAsked('Fluent'))
    await withService({}, (url) => [
      http(url, 'Fluent json', '/v1/fluent', json, formats.fluentJson),
      http(url, 'Fluent json_lines', '/v1/fluent', json, formats.fluentLines),
      http(url, 'Fluent json_stream', '/v1/fluent', json, formats.fluentStream),
      http(url, 'Fluent msgpack', '/v1/fluent', 'application/msgpack', formats.fluentMsgpack),
    ])
}

async function overSockets(): Promise<void> {
  const address = { port: await freePort(), sharedKey: 'the key' }
  const forwardEnv = { AFTERLOG_LISTEN_FORWARD: `127.0.0.1:${address.port}`, AFTERLOG_FORWARD_SHARED_KEY: address.sharedKey }
  const { forwardMessage, forwardForward, forwardPacked, forwardGzip, syslogCounted, syslogLines } = formats
  if (isAsked('Forward'))
    await withService(forwardEnv, () =>
      [forwardMessage, forwardForward, forwardPacked, forwardGzip].map((format) => targets.forwardTarget(address, format)),
    )
  const port = await freePort()
  if (isAsked('syslog'))
    await withService({ AFTERLOG_LISTEN_SYSLOG: `127.0.0.1:${port}` }, (url) => [
      http(url, 'syslog HTTP', '/v1/syslog', 'text/plain', syslogLines),
      targets.syslogTcpTarget(port, syslogCounted),
      targets.syslogTcpTarget(port, syslogLines),
      targets.syslogUdpTarget(port, syslogCounted),
    ])
}

async function overKafka(): Promise<void> {
  const byTopic = {
    'otlp-proto': formats.otlpProto,
    'otlp-json': formats.otlpJson,
    'loki-proto': formats.lokiProto,
    'loki-json': formats.lokiJson,
    bulk: formats.bulk,
    fluent: formats.fluentJson,
    filebeat: formats.bulk,
    vector: formats.fluentLines,
    logstash: formats.fluentLines,
    'fluent-msgpack': formats.fluentMsgpack,
    journald: formats.journald,
    syslog: formats.syslogCounted,
    cri: formats.cri,
  } as const
  const bytesMax = String(64 * 1024 * 1024)
  await using kafka = await startKafka({ properties: { 'message.max.bytes': bytesMax } })
  const topics = Object.keys(byTopic)
  await createTopics(
    kafka.brokers,
    [...topics, 'native', 'lifecycle'].map((topic) => ({ topic })),
  )
  await using client = await openClient(kafka.brokers)
  const env = {
    AFTERLOG_KAFKA_BROKERS: kafka.brokers,
    AFTERLOG_KAFKA_TOPICS: [...topics, 'native', 'lifecycle'].map((topic) => `${topic}:${topic}`).join(','),
  }
  await withService(env, () => [
    ...Object.entries(byTopic).map(([topic, format]) => {
      // Filebeat's documents stand alone on Kafka.
      const of =
        topic === 'filebeat' ? { ...formats.fluentLines, document: formats.bulk.document, time: formats.bulk.time } : format
      return targets.kafkaTarget(client, topic, of, topic === 'cri' ? criPath(lineOf('', 0n)) : undefined)
    }),
    targets.kcatTarget(kafka.brokers, 'fluent', formats.fluentLines),
  ])
}

say(`seed ${seed}`)
say(head)
try {
  await overHttp()
  await overSockets()
  if (!values['without-kafka'] && isAsked('Kafka')) await overKafka()
} finally {
  await rm(work, { recursive: true, force: true })
}
say(`\nseed ${seed}\n${head}\n${table.join('\n')}`)
say(`${table.length} cases, ${table.filter((line) => !line.endsWith(' ok')).length} failed`)
process.exit()
