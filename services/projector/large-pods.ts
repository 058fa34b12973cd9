// Counts the lines of pods with very many of them, one pod after another, beside the passes that project all other
// pods: lists have such a pod in time, with an estimate, and its exact number when it has been counted (decision 0016).
// A pod that was counted and has more lines since is counted again in a tenth of the time.
import { earliest, type Work } from './work-queue.ts'

export interface LargePods {
  /**
   * Queues a pod; one that waits already is counted once. `wasCounted`: true where more lines came of lives that were
   * counted before, false where another life has ended, undefined where neither is known.
   */
  add(work: Work, wasCounted?: boolean): void
  /**
   * Counts the next pod, unless one is being counted, or only pods wait that were counted before, too soon for these.
   */
  start(): void
  /** Resolves when no pod is being counted, and none waits. */
  drain(): Promise<void>
  /** Resolves when no pod is being counted. */
  stop(): Promise<void>
  /** The earliest change of a pod that waits or is being counted, as in Work; undefined where there is none. */
  oldest(): number | undefined
  /** The same, of pods that were not counted before. */
  oldestNew(): number | undefined
  readonly size: number
}

/** Counting again is paused for so many times as long as it took. */
const pauseFactor = 9
/** Pods that are remembered as counted at most. */
const countedMax = 10_000

/**
 * `count` projects a pod and stores its record, and resolves to whether it did. It never rejects: what fails is put off
 * by it.
 */
export function createLargePods(count: (work: Work) => Promise<boolean>, clock = () => performance.now()): LargePods {
  const waiting = new Map<string, Work>()
  const counted = new Set<string>()
  let counting: Work | undefined
  /** Whether a life has ended that the count under way may not have seen. */
  let isBehind = false
  let done = Promise.resolve()
  let pausedUntil = -Infinity
  const keyOf = ({ tenant, uid }: Work): string => `${tenant} ${uid}`

  const uncounted = (): Work[] => [...waiting.values(), ...(counting === undefined ? [] : [counting])]

  async function countNow(work: Work): Promise<void> {
    const beganMs = clock()
    isBehind = false
    const isCounted = await count(work)
    counting = undefined
    if (counted.has(keyOf(work))) pausedUntil = clock() + pauseFactor * (clock() - beganMs)
    if (isCounted && !isBehind) remember(keyOf(work))
  }

  function remember(key: string): void {
    counted.add(key)
    if (counted.size > countedMax) counted.delete(counted.keys().next().value!)
  }

  function start(nowMs = clock()): void {
    const isDue = (work: Work): boolean => nowMs >= pausedUntil || !counted.has(keyOf(work))
    const next = waiting.values().find(isDue)
    if (counting !== undefined || next === undefined) return
    waiting.delete(keyOf(next))
    counting = next
    done = countNow(next)
  }

  return {
    add(work, wasCounted) {
      if (wasCounted === true) remember(keyOf(work))
      if (wasCounted === false) {
        counted.delete(keyOf(work))
        isBehind ||= counting !== undefined && keyOf(counting) === keyOf(work)
      }
      const other = waiting.get(keyOf(work))
      waiting.set(keyOf(work), { ...work, since: Math.min(work.since, other?.since ?? Infinity) })
    },
    start: () => start(),
    async drain() {
      for (start(Infinity); counting !== undefined; start(Infinity)) await done
    },
    stop: () => done,
    oldest: () => earliest(uncounted()),
    oldestNew: () => earliest(uncounted().filter((work) => !counted.has(keyOf(work)))),
    get size() {
      return waiting.size + (counting === undefined ? 0 : 1)
    },
  }
}
