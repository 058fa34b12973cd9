// Sessions of the embedded engine, by lane. A session runs one statement at a time, so a lane has as many sessions as
// statements may run in it at once. They are opened on first use; later statements wait in order, or leave with their
// signal. Lanes do not share sessions, so that reads cannot hold up inserts.
import type { Session } from 'chdb'
import { AfterlogError } from '../errors.ts'

export type Lane = 'read' | 'background' | 'probe' | 'insert' | 'command'
/** Names the lane of a statement among its settings. The engine does not know it. */
export const laneSetting = 'afterlog_lane'
export type LaneSizes = Readonly<Record<Lane, number>>

export interface Lease {
  readonly session: Session
  /**
   * Returns the session to its lane. After a statement that failed or was cancelled, the engine has a rest of it until
   * the session's next statement. So a trivial one is run, and where that fails the session is closed and later
   * replaced.
   */
  release(how: 'ended' | 'failed'): void
}

export interface SessionPool {
  /** Rejects with `store-unavailable` once the pool stops, or with the signal's reason where it aborts first. */
  lease(lane: Lane, signal?: AbortSignal): Promise<Lease>
  /** The number of leases that are not released. */
  readonly busy: number
  /** Resolves when all leases are released. */
  idle(): Promise<void>
  /** Refuses all further leases, and those that wait. */
  stop(): void
  /** Closes every session. The pool must not be used afterwards. */
  close(): void
}

interface Waiter {
  resolve(lease: Lease): void
  reject(error: unknown): void
}

interface LaneState {
  size: number
  open: Set<Session>
  idle: Session[]
  waiting: Set<Waiter>
}

export interface SessionPoolOptions {
  open: () => Promise<Session>
  lanes: LaneSizes
  /** Called for each lease, with the seconds that it waited. */
  onWait?: (lane: Lane, seconds: number) => void
}

export function createSessionPool({ open, lanes, onWait }: SessionPoolOptions): SessionPool {
  const states = new Map<Lane, LaneState & { opening: number }>()
  for (const [lane, size] of Object.entries(lanes) as [Lane, number][]) {
    states.set(lane, { size, open: new Set(), idle: [], waiting: new Set(), opening: 0 })
  }
  let stopped = false
  let busy = 0
  let quiet = Promise.withResolvers<void>()

  const leaseOf = (lane: Lane, session: Session): Lease => {
    const state = states.get(lane)!
    busy += 1
    const giveBack = (usable: boolean): void => {
      if (usable) state.idle.push(session)
      else {
        state.open.delete(session)
        session.close()
      }
      if (--busy === 0) {
        quiet.resolve()
        quiet = Promise.withResolvers()
      }
      serve(lane)
    }
    let released = false
    return {
      session,
      release(how) {
        if (released) return
        released = true
        if (how === 'ended') giveBack(true)
        else {
          session.queryAsync('SELECT 1').then(
            () => giveBack(true),
            () => giveBack(false),
          )
        }
      },
    }
  }

  const openFor = async (waiter: Waiter, lane: Lane): Promise<void> => {
    const state = states.get(lane)!
    state.opening += 1
    try {
      const session = await open()
      state.open.add(session)
      waiter.resolve(leaseOf(lane, session))
    } catch (error) {
      waiter.reject(error)
    }
    state.opening -= 1
    serve(lane)
  }

  /** Gives idle or new sessions to the waiting statements. */
  const serve = (lane: Lane): void => {
    const state = states.get(lane)!
    for (const waiter of state.waiting) {
      const session = state.idle.pop()
      if (session === undefined) {
        if (state.open.size + state.opening >= state.size) return
        state.waiting.delete(waiter)
        void openFor(waiter, lane)
        continue
      }
      state.waiting.delete(waiter)
      waiter.resolve(leaseOf(lane, session))
    }
  }

  return {
    get busy() {
      return busy
    },
    idle: () => (busy === 0 ? Promise.resolve() : quiet.promise),
    async lease(lane, signal) {
      signal?.throwIfAborted()
      if (stopped) throw closedError()
      const state = states.get(lane)!
      const startMs = performance.now()
      const { promise, resolve, reject } = Promise.withResolvers<Lease>()
      const waiter: Waiter = { resolve, reject }
      const leave = (): void => {
        if (state.waiting.delete(waiter)) reject(signal?.reason)
      }
      signal?.addEventListener('abort', leave, { once: true })
      state.waiting.add(waiter)
      serve(lane)
      try {
        const lease = await promise
        onWait?.(lane, (performance.now() - startMs) / 1000)
        return lease
      } finally {
        signal?.removeEventListener('abort', leave)
      }
    },
    stop() {
      stopped = true
      for (const state of states.values()) {
        for (const waiter of state.waiting) waiter.reject(closedError())
        state.waiting.clear()
      }
    },
    close() {
      for (const state of states.values()) {
        for (const session of state.open) session.close()
        state.open.clear()
        state.idle.length = 0
      }
    },
  }
}

export function closedError(): AfterlogError {
  return new AfterlogError('store-unavailable', 'the store is closed, since the service is stopping')
}
