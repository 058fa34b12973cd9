// Text of others on a terminal or a page: characters that nobody sees, but that a terminal acts on, that break a line,
// or that turn the order of letters around, as in the names of hostile files.

/**
 * C0 but for the tab, DEL and C1; marks, embeddings, overrides and isolates of Unicode's bidirectional algorithm (UAX
 * 9); its separators of lines and paragraphs.
 */
// oxlint-disable-next-line no-control-regex
const unseen = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** Writes each of them as `\u{202e}`. */
export const visible = (text: string): string =>
  text.replace(unseen, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`)
