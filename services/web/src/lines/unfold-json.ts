// Pure: JSON in a message, a member on each line. Its text stays as it was written, numbers of any length too: only
// blanks between its tokens change.

/** Longer JSON stays folded: to lay it out holds a browser. */
const unfoldedMax = 100_000
/** Deeper members stand no further in: a message of brackets alone would become gigabytes of blanks. */
const depthMax = 20
const token = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gy

/** Undefined where the message neither is an object or an array, nor ends with one. */
export function unfoldedJson(message: string): string | undefined {
  const text = jsonIn(message)
  return text === undefined ? undefined : layOut(text)
}

function jsonIn(message: string): string | undefined {
  const from = message.search(/[{[]/)
  if (from === -1 || message.length > unfoldedMax || !/[}\]]\s*$/.test(message)) return undefined
  const text = message.slice(from)
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && Object.keys(value).length > 0 ? text : undefined
  } catch {
    return undefined
  }
}

function layOut(text: string): string {
  let depth = 0
  let out = ''
  const line = (): string => `\n${'  '.repeat(Math.min(depth, depthMax))}`
  const tokens = tokensOf(text)
  for (const [i, each] of tokens.entries()) {
    if (each === '{' || each === '[') {
      depth++
      out += each
      if (!closes(tokens[i + 1])) out += line()
    } else if (closes(each)) {
      depth--
      if (!opens(tokens[i - 1])) out += line()
      out += each
    } else if (each === ',') out += `,${line()}`
    else out += each === ':' ? ': ' : each
  }
  return out
}

const opens = (each: string | undefined): boolean => each === '{' || each === '['
const closes = (each: string | undefined): boolean => each === '}' || each === ']'

function tokensOf(text: string): string[] {
  const tokens: string[] = []
  const blanks = /\s*/y
  for (let at = 0; at < text.length;) {
    blanks.lastIndex = at
    blanks.exec(text)
    token.lastIndex = blanks.lastIndex
    const match = token.exec(text)
    if (match === null) break
    tokens.push(match[0])
    at = token.lastIndex
  }
  return tokens
}
