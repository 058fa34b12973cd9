// Looks at the ingest processes while something is away: what /readyz says, what they take of memory.
import { residentMiB } from '../../load/process-cost.ts'

export interface Watched {
  pid: number
  url: string
}

export interface Observation {
  /** Most MiB resident of any process when the outage began, and during it. */
  residentBefore: number
  residentPeak: number
  /** Reasons of not-ready answers, with how often; `ready` where it was. */
  reasons: Map<string, number>
  /** ms from the start to the first answer that says why it is not ready. */
  toldAfterMs: number | undefined
}

export interface Observer {
  end(): Observation
}

const memoryMs = 250
const readyMs = 1000

export function observe(processes: readonly Watched[]): Observer {
  const startedMs = performance.now()
  const resident = (): number => Math.max(...processes.map(({ pid }) => residentOf(pid)))
  const seen: Observation = { residentBefore: resident(), residentPeak: 0, reasons: new Map(), toldAfterMs: undefined }
  seen.residentPeak = seen.residentBefore

  const ask = async (url: string): Promise<void> => {
    try {
      const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(10_000) })
      const { reasons } = (await response.json()) as { reasons: string[] }
      if (reasons.length > 0) seen.toldAfterMs ??= performance.now() - startedMs
      for (const reason of reasons.length === 0 ? ['ready'] : reasons)
        seen.reasons.set(reason, (seen.reasons.get(reason) ?? 0) + 1)
    } catch (error) {
      seen.reasons.set(`/readyz: ${String(error)}`, (seen.reasons.get(`/readyz: ${String(error)}`) ?? 0) + 1)
    }
  }
  const memory = setInterval(() => (seen.residentPeak = Math.max(seen.residentPeak, resident())), memoryMs)
  const ready = setInterval(() => processes.forEach(({ url }) => void ask(url)), readyMs)
  return {
    end() {
      clearInterval(memory)
      clearInterval(ready)
      return seen
    },
  }
}

/** MiB; 0 of a process that is gone, which is another's to notice. */
function residentOf(pid: number): number {
  try {
    return residentMiB(pid).now
  } catch {
    return 0
  }
}
