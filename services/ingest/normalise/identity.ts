// The identity of a line is a keyed hash of what was sent of it, beside its time. The engine computes it once, as the
// default of logs.identity in migrations/0023-identity-and-order.sql; later attribution does not change it. This module
// counts the ordinal: how many equal lines (same life, time, stream, text) came before a line in its batch.
// docs/decisions/0001-delivery.md, 0019-identity-and-order.md
import { hash as digestOf } from 'node:crypto'
import type { RowWriter } from '../store/row-writer.ts'

const entriesMin = 128
/** The most entries that stay allocated between batches: clearing a larger table would cost every small batch. */
const entriesKeptMax = 4096

/**
 * Steps through the table that a batch may take for each different run, and beside these. Texts that are not chosen to
 * collide take one or two.
 */
const [stepsPerEntryMax, stepsMax] = [16, 4096]

/**
 * Counts equal runs of bytes in a writer. Runs with one hash are compared byte by byte, so that two different lines
 * never share a count. A batch whose texts collide, which a sender can choose, is counted by SHA-256: that takes a
 * microsecond for a run, where the table would take time with the square of their number.
 */
export class OrdinalCounter {
  /** A hash table of indexes of entries, with at least two slots per entry. */
  private slots = new Int32Array(2 * entriesMin).fill(-1)
  private hashes = new Int32Array(entriesMin)
  private starts = new Int32Array(entriesMin)
  private stops = new Int32Array(entriesMin)
  private counts = new Float64Array(entriesMin)
  private size = 0
  private steps = 0
  /** Counts by SHA-256, from when the runs of this batch were found to collide. */
  private byDigest: Map<string, number> | undefined
  private readonly writer: RowWriter
  private readonly seed: number

  constructor(writer: RowWriter, seed: number) {
    this.writer = writer
    this.seed = seed
  }

  /** Returns how often a run equal to [start, stop) was asked for before. The run must stay in the writer. */
  next(start: number, stop: number): number {
    if (this.byDigest !== undefined) return this.nextByDigest(this.byDigest, start, stop)
    const hash = this.hash(start, stop)
    let at = hash & (this.slots.length - 1)
    for (;;) {
      const entry = this.slots[at]!
      if (entry < 0) break
      if (this.hashes[entry] === hash && this.equal(entry, start, stop)) return ++this.counts[entry]!
      at = (at + 1) & (this.slots.length - 1)
      this.steps++
    }
    if (this.steps > stepsPerEntryMax * this.size + stepsMax) return this.nextByDigest(this.digested(), start, stop)
    if (this.size === this.hashes.length) this.grow()
    const entry = this.size++
    this.hashes[entry] = hash
    this.starts[entry] = start
    this.stops[entry] = stop
    this.counts[entry] = 0
    this.place(entry)
    return 0
  }

  /** Starts again from zero, for the next batch. */
  forget(): void {
    if (this.size === 0) return
    this.size = 0
    this.steps = 0
    this.byDigest = undefined
    if (this.hashes.length <= entriesKeptMax) this.slots.fill(-1)
    else {
      this.slots = new Int32Array(2 * entriesMin).fill(-1)
      this.hashes = new Int32Array(entriesMin)
      this.starts = new Int32Array(entriesMin)
      this.stops = new Int32Array(entriesMin)
      this.counts = new Float64Array(entriesMin)
    }
  }

  private nextByDigest(counts: Map<string, number>, start: number, stop: number): number {
    const digest = this.digest(start, stop)
    const count = (counts.get(digest) ?? -1) + 1
    counts.set(digest, count)
    return count
  }

  /** The counts of all runs so far. */
  private digested(): Map<string, number> {
    this.byDigest = new Map()
    for (let entry = 0; entry < this.size; entry++)
      this.byDigest.set(this.digest(this.starts[entry]!, this.stops[entry]!), this.counts[entry]!)
    return this.byDigest
  }

  private digest(start: number, stop: number): string {
    return digestOf('sha256', this.writer.bytes.subarray(start, stop), 'base64')
  }

  private hash(start: number, stop: number): number {
    const { bytes } = this.writer
    let hash = this.seed
    for (let i = start; i < stop; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
    return hash ^ (hash >>> 13)
  }

  private equal(entry: number, start: number, stop: number): boolean {
    const { bytes } = this.writer
    return bytes.compare(bytes, this.starts[entry], this.stops[entry], start, stop) === 0
  }

  private place(entry: number): void {
    const mask = this.slots.length - 1
    let at = this.hashes[entry]! & mask
    while (this.slots[at]! >= 0) at = (at + 1) & mask
    this.slots[at] = entry
  }

  private grow(): void {
    const size = this.hashes.length * 2
    this.hashes = copied(this.hashes, new Int32Array(size))
    this.starts = copied(this.starts, new Int32Array(size))
    this.stops = copied(this.stops, new Int32Array(size))
    this.counts = copied(this.counts, new Float64Array(size))
    this.slots = new Int32Array(size * 2).fill(-1)
    for (let entry = 0; entry < this.size; entry++) this.place(entry)
  }
}

function copied<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}
