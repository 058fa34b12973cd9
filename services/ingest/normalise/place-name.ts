// Where a record stands, as one short text: two records of one place are one record, sent again.
import { hash as digestOf } from 'node:crypto'

/** The place of a record of a known life. */
export interface Place {
  seconds: number
  nanos: number
  offset: number
  file: Buffer
  /** Tell records without an offset apart: the text, and the id that the sender gave the batch. */
  message: Buffer
  batchId: string
}

/** Longer names are replaced by their digests. */
const nameCharsMax = 300

export function placeName(life: string, { seconds, nanos, offset, file, message, batchId }: Place): string {
  const text = offset < 0 ? `${digestOf('sha256', message, 'base64')} ${batchId}` : ''
  const name = `${life}\0${seconds}.${nanos}\0${offset}\0${text}\0${file.toString('latin1')}`
  return name.length > nameCharsMax ? digestOf('sha256', name, 'base64') : name
}

/** Below 0 where `a` is the earlier one. */
export const compareTimes = (a: Pick<Place, 'seconds' | 'nanos'>, b: Pick<Place, 'seconds' | 'nanos'>): number =>
  a.seconds - b.seconds || a.nanos - b.nanos

/** A small integer for a time, for maps. */
export const timeKey = ({ seconds, nanos }: Pick<Place, 'seconds' | 'nanos'>): number =>
  (Math.imul(seconds, 0x01000193) ^ nanos) & 0x3fffffff

/**
 * Whether its place names a record. Without an offset a time does that has ns, as runtimes write it; two lines of one
 * second may be equal.
 */
export const isNamed = ({ offset, nanos }: Pick<Place, 'offset' | 'nanos'>): boolean =>
  offset >= 0 || nanos % 1000 !== 0
