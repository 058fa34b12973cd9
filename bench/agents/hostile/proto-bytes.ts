// Bytes of protobuf as no encoder writes them. https://protobuf.dev/programming-guides/encoding/

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left])
    bytes.push((left % 128) | 0x80)
  }
}

/** A field of bytes. */
export const field = (number: number, bytes: Buffer): Buffer =>
  Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])

/** An AnyValue of lists inside each other. */
export function protoNested(depth: number): Buffer {
  // From the inside out: each list is a value with an ArrayValue with one value.
  const heads: Buffer[] = []
  let length = 0
  for (let level = 0; level < depth; level++) {
    const inner = Buffer.concat([Buffer.from([0x0a]), varint(length)])
    const outer = Buffer.concat([Buffer.from([0x2a]), varint(length + inner.length)])
    heads.push(inner, outer)
    length += inner.length + outer.length
  }
  return Buffer.concat(heads.toReversed())
}

/** Where the tags of a message stand, and of the messages in it, as far as bytes read as one. */
export function tagsOf(bytes: Buffer, from = 0, to = bytes.length): number[] | undefined {
  const tags: number[] = []
  for (let pos = from; pos < to;) {
    const wire = bytes[pos]! & 7
    if (bytes[pos]! < 8 || bytes[pos]! > 0x7f) return undefined
    tags.push(pos++)
    if (wire === 1) pos += 8
    else if (wire === 5) pos += 4
    else if (wire === 0 || wire === 2) {
      let [value, scale] = [0, 1]
      for (; pos < to; scale *= 128) {
        const byte = bytes[pos++]!
        value += (byte & 0x7f) * scale
        if (byte < 0x80) break
      }
      if (wire === 0) continue
      if (pos + value > to) return undefined
      tags.push(...(value > 1 ? (tagsOf(bytes, pos, pos + value) ?? []) : []))
      pos += value
    } else return undefined
    if (pos > to) return undefined
  }
  return tags
}
