// The one deadline and the one memory limit of a request, whatever number of statements it makes. A statement has the
// rest of the deadline, the time that it waits for its turn included. Statements that begin together divide the memory
// that nobody has, so that all that are under way stay below the limit together; one that begins when nothing is left
// waits until another has ended.
import type { QueryLimits } from '#shared/clickhouse/store.ts'
import { AfterlogError } from '#shared/errors.ts'

/** What one statement may take. */
export interface StatementTerms {
  limits: QueryLimits
  /** Aborts at the deadline, and when nobody waits for the answer any more. */
  signal?: AbortSignal
}

export interface RequestBudget {
  /**
   * Runs a statement on its terms. Rejects with `query-limit` once the deadline is over. `wanted` may only lower what
   * it gets.
   */
  run<T>(statement: (terms: StatementTerms) => Promise<T>, wanted?: QueryLimits): Promise<T>
}

/** Statements of one request that run at once, where its memory is limited: each has at least this part of it. */
const sharesMax = 4
/** Bytes below which no share is cut: a lookup by key takes 4 to 6 MB of the engine. */
const shareBytesMin = 16 * 1024 * 1024

export function createRequestBudget({ limits, signal }: { limits: QueryLimits; signal?: AbortSignal }): RequestBudget {
  const memory = createMemoryShares(limits.memoryBytes)
  const deadline = limits.timeMs === undefined ? undefined : createDeadline(limits.timeMs)
  const signals = [signal, deadline?.signal].filter((one) => one !== undefined)

  const ends = (): AbortSignal | undefined => (signals.length === 0 ? undefined : AbortSignal.any(signals))
  const terms = (memoryBytes: number | undefined, end: AbortSignal | undefined, wantedMs?: number): StatementTerms => {
    const timeMs = least(deadline?.rest(), wantedMs)
    return {
      limits: { ...(timeMs === undefined ? {} : { timeMs }), ...(memoryBytes === undefined ? {} : { memoryBytes }) },
      ...(end === undefined ? {} : { signal: end }),
    }
  }

  return {
    async run(statement, wanted = {}) {
      using _ = deadline?.watch()
      const end = ends()
      using share = await memory.take(wanted.memoryBytes, end)
      return await statement(terms(share.bytes, end, wanted.timeMs))
    },
  }
}

interface Deadline {
  signal: AbortSignal
  /** ms that are left, at least one: the engine takes 0 for no limit. Throws once none is. */
  rest(): number
  /** The signal aborts at the deadline while somebody watches: a request that is answered leaves no timer behind. */
  watch(): Disposable
}

function createDeadline(timeMs: number): Deadline {
  const endsAt = performance.now() + timeMs
  const over = new AbortController()
  const tooLate = (): AfterlogError =>
    new AfterlogError('query-limit', 'the request took longer than it may: narrow the time range or the filters')
  let watchers = 0
  let timer: NodeJS.Timeout | undefined
  return {
    signal: over.signal,
    rest() {
      const left = Math.floor(endsAt - performance.now())
      if (left < 1) throw tooLate()
      return left
    },
    watch() {
      watchers += 1
      timer ??= setTimeout(() => over.abort(tooLate()), Math.max(endsAt - performance.now(), 0))
      return {
        [Symbol.dispose]() {
          watchers -= 1
          if (watchers > 0) return
          clearTimeout(timer)
          timer = undefined
        },
      }
    },
  }
}

interface MemoryShare extends Disposable {
  /** Undefined where memory is not limited. */
  readonly bytes: number | undefined
}

interface MemoryShares {
  /** Resolves when the statement may begin; rejects with the signal's reason when that aborts first. */
  take(wantedBytes: number | undefined, signal: AbortSignal | undefined): Promise<MemoryShare>
}

interface Waiter {
  wantedBytes: number
  begin(bytes: number): void
}

function createMemoryShares(totalBytes: number | undefined): MemoryShares {
  let freeBytes = totalBytes ?? 0
  const leastBytes = Math.min(freeBytes, Math.max(Math.floor(freeBytes / sharesMax), shareBytesMin))
  let isDividing = false
  const waiting = new Set<Waiter>()

  /** Gives what is free to those who wait, in order and in equal parts. */
  const divide = (): void => {
    isDividing = false
    let places = Math.min(waiting.size, Math.floor(freeBytes / leastBytes))
    for (const waiter of waiting) {
      if (places === 0) return
      const bytes = Math.min(waiter.wantedBytes, Math.floor(freeBytes / places))
      places -= 1
      freeBytes -= bytes
      waiting.delete(waiter)
      waiter.begin(bytes)
    }
  }
  /** Not at once: whoever asks in the same turn of the event loop shares. */
  const divideSoon = (): void => {
    if (isDividing) return
    isDividing = true
    setImmediate(divide)
  }

  return {
    async take(wantedBytes, signal) {
      if (totalBytes === undefined) return { bytes: wantedBytes, [Symbol.dispose]: () => {} }
      signal?.throwIfAborted()
      const { promise, resolve, reject } = Promise.withResolvers<number>()
      const waiter: Waiter = { wantedBytes: least(wantedBytes, totalBytes)!, begin: resolve }
      const leave = (): void => {
        if (waiting.delete(waiter)) reject(signal!.reason)
      }
      signal?.addEventListener('abort', leave, { once: true })
      waiting.add(waiter)
      divideSoon()
      try {
        const bytes = await promise
        return {
          bytes,
          [Symbol.dispose]() {
            freeBytes += bytes
            if (waiting.size > 0) divideSoon()
          },
        }
      } finally {
        signal?.removeEventListener('abort', leave)
      }
    },
  }
}

function least(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)
}
