// What the first byte of a msgpack value says: its kind, and how many bytes follow. Of a value whose length stands behind
// that byte, how many bytes this length has. Pure.
// https://github.com/msgpack/msgpack/blob/master/spec.md

export type Kind = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8
/** The byte 0xc1, which begins no value. */
export const unused = 0
export const nil = 1
export const boolean = 2
/** Whole, or floating: the first byte says which. */
export const number = 3
export const string = 4
export const binary = 5
/** A type of one byte, with data. Its length counts the type. */
export const extension = 6
/** Their lengths count the values inside: those of a map are twice its pairs. */
export const array = 7
export const map = 8

interface Head {
  kind: Kind
  /** Bytes of the length that follows the first byte. */
  lengthBytes: number
  /** Where the first byte has the length itself. */
  length: number
}

const head = (kind: Kind, length = 0, lengthBytes = 0): Head => ({ kind, length, lengthBytes })

/** From 0xc0. */
const others: readonly Head[] = [
  head(nil),
  head(unused),
  head(boolean),
  head(boolean),
  ...[1, 2, 4].map((bytes) => head(binary, 0, bytes)),
  ...[1, 2, 4].map((bytes) => head(extension, 0, bytes)),
  ...[4, 8, 1, 2, 4, 8, 1, 2, 4, 8].map((bytes) => head(number, bytes)),
  ...[1, 2, 4, 8, 16].map((bytes) => head(extension, bytes + 1)),
  ...[1, 2, 4].map((bytes) => head(string, 0, bytes)),
  ...[2, 4].map((bytes) => head(array, 0, bytes)),
  ...[2, 4].map((bytes) => head(map, 0, bytes)),
]

function headOf(byte: number): Head {
  if (byte < 0x80 || byte >= 0xe0) return head(number)
  if (byte < 0x90) return head(map, (byte & 0x0f) * 2)
  if (byte < 0xa0) return head(array, byte & 0x0f)
  if (byte < 0xc0) return head(string, byte & 0x1f)
  return others[byte - 0xc0]!
}

const heads = Array.from({ length: 256 }, (_, byte) => headOf(byte))

/** By the first byte. */
export const kinds: readonly Kind[] = heads.map(({ kind }) => kind)
export const lengths = Uint8Array.from(heads, ({ length }) => length)
export const lengthBytes = Uint8Array.from(heads, ({ lengthBytes: bytes }) => bytes)

/** What the number behind the first byte means for the length: an extension has its type beside it, a map pairs. */
export const lengthOf = (kind: Kind, size: number): number =>
  kind === map ? size * 2 : kind === extension ? size + 1 : size

export class MsgpackSyntaxError extends Error {
  readonly position: number
  constructor(message: string, position: number) {
    // A body may have a million broken records, and where the reader stood in the code takes longest to find out.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(message)
    Error.stackTraceLimit = stackTraceLimit
    this.name = 'MsgpackSyntaxError'
    this.position = position
  }
}

export const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`
