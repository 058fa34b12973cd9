// `npm run test:injection -- --seed N --values 10000 --sample 200`: hostile values in every parameter of every route of a
// real service. None may reach SQL but as a value: the texts of statements are of the code base alone, and the engine
// reads bound values as they were. No answer is a failure or late. Ends with exit code 1 where anything is wrong.
import { parseArgs } from 'node:util'
import pLimit from 'p-limit'
import { createIngest } from '#ingest/service.ts'
import { createProjector } from '#projector/service.ts'
import { createQuery } from '#query/service.ts'
import { createLiveRetention } from '#shared/retention/live-retention.ts'
import type { CreateService } from '#shared/start-service.ts'
import type { HttpServer } from '#shared/http/server.ts'
import { setup } from '#test/support/migrate-once.ts'
import { startTestService } from '#test/support/service.ts'
import { faultOf, intoApplication, overHttp, type Send } from './injection/answers.ts'
import { changedBindings } from './injection/bindings.ts'
import { createRecording, recordedStore } from './injection/recorded-store.ts'
import { plainRequest, requestsOf, type Stored } from './injection/requests.ts'
import { store as storeLines } from './injection/stored.ts'
import { targetsOf, type Target } from './injection/targets.ts'
import { createSourceWords, strangerIn } from './injection/texts.ts'
import { createRandom } from './storage/random.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    /** Of each parameter, into the application, whose store answers with nothing. */
    values: { type: 'string', default: '10000' },
    /** Of each parameter, over HTTP, with answers of the engine. */
    sample: { type: 'string', default: '200' },
    /** Paths and names of parameters that have this text alone. */
    only: { type: 'string', default: '' },
  },
})
const [seed, valuesEach, sampleEach] = [Number(values.seed), Number(values.values), Number(values.sample)]
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const atOnce = 4
/** A tail answers once its reader has looked for lines, half a second later. */
const tailsAtOnce = 64
const shownFaults = 40

const recording = createRecording()
let app: HttpServer | undefined
/** The service, whose statements are recorded, but those of the projector, which reads no request. */
const services: readonly CreateService[] = [
  (options) => createIngest({ ...options, store: recordedStore(recording, options.store) }),
  createProjector,
  async (options) => {
    const store = recordedStore(recording, options.store)
    const { log, clock } = options
    const retention = await createLiveRetention({
      store: recordedStore(recording, options.store, 'engine'),
      environment: options.retention.environment,
      log,
      clock,
    })
    const service = await createQuery({ ...options, store, retention })
    const first = (found: HttpServer, _: unknown, done: () => void): void => {
      app = found
      done()
    }
    return {
      ...service,
      routes: [first, ...service.routes],
      close: async () => {
        await retention[Symbol.asyncDispose]()
        await service.close()
      },
    }
  },
]

const tally = { values: 0, requests: 0, statuses: new Map<number, number>(), faults: 0, unreached: 0 }

/** Sends the values of one parameter. */
async function attack(target: Target, stored: Stored, send: Send, count: number): Promise<void> {
  const random = createRandom(seed + hashOf(`${target.method} ${target.path} ${target.place} ${target.name} ${count}`))
  const inTurn = pLimit(target.path.endsWith('/tail') ? tailsAtOnce : atOnce)
  const underWay: Promise<void>[] = []
  for (const request of requestsOf(target, stored, random, count)) {
    const one = async (): Promise<void> => {
      const fault = await send(target, request).then(
        (answer) => {
          tally.statuses.set(answer.status, (tally.statuses.get(answer.status) ?? 0) + 1)
          return faultOf(target, answer)
        },
        (error: unknown) => String(error),
      )
      tally.requests++
      if (fault !== undefined && ++tally.faults <= shownFaults)
        say(`  ${request.method} ${JSON.stringify({ ...request, method: undefined }).slice(0, 600)}\n    ${fault}`)
    }
    underWay.push(inTurn(one))
    if (underWay.length >= 500) await Promise.all(underWay.splice(0))
  }
  await Promise.all(underWay)
  tally.values += count
}

/** Of the values: a form of Loki's comes by GET and by POST, and the tenant is read in one place for all routes. */
const shareOf = ({ path, place, name }: Target): number =>
  name === 'x-scope-orgid' ? 0.1 : path.startsWith('/loki/') && place !== 'header' && !path.endsWith('/tail') ? 0.5 : 1

