// Finds where a quoted text, a regular expression and a bare word end. Each function takes the text and an offset and
// returns an offset. None of them throws, since text that is not closed is literal.

/** Invisible characters that people paste with a word part words as blanks do; joiners belong to their letters. */
const whitespace = /[\s\u0085\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069]/u

/** True where a term may end: at whitespace, a closing parenthesis or the end of the text. */
export function endsTerm(text: string, at: number): boolean {
  const char = text[at]
  return char === undefined || char === ')' || whitespace.test(char)
}

export function skipWhitespace(text: string, at: number): number {
  while (at < text.length && whitespace.test(text[at]!)) at++
  return at
}

/** Offset of the quote that closes the one at `at`, or -1. `\"` and `\\` are escapes. */
export function closingQuote(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i
  }
  return -1
}

/** Removes the escapes of `a \"b\" c:\\d`. A backslash before anything but a quote or a backslash stays. */
export function unquote(quoted: string): string {
  return quoted.replaceAll(/\\(["\\])/g, '$1')
}

/**
 * Offset of the slash that closes the regular expression opened at `at`, or -1 where this is no regular expression:
 * `/v1/x` (the second slash ends no term), `//`. `\/` is a slash inside a regular expression.
 */
export function closingSlash(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '/') {
      return endsTerm(text, i + 1) && i > at + 1 ? i : -1
    }
  }
  return -1
}

/**
 * End of the bare word that starts at `at`. Quoted parts belong to the word with their spaces (`key="a b"`), and so do
 * parentheses that the word itself opens (`Y(Z.java:10)`). Any other `)` ends the word where a group is open, and is a
 * character of the word where no group is.
 */
export function bareEnd(text: string, at: number, groupOpen: boolean): number {
  let opened = 0
  for (let i = at; i < text.length; i++) {
    const char = text[i]!
    if (whitespace.test(char)) return i
    if (char === '"') {
      const close = closingQuote(text, i)
      if (close !== -1) i = close
    } else if (char === '(') opened++
    else if (char === ')') {
      if (opened > 0) opened--
      else if (groupOpen) return i
    }
  }
  return text.length
}
