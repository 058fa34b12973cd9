// The engine alone, as the limit of what Afterlog can reach with it: a bare MergeTree table without indexes, codecs or
// identities, filled with the same records as they come, asked in SQL. It collapses nothing.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { startEnv } from '../../load/start-env.ts'
import { cpuSeconds } from '../../load/process-cost.ts'
import type { Answer, AnswerLine } from '../answers.ts'
import { ask as exchange, post } from '../exchange.ts'
import type { Ask, Where } from '../questions.ts'
import { removeParts, replacedParts } from './replaced-parts.ts'
import type { RunningStore, Store, StoreRequest, TimeRange } from './store.ts'

export const engine = (): Store => ({ name: 'engine', collapses: false, start, merge })

async function start(dataDir: string): Promise<RunningStore> {
  await mkdir(dataDir, { recursive: true })
  const program = join(import.meta.dirname, 'engine-process.ts')
  const env = { ...process.env, UV_THREADPOOL_SIZE: '18', ...startEnv }
  const child = spawn(process.execPath, [program, dataDir], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (text: Buffer) => (errors = (errors + text.toString()).slice(-4000)))
  const exited = once(child, 'close')
  const first = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>
  const ended = exited.then(() => Promise.reject(new Error(`the engine's process ended: ${errors}`)))
  ended.catch(() => undefined)
  const [port] = await Promise.race([first, ended])
  const url = `http://127.0.0.1:${port}`
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal)
    await exited
  }
  return {
    pid: child.pid!,
    url,
    insert: async (batch) => void (await post(url, '/insert', batch)),
    flush: () => Promise.resolve(),
    persist: () => Promise.resolve(),
    backlog: () => Promise.resolve(0),
    requestOf: (ask, range) => Promise.resolve(requestOf(ask, range)),
    read,
    stop: () => stop('SIGTERM'),
    [Symbol.asyncDispose]: () => stop('SIGKILL'),
  }
}

async function merge(dataDir: string): Promise<number> {
  await using store = await start(dataDir)
  const before = cpuSeconds(store.pid)
  const query = async (body: string): Promise<string> =>
    (await exchange(store.url, { method: 'POST', path: '/query', body })).text
  await query('OPTIMIZE TABLE logs FINAL')
  const took = cpuSeconds(store.pid) - before
  const { rows } = JSON.parse(await query(replacedParts('bench'))) as { rows: string }
  await store.stop()
  const paths = rows.split('\n').filter((row) => row !== '')
  await removeParts(paths.map((row) => (JSON.parse(row) as { path: string }).path))
  return took
}

function requestOf(ask: Ask, { from, to }: TimeRange): StoreRequest {
  const where = [time('>=', from), time('<', to), ...conditions(ask.where)].join(' AND ')
  return { method: 'POST', path: '/query', body: statement(ask, where) }
}

function statement(ask: Ask, where: string): string {
  switch (ask.kind) {
    case 'newest':
      return `SELECT * FROM logs WHERE ${where} ORDER BY time DESC LIMIT ${ask.limit} OFFSET ${ask.skip}`
    case 'count':
      return `SELECT count() AS lines FROM logs WHERE ${where}`
    case 'buckets':
      return `SELECT toUnixTimestamp(toStartOfInterval(time, INTERVAL ${ask.stepSeconds} SECOND)) AS value, count() AS lines FROM logs WHERE ${where} GROUP BY value`
    case 'groups': {
      const top = ask.top === undefined ? '' : ` ORDER BY lines DESC LIMIT ${ask.top}`
      return `SELECT ${ask.by} AS value, count() AS lines FROM logs WHERE ${where} GROUP BY value${top}`
    }
  }
}

const text = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
const time = (operator: string, value: string): string => `time ${operator} parseDateTime64BestEffort(${text(value)}, 9, 'UTC')`

function conditions({ namespace, pod, severity, word, phrase, substring, expression, traceId }: Where): string[] {
  const equal = Object.entries({ namespace, pod, severity }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} = ${text(value)}`],
  )
  return [
    ...equal,
    ...(word === undefined ? [] : [`hasToken(message, ${text(word)})`]),
    ...(phrase === undefined ? [] : [`position(message, ${text(phrase)}) > 0`]),
    ...(substring === undefined ? [] : [`position(message, ${text(substring)}) > 0`]),
    ...(expression === undefined ? [] : [`match(message, ${text(expression)})`]),
    ...(traceId === undefined ? [] : [`(traceId = ${text(traceId)} OR hasToken(message, ${text(traceId)}))`]),
  ]
}

function read(ask: Ask, answer: string): { answer: Answer; rowsRead: number } {
  const { rowsRead, rows } = JSON.parse(answer) as { rowsRead: number; rows: string }
  const lines = rows.split('\n').filter((row) => row !== '')
  return { answer: answerOf(ask, lines), rowsRead }
}

function answerOf(ask: Ask, rows: readonly string[]): Answer {
  const counts = (): Record<string, number> => {
    const entries = rows.map((row) => JSON.parse(row) as { value: string | number; lines: string })
    return Object.fromEntries(entries.map(({ value, lines }) => [String(value), Number(lines)]))
  }
  switch (ask.kind) {
    case 'newest': {
      const lines = rows.map((row) => JSON.parse(row) as AnswerLine)
      return { kind: 'newest', lines: lines.map((line) => ({ ...line, time: `${line.time.replace(' ', 'T')}Z` })) }
    }
    case 'count':
      return { kind: 'count', count: Number((JSON.parse(rows[0]!) as { lines: string }).lines) }
    case 'groups':
      return { kind: 'groups', groups: counts() }
    case 'buckets':
      return { kind: 'buckets', buckets: counts() }
  }
}
