// Pure: which pods are to be projected, and when. The queue has a pod once, however often it changed.
export interface Work {
  tenant: string
  uid: string
  /** The earliest change of the pod, epoch ms of the store's clock; Infinity where no list waits for the pod. */
  since: number
  /** The newest reported fact, epoch ms of the store's clock; 0 where there is none. */
  factAt: number
  /** When the pod may be projected, ms of a monotonic clock. */
  dueAt: number
  /** How often the projection has failed. */
  attempts: number
  /**
   * Another pod queued this one. Its projection queues no others, or two pods of one name would queue each other for
   * ever.
   */
  isRelated: boolean
  /** Lines of ended lives came, so lines are counted again. */
  recount: boolean
}

/** A change of a pod that has not been tried yet. */
export const untried = { factAt: 0, attempts: 0, isRelated: false, recount: false } as const

/** The earliest `since`; undefined where there is no work. */
export const earliest = (works: readonly Work[]): number | undefined =>
  works.length === 0 ? undefined : works.reduce((least, { since }) => Math.min(least, since), Infinity)

export interface WorkQueue {
  /** Adds work to that of the pod which waits: the pod is due at the earlier time of both. */
  add(work: Work): void
  has(tenant: string, uid: string): boolean
  /**
   * Removes and returns work due at `now`, earliest first, at most `max`, all of one tenant, `isRelated` and `recount`.
   */
  take(now: number, max: number): Work[]
  /**
   * The earliest `since` of the work that is due by `within`, and with `failedToo` of what failed and waits to be tried
   * again; undefined where there is none.
   */
  oldest(within?: number, failedToo?: boolean): number | undefined
  /** When the next pod is due, ms of the monotonic clock; undefined where the queue is empty. */
  nextDueAt(): number | undefined
  readonly size: number
}

export function createWorkQueue(): WorkQueue {
  const waiting = new Map<string, Work>()
  return {
    add(work) {
      const key = `${work.tenant} ${work.uid}`
      const other = waiting.get(key)
      waiting.set(
        key,
        other === undefined
          ? work
          : {
              ...work,
              since: Math.min(work.since, other.since),
              factAt: Math.max(work.factAt, other.factAt),
              dueAt: Math.min(work.dueAt, other.dueAt),
              attempts: Math.max(work.attempts, other.attempts),
              isRelated: work.isRelated && other.isRelated,
              recount: work.recount || other.recount,
            },
      )
    },
    has: (tenant, uid) => waiting.has(`${tenant} ${uid}`),
    take(now, max) {
      const due = [...waiting.values()].filter(({ dueAt }) => dueAt <= now).toSorted((a, b) => a.dueAt - b.dueAt)
      const isAlike = ({ tenant, isRelated, recount }: Work): boolean =>
        tenant === due[0]!.tenant && isRelated === due[0]!.isRelated && recount === due[0]!.recount
      const taken = due.filter(isAlike).slice(0, max)
      for (const { tenant, uid } of taken) waiting.delete(`${tenant} ${uid}`)
      return taken
    },
    oldest(within = Infinity, failedToo = false) {
      const isAsked = ({ dueAt, attempts }: Work): boolean => dueAt <= within || (failedToo && attempts > 0)
      return earliest([...waiting.values()].filter(isAsked))
    },
    nextDueAt() {
      let next: number | undefined
      for (const { dueAt } of waiting.values()) if (next === undefined || dueAt < next) next = dueAt
      return next
    },
    get size() {
      return waiting.size
    },
  }
}
