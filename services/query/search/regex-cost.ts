// Pure: estimates what RE2 takes for an expression. The engine compiles one anew for each block of rows, and cannot be
// stopped while it compiles, or matches a block. Compiling takes long where there are classes beyond ASCII, which RE2
// makes ranges of bytes, or many copies by counted repetition. Matching takes long where RE2 may be in many states at
// once: of a line, each byte then costs some ns for each of them. Syntax: github.com/google/re2/wiki/Syntax.

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

/** `(`, `(?:`, `(?i:` and `(?P<name>`. */
const groupBegin = /^\((?:\?(?:P?<\w*>|[A-Za-z-]*:))?/

export interface RegexCost {
  /** To compile it, in µs. */
  micros: number
  /** In how many states a match may be at once: copies of classes, and of whatever is repeated. */
  states: number
}

/** A part of an expression: `chars` are states once they are repeated, `bars` are the `|` of a group. */
interface Part extends RegexCost {
  chars: number
  bars: number
}

const noPart = (): Part => ({ micros: 0, states: 0, chars: 0, bars: 0 })

/** `\p{L}{3}(?:\pN|x){10}` takes 10,410 µs, and has 23 states. */
export function regexCost(pattern: string): RegexCost {
  const folds = /\(\?[A-Za-z]*i/.test(pattern)
  const sums = [noPart()]
  let at = 0
  while (at < pattern.length) {
    const char = pattern[at]!
    if (char === '(') {
      sums.push(noPart())
      at += groupBegin.exec(pattern.slice(at))![0].length
      continue
    }
    let part = noPart()
    if (char === ')') {
      if (sums.length > 1) part = groupOf(sums.pop()!)
      at += 1
    } else if (char === '|') {
      part = { ...noPart(), micros: cost.char, bars: 1 }
      at += 1
    } else {
      const end = endOfItem(pattern, at)
      part = itemCost(pattern.slice(at, end), folds)
      at = end
    }
    for (let repeated = repetition(pattern, at); repeated !== undefined; repeated = repetition(pattern, at)) {
      part = times(part, repeated.times)
      at = repeated.end
    }
    addTo(sums.at(-1)!, part)
  }
  const all = noPart()
  for (const sum of sums) addTo(all, sum)
  return { micros: Math.ceil(all.micros), states: all.states }
}

/**
 * `(a|b)` is a class, and `(ab|ac)` as much as one. Of a list of words, few states are there at once: their beginnings
 * and some of their characters count.
 */
function groupOf({ micros, states, chars, bars }: Part): Part {
  if (bars === 0) return { micros, states, chars, bars }
  return { micros, states: states + Math.min(chars, bars + 1 + Math.ceil(chars / 4)), chars: 0, bars: 0 }
}

function times({ micros, states, chars }: Part, count: number): Part {
  if (count === 1) return { micros, states, chars, bars: 0 }
  return { micros: micros * count, states: (states + chars) * count, chars: 0, bars: 0 }
}

function addTo(sum: Part, { micros, states, chars, bars }: Part): void {
  sum.micros += micros
  sum.states += states
  sum.chars += chars
  sum.bars += bars
}

function itemCost(item: string, folds: boolean): Part {
  if (item.startsWith('\\Q')) return { micros: item.length * cost.char, states: 0, chars: item.length, bars: 0 }
  if (item.startsWith('[')) return { micros: classCost(item, folds), states: 1, chars: 0, bars: 0 }
  if (/^\\[pP]/.test(item)) return { micros: cost.unicode, states: 1, chars: 0, bars: 0 }
  if (item === '.' || /^\\[WDS]/.test(item)) return { micros: cost.wide, states: 1, chars: 0, bars: 0 }
  if (/^\\[wds]/.test(item)) return { micros: cost.char, states: 1, chars: 0, bars: 0 }
  return { micros: cost.char, states: 0, chars: 1, bars: 0 }
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
