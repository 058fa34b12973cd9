// Pure: lines on their way to the readers of tails, within bounds of memory. Of a reader that takes too few the oldest
// are dropped, and counted. A line that goes to several readers is one in memory.
import type { ArrivalPlace } from './arrival-place.ts'
import type { Line } from '#shared/lines/row-decoder.ts'

export interface Arrival {
  line: Line
  /** Epoch ms. */
  received: number
}

/** An arrival as the feed has it. */
export interface FedArrival extends Arrival {
  /** Of the line: where it arrived first. An agent may have sent it again. */
  first: ArrivalPlace
  /** How many buffers have it. */
  held: number
}

/** Lines that a reader did not take in time. */
export interface Dropped {
  count: number
  /** The times of the first and the last of them, epoch ns. */
  from: bigint
  to: bigint
}

export interface LineBuffer extends Disposable {
  readonly size: number
  push(arrivals: readonly FedArrival[]): void
  /** All that came, and what was dropped before; undefined where nothing did. */
  take(): { arrivals: FedArrival[]; dropped: Dropped | undefined } | undefined
}

export interface LineBuffers {
  open(): LineBuffer
  /** Bytes of the lines of all buffers. */
  readonly bytes: number
}

/** What a line takes beside its message. */
const lineBytes = 1000

export function createLineBuffers({
  linesMax = 50_000,
  bytesMax = 64 * 1024 * 1024,
}: { linesMax?: number; bytesMax?: number } = {}): LineBuffers {
  const buffers = new Set<OpenBuffer>()
  let bytes = 0

  interface OpenBuffer {
    arrivals: FedArrival[]
    dropped: Dropped | undefined
  }
  function letGo(arrival: FedArrival): void {
    arrival.held -= 1
    if (arrival.held === 0) bytes -= lineBytes + arrival.line.message.length
  }
  function drop(buffer: OpenBuffer, count: number): void {
    for (const arrival of buffer.arrivals.splice(0, count)) {
      const { ts } = arrival.line
      const { dropped } = buffer
      if (dropped === undefined) buffer.dropped = { count: 1, from: ts, to: ts }
      else {
        dropped.count += 1
        if (ts < dropped.from) dropped.from = ts
        if (ts > dropped.to) dropped.to = ts
      }
      letGo(arrival)
    }
  }
  /** Of the buffer that has most lines, half are dropped, until all are within the bound. */
  function makeRoom(): void {
    while (bytes > bytesMax) {
      let most: OpenBuffer | undefined
      for (const buffer of buffers) if (buffer.arrivals.length > (most?.arrivals.length ?? 0)) most = buffer
      if (most === undefined) return
      drop(most, Math.ceil(most.arrivals.length / 2))
    }
  }

  return {
    get bytes() {
      return bytes
    },
    open() {
      const own: OpenBuffer = { arrivals: [], dropped: undefined }
      buffers.add(own)
      return {
        get size() {
          return own.arrivals.length
        },
        push(arrivals) {
          for (const arrival of arrivals) {
            if (arrival.held === 0) bytes += lineBytes + arrival.line.message.length
            arrival.held += 1
            own.arrivals.push(arrival)
          }
          if (own.arrivals.length > linesMax) drop(own, own.arrivals.length - linesMax)
          if (bytes > bytesMax) makeRoom()
        },
        take() {
          const { arrivals, dropped } = own
          if (arrivals.length === 0 && dropped === undefined) return undefined
          own.arrivals = []
          own.dropped = undefined
          for (const arrival of arrivals) letGo(arrival)
          return { arrivals, dropped }
        },
        [Symbol.dispose]() {
          buffers.delete(own)
          for (const arrival of own.arrivals.splice(0)) letGo(arrival)
        },
      }
    },
  }
}
