// VictoriaLogs, the leanest peer, with its defaults: the same NDJSON through its own insert path, questions in LogsQL.
// https://docs.victoriametrics.com/victorialogs/
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '#test/support/kafka/free-port.ts'
import { cpuSeconds } from '../../load/process-cost.ts'
import type { Answer } from '../answers.ts'
import { ask as exchange, post } from '../exchange.ts'
import type { Ask, Where } from '../questions.ts'
import { buildVictoriaLogs } from './build-victorialogs.ts'
import type { RunningStore, Store, StoreRequest, TimeRange } from './store.ts'

const insertPath = '/insert/jsonline?_stream_fields=namespace,pod,container&_time_field=time&_msg_field=message'

/** The binary is built where it is not yet. */
export const victoriaLogs = (): Store => ({ name: 'victorialogs', collapses: false, start, merge })

async function start(dataDir: string): Promise<RunningStore> {
  const binary = await buildVictoriaLogs()
  await mkdir(dataDir, { recursive: true })
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const args = [`-httpListenAddr=127.0.0.1:${port}`, `-storageDataPath=${dataDir}`, '-retentionPeriod=100y']
  const child = spawn(binary, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-4000)))
  const exited = once(child, 'close')
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal)
    await exited
  }
  const get = async (path: string): Promise<string> => (await exchange(url, { method: 'GET', path })).text
  while (
    !(await get('/health').then(
      () => true,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`VictoriaLogs ended: ${said}`)
    await sleep(20)
  }
  return {
    pid: child.pid!,
    url,
    insert: async (batch) => void (await post(url, insertPath, batch, { 'content-type': 'application/stream+json' })),
    flush: async () => void (await get('/internal/force_flush')),
    // It acknowledges what it has in memory, and writes that within 5 s.
    async persist() {
      while (!/^vl_storage_rows\{type="storage\/inmemory"\} 0$/m.test(await get('/metrics'))) await sleep(100)
    },
    backlog: () => Promise.resolve(0),
    requestOf: (ask, range) => Promise.resolve(requestOf(ask, range)),
    read: (ask, text) => ({ answer: read(ask, text) }),
    stop: () => stop('SIGTERM'),
    [Symbol.asyncDispose]: () => stop('SIGKILL'),
  }
}

/** A forced merge runs in the background: its end is in the metrics. */
async function merge(dataDir: string): Promise<number> {
  await using store = await start(dataDir)
  const before = cpuSeconds(store.pid)
  const get = async (path: string): Promise<string> => (await exchange(store.url, { method: 'GET', path })).text
  await get('/internal/force_merge')
  do await sleep(200)
  while (!/^vl_active_force_merges 0$/m.test(await get('/metrics')))
  const took = cpuSeconds(store.pid) - before
  await store.stop()
  return took
}

function requestOf(ask: Ask, { from, to }: TimeRange): StoreRequest {
  const get = (path: string, query: string, more: Record<string, string> = {}): StoreRequest => ({
    method: 'GET',
    // Both ends are inclusive.
    path: `/select/logsql/${path}?${new URLSearchParams({ query, start: from, end: justBefore(to), ...more }).toString()}`,
  })
  const where = filter(ask.where)
  switch (ask.kind) {
    case 'newest':
      return get('query', where, { limit: String(ask.limit), ...(ask.skip === 0 ? {} : { offset: String(ask.skip) }) })
    case 'count':
      return get('query', `${where} | stats count() lines`)
    case 'buckets':
      return get('hits', where, { step: `${ask.stepSeconds}s` })
    case 'groups': {
      const top = ask.top === undefined ? '' : ` | sort by (lines desc) limit ${ask.top}`
      return get('query', `${where} | stats by (${ask.by}) count() lines${top}`)
    }
  }
}

const justBefore = (to: string): string => `${new Date(Date.parse(to) - 1).toISOString().slice(0, 23)}999999Z`

function filter({ namespace, pod, severity, word, phrase, substring, expression, traceId }: Where): string {
  const stream = { namespace, pod }
  const labels = Object.entries(stream).flatMap(([name, value]) => (value === undefined ? [] : [`${name}="${value}"`]))
  const filters = [
    labels.length === 0 ? undefined : `{${labels.join(',')}}`,
    severity === undefined ? undefined : `severity:="${severity}"`,
    word,
    phrase === undefined ? undefined : `"${phrase}"`,
    substring === undefined ? undefined : `*"${substring}"*`,
    expression === undefined ? undefined : `~"${expression}"`,
    traceId === undefined ? undefined : `(${traceId} or traceId:="${traceId}")`,
  ].filter((one) => one !== undefined)
  return filters.length === 0 ? '*' : filters.join(' ')
}

function read(ask: Ask, text: string): Answer {
  const rows = (): Record<string, string>[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, string>)
  switch (ask.kind) {
    case 'newest': {
      const lines = rows().map(({ _time, pod, _msg }) => ({ time: nineDigits(_time!), pod: pod!, message: _msg! }))
      return { kind: 'newest', lines: lines.toSorted((a, b) => (a.time < b.time ? 1 : -1)) }
    }
    case 'count':
      return { kind: 'count', count: Number(rows()[0]?.['lines'] ?? 0) }
    case 'groups':
      return { kind: 'groups', groups: Object.fromEntries(rows().map((row) => [row[ask.by]!, Number(row['lines'])])) }
    case 'buckets': {
      const { hits } = JSON.parse(text) as { hits: { timestamps: string[]; values: number[] }[] }
      const series = hits[0] ?? { timestamps: [], values: [] }
      const entries = series.timestamps.map((time, i) => [String(Date.parse(time) / 1000), series.values[i]!] as const)
      return { kind: 'buckets', buckets: Object.fromEntries(entries) }
    }
  }
}

/** Zeros at the end of a time are left out. */
function nineDigits(time: string): string {
  const [, head, digits = ''] = /^([^.Z]*)(?:\.(\d+))?Z$/.exec(time)!
  return `${head}.${digits.padEnd(9, '0')}Z`
}
