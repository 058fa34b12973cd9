// One hostile case against a running service: what it answered, what it cost meanwhile, and what it stored.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pLimit from 'p-limit'
import type { ServiceProcess } from '#test/support/service-process.ts'
import { residentMiB } from '../../load/process-cost.ts'
import { quantile } from '../../load/quantile.ts'
import { goodBody, type Case, type Variant } from './cases.ts'
import type { Answer, Target } from './targets.ts'

export interface Result {
  answers: string
  seconds: number
  peakMiB: number
  healthMsP99: number
  /** Sentences of dead letters, numbers left out. */
  reasons: string[]
  problems: string[]
  /** Whether nothing but the ms of /healthz is a problem. */
  isOnlySlow: boolean
}

const limits = { healthMsP99: 200, residentMiB: 1536 }
const atOnce = pLimit(8)
const patienceMs = 60_000

async function sendPatiently(target: Target, variant: Variant, tenant: string): Promise<Answer> {
  for (let tries = 0; ; tries++) {
    const answer = await target.send(variant, tenant)
    if (!['429', '503', 'grpc 14'].includes(answer.label) || tries === 50) return answer
    await sleep(200)
  }
}

/** ms of each answer of /healthz until `stop`. */
function watchHealth(url: string) {
  const program = fileURLToPath(new URL('../../bodies/watch-health.ts', import.meta.url))
  const child = spawn(process.execPath, [program, url], { stdio: ['pipe', 'pipe', 'inherit'] })
  const healthMs: number[] = []
  createInterface({ input: child.stdout }).on('line', (line) => healthMs.push(Number(line)))
  return {
    began: once(child.stdout, 'data'),
    stop: async (): Promise<number> => {
      child.stdin.end()
      await once(child, 'close')
      return quantile(healthMs, 0.99)
    },
  }
}

/** Begins to count the peak of resident memory anew. */
const forgetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5')

async function recordsOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const counts = [...text.matchAll(/^afterlog_ingest_records_(?:accepted|rejected)_total\{[^}]*\} (\d+)$/gm)]
  return counts.reduce((sum, [, count]) => sum + Number(count), 0)
}

interface Page {
  lines: { message: string }[]
  next: string | null
}

async function messagesOf(url: string, tenant: string): Promise<Set<string>> {
  const found = new Set<string>()
  for (let cursor: string | null = ''; cursor !== null;) {
    const from = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const response = await fetch(`${url}/v1/logs?limit=2000${from}`, { headers: { 'x-scope-orgid': tenant } })
    const page = (await response.json()) as Page
    if (!response.ok) throw new Error(JSON.stringify(page))
    for (const { message } of page.lines) found.add(message)
    cursor = page.next
  }
  return found
}

async function reasonsOf(url: string, tenant: string): Promise<string[]> {
  const response = await fetch(`${url}/v1/dead-letters?limit=1000`, { headers: { 'x-scope-orgid': tenant } })
  const { deadLetters } = (await response.json()) as { deadLetters: { reason: string }[] }
  return [...new Set(deadLetters.map(({ reason }) => reason))]
}

/** Whether a line was stored before patience ends. */
async function isStored(url: string, tenant: string, message: string): Promise<boolean> {
  for (const untilMs = performance.now() + patienceMs; performance.now() < untilMs; await sleep(100))
    if ((await messagesOf(url, tenant)).has(message)) return true
  return false
}

export async function runCase(service: ServiceProcess, target: Target, { variants }: Case, tenant: string): Promise<Result> {
  const url = await service.serving
  const recordsBefore = await recordsOf(url)
  const health = watchHealth(url)
  await health.began
  forgetPeak(service.pid)
  const beganMs = performance.now()
  const answers = await Promise.all(variants.map((variant) => atOnce(() => sendPatiently(target, variant, tenant))))
  const good = goodBody(target.format)
  await sendPatiently(target, { body: good.body, good: [good.message], isWalkable: true }, tenant)
  const isGoodStored = await isStored(url, tenant, good.message)
  const seconds = (performance.now() - beganMs) / 1000
  const isTaken = ({ isWalkable }: Variant, i: number): boolean => isWalkable && answers[i]!.isAccepted
  const wanted = variants.reduce((sum, variant, i) => sum + (isTaken(variant, i) ? (variant.records ?? 0) : 0), 0)
  for (let tries = 0; tries < 50 && (await recordsOf(url)) - recordsBefore < wanted; tries++) await sleep(200)
  const records = (await recordsOf(url)) - recordsBefore
  const peakMiB = residentMiB(service.pid).peak
  const healthMsP99 = await health.stop()
  const stored = await messagesOf(url, tenant)
  const problems = problemsOf(target, variants, answers, stored)
  if (!isGoodStored) problems.push('the good line behind is not stored')
  if (records < wanted) problems.push(`of ${wanted} records ${wanted - records} are neither line nor dead letter`)
  if (peakMiB > limits.residentMiB) problems.push(`${peakMiB} MiB`)
  const isOnlySlow = problems.length === 0 && healthMsP99 > limits.healthMsP99
  if (healthMsP99 > limits.healthMsP99) problems.push(`/healthz p99 ${healthMsP99.toFixed(0)} ms`)
  return { answers: counted(answers), seconds, peakMiB, healthMsP99, reasons: await reasonsOf(url, tenant), problems, isOnlySlow }
}

function counted(answers: readonly Answer[]): string {
  const counts = new Map<string, number>()
  for (const { label } of answers) counts.set(label, (counts.get(label) ?? 0) + 1)
  return [...counts].map(([label, count]) => `${label}×${count}`).join(' ')
}

const sentenceMin = 20

function problemsOf(
  target: Target,
  variants: readonly Variant[],
  answers: readonly Answer[],
  stored: ReadonlySet<string>,
): string[] {
  const counts = new Map<string, { count: number; first: string }>()
  for (const [i, { good, isWalkable, isRefused = false, body }] of variants.entries()) {
    const answer = answers[i]!
    const missing = good.filter((message) => !stored.has(message))
    const found: string[] = []
    if (/^5(?!03)/.test(answer.label) || ['hang', 'grpc 13', 'grpc 2'].includes(answer.label)) found.push(answer.label)
    if (answer.label === 'closed' && target.isHttp) found.push('closed without an answer')
    // Without answers, what cannot be read is a dead letter as a whole.
    const isTaken = answer.isAccepted && (isWalkable || answer.label !== 'sent')
    if (isTaken && missing.length > 0) found.push('a good neighbour is lost')
    if (isWalkable && !answer.isAccepted && answer.label !== 'hang') found.push('a bad record costs the body')
    if (isRefused && answer.isAccepted && answer.label !== 'sent' && target.isHttp) found.push('is taken')
    if (!answer.isAccepted && missing.length < good.length && target.isHttp) found.push('stored in part and refused')
    if (!answer.isAccepted && target.isHttp && /^4|^grpc/.test(answer.label) && answer.text.length < sentenceMin)
      found.push('no sentence')
    for (const problem of found) {
      const first = `${answer.text.slice(0, 200)} :: ${body
        .toString('latin1', 0, 4000)
        .replaceAll(/[^\x20-\x7e]/g, '.')
        .slice(-200)}`
      const of = counts.get(problem) ?? { count: 0, first }
      counts.set(problem, { ...of, count: of.count + 1 })
    }
  }
  return [...counts].map(([problem, { count, first }]) => `${problem} (${count}; ${first})`)
}
