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

/** Answers of so many bytes at most have a room of their own, as large as the budget: none waits for large ones. */
const smallBytes = 2 * 1024 * 1024
/** ms that a request waits for room. */
const waitMsMax = 2000

interface Waiter {
  fits(): boolean
  begin(): void
}

/** Of small or of large answers. Who waits is let in in order, so that nobody is overtaken without end. */
interface Room {
  heldBytes: number
  /** First those who hold something already: others may wait for what they hold. */
  holders: Set<Waiter>
  others: Set<Waiter>
}

const emptyRoom = (): Room => ({ heldBytes: 0, holders: new Set(), others: new Set() })

function serve({ holders, others }: Room): void {
  for (const waiter of [...holders, ...others]) {
    if (!waiter.fits()) return
    waiter.begin()
  }
}

export function createAnswerBudget(bytesMax: number): AnswerBudget {
  const rooms = { small: emptyRoom(), large: emptyRoom() }
  return {
    get heldBytes() {
      return rooms.small.heldBytes + rooms.large.heldBytes
    },
    get isShort() {
      return Object.values(rooms).some(({ holders, others }) => holders.size + others.size > 0)
    },
    open: () => openAccount(rooms, bytesMax),
  }
}

function openAccount(rooms: { small: Room; large: Room }, bytesMax: number): AnswerAccount {
  let own = 0
  /** Where the account counts: where it was let in last. One that never asked counts by what it holds. */
  let room: Room | undefined
  let countedIn = rooms.small
  let isOver = false
  const roomFor = (bytes: number): Room => (bytes <= smallBytes ? rooms.small : rooms.large)
  const hold = (bytes: number): void => {
    if (isOver) return
    const before = countedIn
    countedIn = room ?? roomFor(bytes)
    before.heldBytes -= own
    countedIn.heldBytes += bytes
    const gaveBack = bytes < own || before !== countedIn
    own = bytes
    if (gaveBack) serve(before)
  }
  const enter = (next: Room, bytes: number): void => {
    room = next
    hold(bytes)
  }
  return {
    hold,
    close() {
      hold(0)
      isOver = true
    },
    async room(bytes, { mayPause, signal }) {
      signal?.throwIfAborted()
      if (isOver) return
      const next = roomFor(bytes)
      const fits = (): boolean => {
        const held = next.heldBytes - (next === countedIn ? own : 0)
        return held === 0 || held + bytes <= bytesMax
      }
      const isFirst = next.holders.size === 0 && (own > 0 || next.others.size === 0)
      if (isFirst && fits()) return enter(next, bytes)
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const waiting = own > 0 ? next.holders : next.others
      const waiter: Waiter = {
        fits,
        begin() {
          waiting.delete(waiter)
          enter(next, bytes)
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
        clearTimeout(timer)
        signal?.removeEventListener('abort', leave)
        // Those behind one who leaves may fit.
        if (waiting.delete(waiter)) serve(next)
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
