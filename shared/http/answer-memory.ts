// One budget for the memory of all answers of a process that are being read or wait for their clients. An answer asks
// for room before it reads lines; where there is none, one that has not begun is refused after a while, and a stream
// pauses, which then holds nothing.
import { AfterlogError } from '#shared/errors.ts'

export interface AnswerMemory {
  /**
   * Resolves once the answer may hold so many bytes in total, and counts them. `mayPause`: waits until the signal
   * aborts; else rejects with `overloaded` after some seconds.
   */
  room(bytes: number, options: { mayPause: boolean; signal?: AbortSignal | undefined }): Promise<void>
  /** The bytes that the answer holds now. */
  hold(bytes: number): void
}

export interface AnswerAccount extends AnswerMemory {
  /** The answer is over: it holds nothing, whatever a read that has not ended yet says. */
  close(): void
}

export interface AnswerBudget {
  /** The account of one answer, to be closed. */
  open(): AnswerAccount
  /** Bytes of all answers. */
  readonly heldBytes: number
  /** Whether somebody waits for room. */
  readonly isShort: boolean
}

/** An answer of so many bytes at most is let in up to twice the budget, so that large ones do not shut it out. */
const smallBytes = 2 * 1024 * 1024
/** ms that a request waits for room. */
const waitMsMax = 2000

interface Waiter {
  fits(): boolean
  begin(): void
}

export function createAnswerBudget(bytesMax: number): AnswerBudget {
  let heldBytes = 0
  const waiting = new Set<Waiter>()
  const serve = (): void => {
    for (const waiter of waiting) if (waiter.fits()) waiter.begin()
  }
  return {
    get heldBytes() {
      return heldBytes
    },
    get isShort() {
      return waiting.size > 0
    },
    open() {
      let own = 0
      let isOver = false
      const hold = (bytes: number): void => {
        if (isOver) return
        const less = bytes < own
        heldBytes += bytes - own
        own = bytes
        if (less) serve()
      }
      const fits = (bytes: number): boolean => {
        const others = heldBytes - own
        const most = bytes <= smallBytes ? 2 * bytesMax : bytesMax
        return others === 0 || others + bytes <= most
      }
      return {
        hold,
        close() {
          hold(0)
          isOver = true
        },
        async room(bytes, { mayPause, signal }) {
          signal?.throwIfAborted()
          if (fits(bytes)) return hold(bytes)
          const { promise, resolve, reject } = Promise.withResolvers<void>()
          const waiter: Waiter = {
            fits: () => fits(bytes),
            begin() {
              waiting.delete(waiter)
              hold(bytes)
              resolve()
            },
          }
          const leave = (): void => reject(signal!.reason as Error)
          const timer = mayPause ? undefined : setTimeout(() => reject(tooMany()), waitMsMax)
          signal?.addEventListener('abort', leave, { once: true })
          waiting.add(waiter)
          try {
            await promise
          } finally {
            waiting.delete(waiter)
            clearTimeout(timer)
            signal?.removeEventListener('abort', leave)
          }
        },
      }
    },
  }
}

const tooMany = (): AfterlogError =>
  new AfterlogError(
    'overloaded',
    'answers that are under way hold as much memory as they may (AFTERLOG_ANSWER_BYTES_MAX): ' +
      'ask again soon, or for fewer lines',
    { retryAfterS: 2 },
  )
