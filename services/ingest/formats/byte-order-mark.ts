// What may stand in front of a text and is none of it: the byte order mark of UTF-8, which some editors and runtimes
// write, and NUL bytes, which a truncation in place or a power loss leaves in a file. JSON knows neither.

/** Returns the text behind a byte order mark, as a view of the same bytes. */
export const withoutMark = (text: Buffer): Buffer =>
  text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf ? text.subarray(3) : text

/** Returns where the text in [start, stop) begins behind NUL bytes and byte order marks, in whatever order they come. */
export function skipFront(bytes: Buffer, start: number, stop: number): number {
  for (let pos = start; ;) {
    if (pos < stop && bytes[pos] === 0) pos++
    else if (pos + 3 <= stop && bytes[pos] === 0xef && bytes[pos + 1] === 0xbb && bytes[pos + 2] === 0xbf) pos += 3
    else return pos
  }
}
