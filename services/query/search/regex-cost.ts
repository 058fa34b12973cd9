// Pure: estimates what RE2 takes to compile an expression, in µs. The engine compiles an expression anew for each block
// of rows, and cannot be stopped while it does; matching a large one is slow too. What costs is classes beyond ASCII,
// which RE2 makes ranges of bytes, and copies by counted repetition. Syntax: github.com/google/re2/wiki/Syntax.

const cost = {
  char: 0.5,
  /** `.`, and classes such as `\W` that hold most characters. */
  wide: 5,
  class: 8,
  /** A character or a range in brackets. */
  member: 1,
  /** `\p{L}` is hundreds of ranges, as is a range beyond ASCII whose cases are folded. */
  unicode: 800,
}

/** `\p{L}{3}(?:\pN|x){10}` takes 10,420 µs. */
export function regexCost(pattern: string): number {
  const folds = /\(\?[A-Za-z]*i/.test(pattern)
  const sums = [0]
  let at = 0
  while (at < pattern.length) {
    const char = pattern[at]!
    if (char === '(') {
      sums.push(0)
      at += 1
      continue
    }
    let micros = 0
    if (char === ')') {
      micros = sums.length > 1 ? sums.pop()! : 0
      at += 1
    } else {
      const end = endOfItem(pattern, at)
      micros = itemCost(pattern.slice(at, end), folds)
      at = end
    }
    for (let repeated = repetition(pattern, at); repeated !== undefined; repeated = repetition(pattern, at)) {
      micros *= repeated.times
      at = repeated.end
    }
    sums[sums.length - 1]! += micros
  }
  return Math.ceil(sums.reduce((sum, micros) => sum + micros, 0))
}

function itemCost(item: string, folds: boolean): number {
  if (item.startsWith('\\Q')) return item.length * cost.char
  if (item.startsWith('[')) return classCost(item, folds)
  if (/^\\[pP]/.test(item)) return cost.unicode
  if (item === '.' || /^\\[WDS]/.test(item)) return cost.wide
  return cost.char
}

function classCost(item: string, folds: boolean): number {
  const unicode = item.match(/\\[pP]/g)?.length ?? 0
  const ranges = folds ? (item.match(foldedRange)?.length ?? 0) : 0
  return cost.class + cost.member * item.length + cost.unicode * (unicode + ranges)
}

/** A range up to a character beyond ASCII. */
const foldedRange = /-(?:\\x\{0*[0-9A-Fa-f]{3,}\}|\\x\{?[89A-Fa-f][0-9A-Fa-f]|[\u0080-\u{10FFFF}])/gu

/** Whether literal text begins here, up to `\E`. */
const isQuoted = (pattern: string, at: number): boolean => pattern.startsWith('\\Q', at)

/** An escape, or a class in brackets, of which one may stand first within. */
const item = /^(?:\\[pP]\{[^}]*\}|\\[pP][\s\S]|\\x\{[^}]*\}|\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\^?\w+:\]|[^\]\\])*\])/

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
