// Broad searches beside narrow ones and ingest: one client runs so many expressions over all lines, again and again; others
// ask for a page of a pod, and post lines. Prints how long the narrow pages and the acknowledgements take, alone and
// beside the broad searches. Run by hand: node bench/limits.ts [--lines 2000000] [--broad 20] [--seconds 20]
import { mkdtemp, rm } from 'node:fs/promises'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { createIngest } from '#ingest/service.ts'
import { createQuery } from '#query/service.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import { readConfig } from '#shared/config.ts'
import { startService } from '#shared/start-service.ts'
import { quantile } from './load/quantile.ts'

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '2000000' },
    broad: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '20' },
  },
})
const [lines, broad, seconds] = [values.lines, values.broad, values.seconds].map(Number) as [number, number, number]
const say = (text: string): void => void process.stdout.write(`${text}\n`)

const dataDir = await mkdtemp(join(tmpdir(), 'afterlog-limits-'))
const env = { AFTERLOG_DATA_DIR: dataDir, AFTERLOG_HTTP_PORT: '0', AFTERLOG_LOG_LEVEL: 'error' }
const service = await startService({
  config: readConfig(env).config,
  log: pino({ level: 'error' }),
  services: [createIngest, createQuery],
})
const { url, store } = service

/** Resolves to the status and the text, from an address that makes it one client. */
function ask(path: string, client: string, body?: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST'
    const headers = body === undefined ? {} : { 'content-type': 'application/x-ndjson' }
    const request = http.request(`${url}${path}`, { localAddress: client, method, headers }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode!, text }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

async function measured(until: () => boolean, one: () => Promise<{ status: number }>, pauseMs: number) {
  const tookMs: number[] = []
  const statuses = new Map<number, number>()
  while (!until()) {
    const beganMs = performance.now()
    const { status } = await one()
    tookMs.push(performance.now() - beganMs)
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    await sleep(pauseMs)
  }
  return { tookMs, statuses }
}
type Measured = Awaited<ReturnType<typeof measured>>

const shown = ({ tookMs, statuses }: Measured): string => {
  const at = (share: number): string => `${Math.round(quantile(tookMs, share))}`
  const counts = [...statuses].map(([status, count]) => `${count} × ${status}`).join(', ')
  return `${tookMs.length} (${counts}): p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms`
}

let posted = 0
const postOf = (): string =>
  Array.from({ length: 200 }, () =>
    JSON.stringify({
      time: new Date().toISOString(),
      namespace: 'bench',
      pod: 'posted',
      podUid: 'uid-posted',
      container: 'app',
      restart: 0,
      stream: 'stdout',
      offset: 100 * posted++,
      message: 'a line that is posted while others search',
    }),
  ).join('\n')

/** Narrow pages and posts, beside so many broad searches. */
async function phase(name: string, count: number): Promise<void> {
  const untilMs = performance.now() + seconds * 1000
  const over = (): boolean => performance.now() > untilMs
  const search = encodeURIComponent('/(alpha|beta|gamma).*status=5[0-9]{2}$/')
  const [narrow, posts, ...searches] = await Promise.all([
    measured(over, () => ask('/v1/logs?pod=pod-7&limit=100', '127.0.0.2'), 50),
    measured(over, () => ask('/v1/batches', '127.0.0.3', postOf()), 100),
    ...Array.from({ length: count }, () => measured(over, () => ask(`/v1/logs/histogram?q=${search}`, '127.0.0.1'), 0)),
  ])
  say(`${name}:`)
  say(`  narrow pages ${shown(narrow)}`)
  say(`  posts of 200 lines ${shown(posts)}`)
  if (searches.length > 0) {
    const all: Measured = { tookMs: searches.flatMap(({ tookMs }) => tookMs), statuses: new Map() }
    for (const { statuses } of searches)
      for (const [status, times] of statuses) all.statuses.set(status, (all.statuses.get(status) ?? 0) + times)
    say(`  broad searches ${shown(all)}`)
  }
}

try {
  await store.command({
    sql: raw(`INSERT INTO logs (tenant, ts, namespace, pod, pod_uid, container, message, offset, class)
      SELECT 'default', now64(9) - toIntervalMillisecond(number), 'bench', concat('pod-', toString(number % 200)),
        concat('uid-', toString(number % 200)), 'app',
        concat('GET /api/v1/cart/', hex(cityHash64(number)), ' alpha user=', toString(number % 977), ' took ',
          toString(number % 1000), ' ms from 10.1.2.', toString(number % 255), ' status=', toString(200 + number % 300)),
        number, 'default'
      FROM numbers(${lines})`),
  })
  await phase('alone', 0)
  await phase(`beside ${broad} broad searches of one client over ${lines} lines`, broad)
} finally {
  await service.close()
  await rm(dataDir, { recursive: true, force: true })
}
process.exit(0)
