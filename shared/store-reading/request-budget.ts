// The one deadline, the one memory limit and the one limit of what is read of a request, whatever number of statements it
// makes. A statement has the rest of the deadline, the time that it waits for its turn included, and of rows and bytes
// the rest that statements before it have left. Statements that begin together divide the memory
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

export interface WantedTerms extends QueryLimits {
  /** ms of the deadline that the statement leaves to others. */
  leavesMs?: number
  /**
   * It takes few of the rows that it might read, and is not bounded by them: the engine would count all, before it reads
   * any.
   */
  stopsEarly?: boolean
}

/** What the statements of the request have read until now, as far as the engine reports it. */
type ReadSoFar = Readonly<Record<'rowsRead' | 'bytesRead', number>>

export interface RequestBudget {
  /**
   * Runs a statement on its terms. Rejects with `query-limit` once the deadline is over. `wanted` may only lower what
   * it gets.
   */
  run<T>(statement: (terms: StatementTerms) => Promise<T>, wanted?: WantedTerms): Promise<T>
}

/** Statements of one request that run at once, where its memory is limited: each has at least this part of it. */
const sharesMax = 4
/** Bytes below which no share is cut: a lookup by key takes 4 to 6 MB of the engine. */
const shareBytesMin = 16 * 1024 * 1024

export interface RequestBudgetOptions {
  limits: QueryLimits
  readSoFar?: ReadSoFar
  signal?: AbortSignal
}

export function createRequestBudget({
  limits,
  readSoFar = { rowsRead: 0, bytesRead: 0 },
  signal,
}: RequestBudgetOptions): RequestBudget {
  const memory = createMemoryShares(limits.memoryBytes)
  const deadline = limits.timeMs === undefined ? undefined : createDeadline(limits.timeMs)

  const endsOf = (early: AbortSignal | undefined): AbortSignal | undefined => {
    const signals = [signal, deadline?.signal, early].filter((one) => one !== undefined)
    return signals.length === 0 ? undefined : AbortSignal.any(signals)
  }
  const toRead = (): Pick<QueryLimits, 'rowsRead' | 'bytesRead'> => ({
    ...(limits.rowsRead === undefined ? {} : { rowsRead: restOf(limits.rowsRead, readSoFar.rowsRead) }),
    ...(limits.bytesRead === undefined ? {} : { bytesRead: restOf(limits.bytesRead, readSoFar.bytesRead) }),
  })

  return {
    async run(statement, { leavesMs, stopsEarly = false, ...wanted } = {}) {
      using _ = deadline?.watch()
      using early = leavesMs === undefined ? undefined : deadline?.endsBefore(leavesMs)
      const end = endsOf(early?.signal)
      using share = await memory.take(wanted.memoryBytes, end)
      const timeMs = least(deadline?.rest(leavesMs), wanted.timeMs)
      return await statement({
        limits: {
          ...(timeMs === undefined ? {} : { timeMs }),
          ...(share.bytes === undefined ? {} : { memoryBytes: share.bytes }),
          ...(stopsEarly ? {} : toRead()),
        },
        ...(end === undefined ? {} : { signal: end }),
      })
    },
  }
}

function restOf(limit: number, read: number): number {
  if (read < limit) return limit - read
  throw new AfterlogError(
    'query-limit',
    'the request has read as much as it may (AFTERLOG_QUERY_ROWS_MAX, AFTERLOG_QUERY_READ_BYTES_MAX): ' +
      'narrow the time range or the filters',
    { limit: 'read' },
  )
}

interface Deadline {
  signal: AbortSignal
  /** ms that are left but for `leavesMs`, at least one: the engine takes 0 for no limit. Throws once none is. */
  rest(leavesMs?: number): number
  /** Its signal aborts so long before the deadline. */
  endsBefore(leavesMs: number): Disposable & { signal: AbortSignal }
  /** The signal aborts at the deadline while somebody watches: a request that is answered leaves no timer behind. */
  watch(): Disposable
}

function createDeadline(timeMs: number): Deadline {
  const endsAt = performance.now() + timeMs
  const over = new AbortController()
  const tooLate = (): AfterlogError =>
    new AfterlogError('query-limit', 'the request took longer than it may: narrow the time range or the filters', {
      limit: 'time',
    })
  let watchers = 0
  let timer: NodeJS.Timeout | undefined
  return {
    signal: over.signal,
    rest(leavesMs = 0) {
      const left = Math.floor(endsAt - leavesMs - performance.now())
      if (left < 1) throw tooLate()
      return left
    },
    endsBefore(leavesMs) {
      const early = new AbortController()
      const after = Math.max(endsAt - leavesMs - performance.now(), 0)
      const earlyTimer = setTimeout(() => early.abort(tooLate()), after)
      return { signal: early.signal, [Symbol.dispose]: () => clearTimeout(earlyTimer) }
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
