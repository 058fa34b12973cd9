// Pure: counts the Unicode classes that RE2 compiles for an expression. A class such as \p{L} is hundreds of ranges of
// bytes, and takes 0.8 ms to compile each time it stands in the expression, repetitions counted. The engine compiles an
// expression anew for each block of rows, and cannot be stopped while it does. Everything else that 1,000 characters
// hold compiles in some milliseconds. Syntax: github.com/google/re2/wiki/Syntax.

/** `\p{L}{3}(?:\pN|x){10}` is 13. */
export function unicodeClassesOf(pattern: string): number {
  const sums = [0]
  let at = 0
  while (at < pattern.length) {
    const char = pattern[at]!
    if (char === '(') {
      sums.push(0)
      at += 1
      continue
    }
    let classes = 0
    if (char === ')') {
      classes = sums.length > 1 ? sums.pop()! : 0
      at += 1
    } else {
      const end = endOfItem(pattern, at)
      classes = isQuoted(pattern, at) ? 0 : (pattern.slice(at, end).match(unicodeClass)?.length ?? 0)
      at = end
    }
    for (let repeated = repetition(pattern, at); repeated !== undefined; repeated = repetition(pattern, at)) {
      classes *= repeated.times
      at = repeated.end
    }
    sums[sums.length - 1]! += classes
  }
  return sums.reduce((sum, classes) => sum + classes, 0)
}

const unicodeClass = /\\[pP]/g

/** Whether literal text begins here, up to `\E`. */
const isQuoted = (pattern: string, at: number): boolean => pattern.startsWith('\\Q', at)

/** An escape, of which a Unicode class is the longest, or a class in brackets, of which one may stand first within. */
const item = /^(?:\\[pP]\{[^}]*\}|\\[pP][\s\S]|\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\^?\w+:\]|[^\]\\])*\])/

/** Where the character, the escape or the class in brackets ends that begins here. */
function endOfItem(pattern: string, at: number): number {
  if (isQuoted(pattern, at)) {
    const end = pattern.indexOf('\\E', at)
    return end === -1 ? pattern.length : end + 2
  }
  return at + (item.exec(pattern.slice(at))?.[0].length ?? 1)
}

/** `{3}`, `{3,}` and `{3,7}` behind an item, and `*`, `+` and `?`, of which RE2 makes one copy. */
function repetition(pattern: string, at: number): { times: number; end: number } | undefined {
  const [text, least, most] = /^(?:\{(\d+)(?:,(\d*))?\}|[*+?])/.exec(pattern.slice(at, at + 20)) ?? []
  if (text === undefined) return undefined
  return { times: Math.max(Number(most || least || 1), Number(least || 1), 1), end: at + text.length }
}
