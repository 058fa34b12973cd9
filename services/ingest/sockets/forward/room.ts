// Whether the connections of the Forward protocol may read on. They stop while bytes in flight are full, and the system
// then stops their senders. Events that have come in part take room too, and leave most of it to others: where they are
// many, one connection at a time reads its event to the end.
import type { InflightBytes, Reservation } from '../../buffer/inflight.ts'

export interface Place {
  /** Says how many bytes of an event have come whose end has not. */
  begun(bytes: number): void
  /** Whether there is room to read more. */
  isOpen(): boolean
  leave(): void
}

/** What events that have come in part may take of the bytes in flight, so that they leave room for other senders. */
const partOfBegun = 4

export function createRoom(inflight: InflightBytes): () => Place {
  let allBegun = 0
  let passing: Place | undefined

  return () => {
    const reservation: Reservation = inflight.admit()
    let own = 0
    const begun = (bytes: number): void => {
      allBegun += bytes - own
      own = bytes
      reservation.become(bytes)
      if (bytes === 0 && passing === place) passing = undefined
    }
    const place: Place = {
      begun,
      isOpen: () => {
        const isCrowded = own > 0 && allBegun > inflight.max / partOfBegun
        if (!inflight.isFull && !isCrowded) return true
        const isFullOfBegun = inflight.bytes - allBegun <= inflight.max / 2
        if (own === 0 || !isFullOfBegun || (passing ?? place) !== place) return false
        passing = place
        return true
      },
      leave: () => begun(0),
    }
    return place
  }
}
