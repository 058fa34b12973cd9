// Pure: which pods are to be projected, and when. A pod stands in it once, however often it changed.
export interface Work {
  tenant: string
  uid: string
  /** Of its earliest change, epoch ms of the store's clock. */
  since: number
  /** When it may be projected, ms of a monotonic clock. */
  dueAt: number
  /** How often its projection has failed. */
  attempts: number
  /** Another pod led here, not a change of its own: its projection leads no further, or two pods of one name would lead to each other for ever. */
  isRelated: boolean
  /** Lines of lives that have ended came: they are counted again. */
  recount: boolean
}

export interface WorkQueue {
  /** A fact makes a pod due at once, whatever else it waits for. */
  add(work: Work): void
  /** The earliest due ones at `now`, of one tenant, all related or none, all recounted or none, at most `max`; they leave the queue. */
  take(now: number, max: number): Work[]
  /** Epoch ms of the earliest change that waits; `within`: only of work due by then. undefined where nothing waits. */
  oldest(within?: number): number | undefined
  /** When the next one is due, ms of the monotonic clock. */
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
              dueAt: Math.min(work.dueAt, other.dueAt),
              attempts: Math.max(work.attempts, other.attempts),
              isRelated: work.isRelated && other.isRelated,
              recount: work.recount || other.recount,
            },
      )
    },
    take(now, max) {
      const due = [...waiting.values()].filter(({ dueAt }) => dueAt <= now).toSorted((a, b) => a.dueAt - b.dueAt)
      const isAlike = ({ tenant, isRelated, recount }: Work): boolean =>
        tenant === due[0]!.tenant && isRelated === due[0]!.isRelated && recount === due[0]!.recount
      const taken = due.filter(isAlike).slice(0, max)
      for (const { tenant, uid } of taken) waiting.delete(`${tenant} ${uid}`)
      return taken
    },
    oldest(within = Infinity) {
      const since = [...waiting.values()].filter(({ dueAt }) => dueAt <= within).map((work) => work.since)
      return since.length === 0 ? undefined : since.reduce((a, b) => Math.min(a, b))
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
