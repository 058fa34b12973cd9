// The smallest steps of reading search text: where a quoted text, a regular expression and a bare word end.
// Each takes the text and an offset and answers with an offset; none of them fails, since what does not close is literal.

const whitespace = /\s/u

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

/** `a \"b\" c:\\d` as it was meant. A backslash before anything but a quote or a backslash is itself. */
export function unquote(quoted: string): string {
  return quoted.replaceAll(/\\(["\\])/g, '$1')
}

/**
 * Offset of the slash that closes the regular expression opened at `at`, or -1 where this is no regular expression:
 * `/v1/x` (its second slash ends no term), `/ 5 /` (spaces at an end), `//`. `\/` is a slash inside of one.
 */
export function closingSlash(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '/') {
      const body = text.slice(at + 1, i)
      return endsTerm(text, i + 1) && body !== '' && body.trim() === body ? i : -1
    }
  }
  return -1
}

/**
 * End of the bare word that starts at `at`. Quoted parts belong to it with their spaces (`key="a b"`), and so do parentheses that
 * it opens itself (`Y(Z.java:10)`); any other `)` ends it where a group is open, and is a character where none is.
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
