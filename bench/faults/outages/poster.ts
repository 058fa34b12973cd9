// Posts as an agent makes them: to any ingest process, again as long as it is told to come back, never after a refusal.
// Counts what it is told, by the phase that the run is in.
import { setTimeout as sleep } from 'node:timers/promises'

export interface PostCounts {
  /** Name of what happens now. */
  phase: string
  /** `phase: answer` → how often; an answer is a status, or `no answer`. */
  readonly answers: Map<string, number>
  /** 503 and 429 without Retry-After. */
  withoutRetryAfter: number
  /** Longest wait for an answer, ms, by phase. */
  readonly slowestMs: Map<string, number>
}

export interface Poster {
  readonly counts: PostCounts
  /** Resolves once these records are acknowledged. Rejects where they were refused for good. */
  post(records: readonly string[]): Promise<void>
}

const answerMsMax = 30_000
const waitMsMax = 5000

export function createPoster({ tenant, urls }: { tenant: string; urls: readonly string[] }): Poster {
  const counts: PostCounts = { phase: 'before', answers: new Map(), withoutRetryAfter: 0, slowestMs: new Map() }
  let turn = 0

  async function once(body: string, records: number): Promise<number | undefined> {
    const { phase } = counts
    const startedMs = performance.now()
    let answer = 'no answer'
    try {
      const response = await fetch(`${urls[turn++ % urls.length]}/v1/batches`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/x-ndjson', 'x-scope-orgid': tenant, 'x-afterlog-node': 'node-7' },
        signal: AbortSignal.timeout(answerMsMax),
      })
      answer = String(response.status)
      const text = await response.text()
      if (response.status === 200) return accepted(text, records)
      const retryAfter = response.headers.get('retry-after')
      if (retryAfter === null) counts.withoutRetryAfter++
      return Math.min(waitMsMax, Number(retryAfter ?? 1) * 1000)
    } catch (error) {
      if (error instanceof Refused) throw error
      return 500
    } finally {
      const key = `${phase}: ${answer}`
      counts.answers.set(key, (counts.answers.get(key) ?? 0) + 1)
      counts.slowestMs.set(phase, Math.max(counts.slowestMs.get(phase) ?? 0, performance.now() - startedMs))
    }
  }

  return {
    counts,
    async post(records) {
      const body = records.join('\n')
      for (;;) {
        const waitMs = await once(body, records.length)
        if (waitMs === undefined) return
        await sleep(waitMs)
      }
    },
  }
}

class Refused extends Error {}

function accepted(text: string, records: number): undefined {
  const answer = JSON.parse(text) as { accepted: number; rejected: number }
  if (answer.accepted !== records) throw new Refused(`of ${records} records: ${text.slice(0, 500)}`)
  return undefined
}
