// Counts the lines of pods with very many of them, one pod after another, beside the passes that project all other pods:
// lists have such a pod in time, with an estimate, and its exact number when it has been counted (decision 0016).
import type { Work } from './work-queue.ts'

export interface LargePods {
  /** Queues a pod; one that waits already is counted once. */
  add(work: Work): void
  /** Counts the next pod, unless one is being counted. */
  start(): void
  /** Resolves when no pod is being counted, and none waits. */
  drain(): Promise<void>
  /** Resolves when no pod is being counted. */
  stop(): Promise<void>
  /** The earliest change of a pod that is not counted yet, as in Work; undefined where there is none. */
  oldest(): number | undefined
  readonly size: number
}

/** `count` projects a pod and stores its record, and never rejects: what fails is put off by it. */
export function createLargePods(count: (work: Work) => Promise<void>): LargePods {
  const waiting = new Map<string, Work>()
  let counting: Work | undefined
  let done = Promise.resolve()
  const keyOf = ({ tenant, uid }: Work): string => `${tenant} ${uid}`

  function start(): void {
    const [next] = waiting.values()
    if (counting !== undefined || next === undefined) return
    waiting.delete(keyOf(next))
    counting = next
    done = count(next).finally(() => void (counting = undefined))
  }

  return {
    add(work) {
      const other = waiting.get(keyOf(work))
      waiting.set(keyOf(work), { ...work, since: Math.min(work.since, other?.since ?? Infinity) })
    },
    start,
    async drain() {
      for (start(); counting !== undefined; start()) await done
    },
    stop: () => done,
    oldest() {
      const all = [...waiting.values(), ...(counting === undefined ? [] : [counting])]
      return all.length === 0 ? undefined : Math.min(...all.map(({ since }) => since))
    },
    get size() {
      return waiting.size + (counting === undefined ? 0 : 1)
    },
  }
}