const hashOf = (text: string): number => Array.from(text).reduce((sum, char) => (sum * 31 + char.codePointAt(0)!) >>> 0, 7)

async function prove(): Promise<boolean> {
  say(`seed ${seed}: npm run test:injection -- --seed ${seed} --values ${valuesEach} --sample ${sampleEach}`)
  await using resources = new AsyncDisposableStack()
  resources.defer((await setup()) ?? (() => undefined))
  const env = { AFTERLOG_RETENTION: 'default=36500d', AFTERLOG_QUERY_QUEUE_MAX: '100000', AFTERLOG_QUERY_TIME_MS: '120000' }
  const service = resources.use(await startTestService(env, services))
  const { paths } = (await (await fetch(`${service.url}/openapi.json`)).json()) as { paths: Parameters<typeof targetsOf>[0] }
  const targets = targetsOf(paths).filter(({ path, name }) => `${path} ${name}`.includes(values.only))
  const http = overHttp(service.url, tailsAtOnce)
  const stored = await storeLines(service.url, targets, http)
  await checkPlain(targets, stored, http)
  const startedMs = performance.now()
  const seconds = (): string => ((performance.now() - startedMs) / 1000).toFixed(0)
  for (const [at, target] of targets.entries()) {
    const { method, path, place, name } = target
    const share = shareOf(target)
    const before = recording.withNeedle
    recording.answersFrom = 'engine'
    await attack(target, stored, http, Math.ceil(sampleEach * share))
    recording.answersFrom = 'nowhere'
    await attack(target, stored, /\/(?:tail|upload)$/.test(path) ? http : intoApplication(app!), Math.ceil(valuesEach * share))
    const reached = recording.withNeedle - before
    if (reached === 0) tally.unreached++
    say(
      `${at + 1}/${targets.length} ${method} ${path} ${place} ${name}: ${reached} statements with it as a value, after ${seconds()} s`,
    )
  }
  recording.answersFrom = 'engine'
  const bindings = await changedBindings(service.store, createRandom(seed), valuesEach)
  return verdict(targets.length, bindings)
}

/** Without a hostile value each route answers: so what is refused is refused for its value. */
async function checkPlain(targets: readonly Target[], stored: Stored, send: Send): Promise<void> {
  for (const target of targets) {
    if (target.place === 'header' || target.path === '/loki/api/v1/tail') continue
    const { status, body } = await send(target, plainRequest(target, stored))
    if (![200, 404].includes(status)) say(`? ${target.method} ${target.path} (${target.name}): ${status} ${body.slice(0, 200)}`)
  }
}

function verdict(parameters: number, bindings: Awaited<ReturnType<typeof changedBindings>>): boolean {
  const sourceWords = createSourceWords()
  const strangers = [
    ...recording.texts,
    ...[...recording.types, ...recording.settings].map((text) => [text, 'type or setting'] as const),
  ].flatMap(([text, name]) => {
    const stranger = strangerIn(text, sourceWords)
    return stranger === undefined ? [] : [`${name}: ${JSON.stringify(stranger)} in ${JSON.stringify(text.slice(0, 300))}`]
  })
  for (const stranger of strangers) say(`not of the code base: ${stranger}`)
  for (const changed of bindings.changed.slice(0, shownFaults)) say(`changed: ${changed}`)
  const statuses = [...tally.statuses]
    .toSorted(([a], [b]) => a - b)
    .map(([status, count]) => `${status}: ${count}`)
    .join(', ')
  say(`${parameters} parameters, ${tally.values} values in ${tally.requests} requests: ${statuses}`)
  say(
    `${recording.statements} statements, ${recording.withNeedle} with a hostile value bound; ${tally.unreached} parameters reach none`,
  )
  say(`${recording.texts.size} texts beside templates, ${recording.types.size} types: ${strangers.length} not of the code base`)
  say(`${bindings.values} values bound and read by the engine: ${bindings.changed.length} changed`)
  say(`seed ${seed}: ${tally.faults} faults`)
  return tally.faults + strangers.length + bindings.changed.length === 0
}

process.exitCode = (await prove()) ? 0 : 1
