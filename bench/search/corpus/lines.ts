// The lines of the corpus in the order of their times, no two of which are equal, so that the newest n are the same n
// to every store. The rate follows the day: half as many lines by night.
import { createRandom, type Random } from '../../storage/random.ts'
import { createWriter } from './messages.ts'
import { busyRank, createChoice, createPods, medianRank, type CorpusPod } from './pods.ts'

export interface CorpusLine {
  /** RFC 3339 with nine digits. */
  time: string
  /** Rank of its pod. */
  rank: number
  pod: CorpusPod
  stream: string
  severity: string
  /** Of the field; '' where the agent has none. */
  traceId: string
  message: string
}

export interface CorpusPlan {
  pods: readonly CorpusPod[]
  busy: CorpusPod
  median: CorpusPod
  /** A trace of about ten lines, begun when three fifths of all are written. */
  traceId: string
  /** RFC 3339: of the first line or before, and behind the last. */
  from: string
  to: string
  /** May be taken once. */
  lines: Iterable<CorpusLine>
}

const hour = 3_600_000
/** From morning to morning: lines of two days, as a store keeps them. */
const startMs = Date.UTC(2026, 0, 15, 9)
const dayNs = 24 * hour * 1_000_000
/** ns between the lines of a stack trace. */
const frameNs = 1000

export function planCorpus({ seed, lines }: { seed: number; lines: number }): CorpusPlan {
  const random = createRandom(seed)
  const pods = createPods(random)
  const traceId = random.hex(32)
  return {
    pods,
    busy: pods[busyRank]!,
    median: pods[medianRank]!,
    traceId,
    from: new Date(startMs).toISOString(),
    to: new Date(startMs + 24 * hour).toISOString(),
    lines: linesOf({ random, pods, traceId, lines }),
  }
}

function* linesOf(options: {
  random: Random
  pods: readonly CorpusPod[]
  traceId: string
  lines: number
}): Generator<CorpusLine> {
  const { random, pods, lines } = options
  const write = createWriter(random)
  const choose = createChoice(random)
  const traces = createTraces(random, options.traceId)
  const clock = createClock(lines)
  for (let written = 0; written < lines;) {
    const rank = choose()
    const pod = pods[rank]!
    const ns = clock.at(written, random.next())
    const traceId = traces(written / lines)
    const { severity, stream, lines: texts } = write(pod, { time: `${clock.text(ns).slice(0, 23)}Z`, traceId })
    for (const [i, message] of texts.slice(0, lines - written).entries()) {
      const time = clock.text(ns + i * frameNs)
      yield { time, rank, pod, stream, severity, traceId: pod.traceField ? traceId : '', message }
    }
    written += texts.length
  }
}

/** Eight requests are under way at a time, and each has about ten lines. */
function createTraces(random: Random, needle: string): (share: number) => string {
  const traces = Array.from({ length: 8 }, () => random.hex(32))
  let isBegun = false
  return (share) => {
    if (random.next() < 0.08) {
      const begins = !isBegun && share >= 0.6
      isBegun ||= begins
      traces.pop()
      traces.unshift(begins ? needle : random.hex(32))
    }
    return random.pick(traces)
  }
}

function createClock(lines: number) {
  /** Of the day, by the share of lines: rises everywhere, at noon half as fast as by night. */
  const progress = (share: number): number => share - Math.sin(2 * Math.PI * share) / (4 * Math.PI)
  let [second, head] = [-1, '']
  return {
    /** ns since the start; `jitter` in [0, 1) never reaches the next line's. */
    at: (line: number, jitter: number): number => Math.floor(dayNs * (progress(line / lines) + (jitter * 0.4) / lines)),
    text(ns: number): string {
      const at = Math.floor(ns / 1e9)
      if (at !== second) [second, head] = [at, new Date(startMs + at * 1000).toISOString().slice(0, 19)]
      return `${head}.${String(ns - at * 1e9).padStart(9, '0')}Z`
    },
  }
}
