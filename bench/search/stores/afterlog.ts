// Afterlog as people run it: `npm start` in a directory, batches as an agent posts them, questions through its API.
import { mkdir } from 'node:fs/promises'
import { spawnService } from '#test/support/service-process.ts'
import { startEnv } from '../../load/start-env.ts'
import type { Answer } from '../answers.ts'
import { ask as exchange, post } from '../exchange.ts'
import type { Ask, Where } from '../questions.ts'
import { mergeParts } from './merge-parts.ts'
import type { RunningStore, Store, StoreRequest, TimeRange } from './store.ts'

const batchesPath = '/v1/batches'

export interface AfterlogOptions {
  /** Whose service it is. */
  checkout: string
  env?: Readonly<Record<string, string>>
}

export const afterlog = ({ checkout, env }: AfterlogOptions): Store => ({
  name: 'afterlog',
  collapses: true,
  start: (dataDir) => startAfterlog({ dataDir, checkout, ...(env === undefined ? {} : { env }) }),
  merge: mergeParts,
})

export async function startAfterlog(options: AfterlogOptions & { dataDir: string }): Promise<RunningStore> {
  const { dataDir, checkout, env } = options
  await mkdir(dataDir, { recursive: true })
  // The corpus is as old as it is.
  const service = spawnService({ dataDir, checkout, env: { ...startEnv, AFTERLOG_RETENTION: 'default=100y', ...env } })
  const url = await service.serving
  return {
    pid: service.pid,
    url,
    async insert(batch) {
      const text = await post(url, batchesPath, batch, { 'content-type': 'application/x-ndjson' })
      const { rejected, rejects } = JSON.parse(text) as { rejected: number; rejects: unknown[] }
      if (rejected > 0) throw new Error(`Afterlog rejected ${rejected} records: ${JSON.stringify(rejects[0])}`)
    },
    flush: () => Promise.resolve(),
    persist: () => Promise.resolve(),
    backlog: async () => backlogOf((await exchange(url, { method: 'GET', path: '/metrics' })).text),
    requestOf: (ask, range) => requestOf(url, ask, range),
    read,
    async stop() {
      service.kill('SIGTERM')
      await service.exited
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  }
}

/** Pods whose lines the projector has still to count. */
const backlogOf = (metrics: string): number => Number(/^afterlog_projector_backlog (\d+)$/m.exec(metrics)?.[1] ?? Number.NaN)

async function requestOf(url: string, ask: Ask, { from, to }: TimeRange): Promise<StoreRequest> {
  const get = (path: string, more: Record<string, string>): StoreRequest => ({
    method: 'GET',
    path: `${path}?${new URLSearchParams({ ...parameters(ask.where), ...more, from, to }).toString()}`,
  })
  switch (ask.kind) {
    case 'newest': {
      let [request, skipped] = [get('/v1/logs', { limit: String(ask.limit) }), 0]
      while (skipped < ask.skip) {
        const { next } = JSON.parse((await exchange(url, request)).text) as { next: string }
        skipped += ask.limit
        request = get('/v1/logs', { limit: String(ask.limit), cursor: next })
      }
      return request
    }
    case 'count':
      return get('/v1/logs/histogram', { step: '1d' })
    case 'buckets':
      return get('/v1/logs/histogram', { step: `${ask.stepSeconds}s` })
    case 'groups':
      return get(`/v1/fields/${ask.by}/values`, ask.top === undefined ? {} : { limit: String(ask.top) })
  }
}

function parameters({ namespace, pod, severity, word, phrase, substring, expression, traceId }: Where): Record<string, string> {
  const searches = [
    word,
    phrase === undefined ? undefined : `"${phrase}"`,
    // Text within words is found by an expression.
    substring === undefined ? undefined : `/${substring}/`,
    expression === undefined ? undefined : `/${expression}/`,
  ].filter((search) => search !== undefined)
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(pod === undefined ? {} : { pod }),
    ...(severity === undefined ? {} : { severity }),
    ...(traceId === undefined ? {} : { traceId }),
    ...(searches.length === 0 ? {} : { q: searches.join(' ') }),
  }
}

interface LogsAnswer {
  lines: { time: string; pod: string; message: string }[]
  stats?: { rowsRead?: number }
}
interface CountsAnswer {
  buckets: { time: string; total: number }[]
}
interface ValuesAnswer {
  values: { value: string; count: number }[]
}

function read(ask: Ask, text: string): { answer: Answer; rowsRead?: number } {
  switch (ask.kind) {
    case 'newest': {
      const { lines, stats } = JSON.parse(text) as LogsAnswer
      return { answer: { kind: 'newest', lines }, ...(stats?.rowsRead === undefined ? {} : { rowsRead: stats.rowsRead }) }
    }
    case 'count': {
      const { buckets } = JSON.parse(text) as CountsAnswer
      return { answer: { kind: 'count', count: buckets.reduce((sum, { total }) => sum + total, 0) } }
    }
    case 'buckets': {
      const { buckets } = JSON.parse(text) as CountsAnswer
      const entries = buckets.map(({ time, total }) => [String(Date.parse(time) / 1000), total] as const)
      return { answer: { kind: 'buckets', buckets: Object.fromEntries(entries) } }
    }
    case 'groups': {
      const { values } = JSON.parse(text) as ValuesAnswer
      return { answer: { kind: 'groups', groups: Object.fromEntries(values.map(({ value, count }) => [value, count])) } }
    }
  }
}
