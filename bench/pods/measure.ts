// Times requests of one kind, one after another, and what they cost the process that answers.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceProcess } from '#test/support/service-process.ts'
import { cpuSeconds } from '../load/process-cost.ts'
import { quantile } from '../load/quantile.ts'

export interface Figures {
  request: string
  requests: number
  failed: number
  p50Ms: number
  p95Ms: number
  /** CPU ms of the process per request, and that without what the process used beside it just before. */
  cpuMs: number
  cpuNetMs: number
  /** Statements per request, where the service logs them. */
  statements: number | undefined
  answer: string
}

export interface MeasureOptions {
  url: string
  service: ServiceProcess
  request: string
  /** Path of each request. */
  path: () => string
  requests: number
  /** No request begins later. */
  secondsMax: number
  timeoutSeconds: number
}

/** CPU seconds per second that the process uses by itself. */
export async function cpuAtRest(pid: number, ms: number): Promise<number> {
  const [before, startedMs] = [cpuSeconds(pid), performance.now()]
  await sleep(ms)
  return ((cpuSeconds(pid) - before) * 1000) / (performance.now() - startedMs)
}

export async function measure({
  url,
  service,
  request,
  path,
  requests,
  secondsMax,
  timeoutSeconds,
}: MeasureOptions): Promise<Figures> {
  const beside = await cpuAtRest(service.pid, 3000)
  const tookMs: number[] = []
  let [failed, answer] = [0, '']
  const [logsBefore, cpuBefore, startedMs] = [service.logs.length, cpuSeconds(service.pid), performance.now()]
  while (tookMs.length < requests && (tookMs.length === 0 || performance.now() - startedMs < secondsMax * 1000)) {
    const beganMs = performance.now()
    const { ok, text } = await ask(`${url}${path()}`, timeoutSeconds)
    tookMs.push(performance.now() - beganMs)
    if (ok) answer = sizeOf(text)
    else if (failed++ === 0) answer = text.slice(0, 120).replaceAll('\n', ' ')
  }
  const [cpu, elapsedMs] = [cpuSeconds(service.pid) - cpuBefore, performance.now() - startedMs]
  return {
    request,
    requests: tookMs.length,
    failed,
    p50Ms: Math.round(quantile(tookMs, 0.5)),
    p95Ms: Math.round(quantile(tookMs, 0.95)),
    cpuMs: Math.round((cpu * 1000) / tookMs.length),
    cpuNetMs: Math.round((cpu * 1000 - beside * elapsedMs) / tookMs.length),
    statements: statementsOf(service, logsBefore),
    answer,
  }
}

export const tableHead =
  '| request | n | failed | p50 ms | p95 ms | CPU ms each | CPU ms net | statements | answer |\n|---|---|---|---|---|---|---|---|---|'

export function rowOf({ request, requests, failed, p50Ms, p95Ms, cpuMs, cpuNetMs, statements, answer }: Figures): string {
  return `| ${[request, requests, failed, p50Ms, p95Ms, cpuMs, cpuNetMs, statements ?? 'not logged', answer].join(' | ')} |`
}

/** Statements of the GET requests that were logged since; the log's line of a request has their number. */
export function statementsOf(service: ServiceProcess, since: number): number | undefined {
  const counts = service.logs
    .slice(since)
    .filter(({ method }) => method === 'GET')
    .map(({ statements }) => statements)
    .filter((count) => typeof count === 'number')
  if (counts.length === 0) return undefined
  return Math.round((counts.reduce((sum, count) => sum + count, 0) / counts.length) * 10) / 10
}

export async function ask(url: string, timeoutSeconds = 60): Promise<{ ok: boolean; text: string }> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutSeconds * 1000) })
    const text = await answer.text()
    return { ok: answer.ok, text: answer.ok ? text : `${answer.status} ${text}` }
  } catch (error) {
    return { ok: false, text: String(error) }
  }
}

function sizeOf(text: string): string {
  const { pods, lines } = JSON.parse(text) as { pods?: unknown[]; lines?: number | unknown[] }
  if (pods !== undefined) return `${pods.length} pods`
  if (lines === undefined) return 'one'
  return Array.isArray(lines) ? `${lines.length} lines` : `one, ${lines} lines`
}
