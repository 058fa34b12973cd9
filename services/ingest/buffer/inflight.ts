// Bytes in flight: the bodies being read and the rows not yet stored. The cap keeps memory independent of what senders
// send. Over the cap, HTTP answers 429 and Kafka partitions pause.
import { AfterlogError } from '#shared/errors.ts'

export interface Reservation {
  /** Reserves more bytes, or throws `busy`. */
  grow(bytes: number): void
  /** Counts so many bytes instead of those before, over the cap too: they are in memory already. */
  become(bytes: number): void
  release(): void
}

export class InflightBytes {
  private used = 0
  readonly max: number

  constructor(max: number) {
    this.max = max
  }

  get bytes(): number {
    return this.used
  }

  /**
   * Counts bytes that are in memory already, over the cap too. A source that uses it fetches no more while `isFull`.
   */
  hold(bytes: number): () => void {
    this.used += bytes
    return () => {
      this.used -= bytes
    }
  }

  /** A reservation that grows over the cap too, of a source that reads no more while `isFull`. */
  admit(): Reservation {
    return this.reservation(() => undefined)
  }

  get isFull(): boolean {
    return this.used >= this.max
  }

  /** Whether there is room enough for a source that stopped at `isFull` to go on. */
  get hasRoom(): boolean {
    return this.used <= this.max / 2
  }

  /**
   * Throws AfterlogError `busy` where the cap would be passed. Without other reservations a first one is always
   * granted.
   */
  reserve(bytes: number): Reservation {
    const reservation = this.reservation((held, more) => {
      if (this.used - held > 0 && this.used + more > this.max) {
        throw new AfterlogError(
          'busy',
          `${this.used} bytes are in flight, of at most ${this.max} (AFTERLOG_INFLIGHT_BYTES_MAX); send again later`,
          { retryAfterS: 1 },
        )
      }
    })
    reservation.grow(bytes)
    return reservation
  }

  /** @param check Throws where `held` bytes may not become `more`. */
  private reservation(check: (held: number, more: number) => void): Reservation {
    let held = 0
    return {
      grow: (more) => {
        check(held, more)
        this.used += more
        held += more
      },
      become: (all) => {
        this.used += all - held
        held = all
      },
      release: () => {
        this.used -= held
        held = 0
      },
    }
  }
}
