// The byte order mark of UTF-8, which some editors and runtimes write in front of a text. JSON does not know it.

/** Returns the text behind a byte order mark, as a view of the same bytes. */
export const withoutMark = (text: Buffer): Buffer =>
  text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf ? text.subarray(3) : text
