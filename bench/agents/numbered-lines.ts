// The lines that a real agent has sent, against those that it was given: lost, twice, out of order.
import { setTimeout as sleep } from 'node:timers/promises'
import type { AgentCost } from './killed-agent.ts'

interface Page {
  lines: { message: string }[]
  next: string | null
}

async function* messagesOf(url: string): AsyncGenerator<string> {
  for (let cursor: string | null = ''; cursor !== null;) {
    const response = await fetch(
      `${url}/v1/logs?order=asc&limit=10000${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    const page: Page = (await response.json()) as Page
    for (const { message } of page.lines) yield message
    cursor = page.next
  }
}

/** Resolves once the service has acknowledged so many records. */
export async function accepted(url: string, records: number, patienceMs = 300_000): Promise<void> {
  for (const untilMs = performance.now() + patienceMs; performance.now() < untilMs;) {
    const text = await (await fetch(`${url}/metrics`)).text()
    const counts = [...text.matchAll(/^afterlog_ingest_records_accepted_total\{[^}]*\} (\d+)$/gm)]
    if (counts.reduce((sum, [, count]) => sum + Number(count), 0) >= records) return
    await sleep(200)
  }
  throw new Error(`after ${patienceMs / 1000} s there are fewer than ${records} records`)
}

export interface Verdict {
  found: number
  lost: number
  twice: number
  outOfOrder: number
}

/** The number in a message that `numberedLine` has made. */
const numberOf = (message: string): number => Number(/^line (\d+) /.exec(message)?.[1])

/** Reads every line. `numberIn` gives the number in a message. */
export async function verdict(url: string, lines: number, numberIn = numberOf): Promise<Verdict> {
  const counts = new Uint8Array(lines)
  let [found, outOfOrder, before] = [0, 0, -1]
  for await (const message of messagesOf(url)) {
    const number = numberIn(message)
    counts[number]!++
    found++
    if (number < before) outOfOrder++
    before = number
  }
  const lost = counts.filter((count) => count === 0).length
  const twice = counts.filter((count) => count > 1).length
  return { found, lost, twice, outOfOrder }
}

export interface Run extends Verdict, AgentCost {
  seconds: number
  agent: AgentCost
}

/** Says what an agent did, and fails the process where a line is lost, twice or out of order. Costs are the service's. */
export function report(name: string, lines: number, run: (Verdict & { seconds: number; cpuSeconds: number }) | Run): void {
  const { found, lost, twice, outOfOrder, seconds } = run
  const perMillion = (cpuSeconds: number): string => ((cpuSeconds / lines) * 1_000_000).toFixed(1)
  const memory = 'agent' in run ? ` and ${run.peakMiB} MiB` : ''
  const ofAgent = 'agent' in run ? `; the agent ${perMillion(run.agent.cpuSeconds)} and ${run.agent.peakMiB} MiB` : ''
  process.stdout.write(
    `${name}: ${lines} lines, ${found} found, ${lost} lost, ${twice} twice, ${outOfOrder} out of order; ` +
      `${seconds.toFixed(1)} s, ${Math.round(lines / seconds)} lines/s, ` +
      `${perMillion(run.cpuSeconds)} CPU s per million lines${memory}${ofAgent}\n`,
  )
  if (lost > 0 || twice > 0 || outOfOrder > 0 || found !== lines) process.exitCode = 1
}
