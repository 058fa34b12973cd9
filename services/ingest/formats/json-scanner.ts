// A scanner for JSON (RFC 8259) that reads bytes in place and makes no JavaScript values: the hot path of the native
// batch. Its grammar is strict, but it lets control bytes and invalid UTF-8 through in strings: lines are stored as
// received.

export type ValueKind = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7
export const none: ValueKind = 0
/** A string without escapes: its bytes are its value. */
export const plainString: ValueKind = 1
/** A string with escapes, each spelled as json-escape.ts spells it. */
export const escapedString: ValueKind = 2
/**
 * A string with \u, \/ or bare control bytes. It must be unescaped and escaped again before it is compared or stored.
 */
export const unicodeString: ValueKind = 3
export const numberValue: ValueKind = 4
export const trueValue: ValueKind = 5
export const falseValue: ValueKind = 6
export const nullValue: ValueKind = 7
/** An object or an array; its first byte says which. */
export const nested = 8 as const

const depthMax = 64

export class JsonSyntaxError extends Error {
  readonly position: number
  /** The text is nested deeper than the scanner reads. It may be valid JSON. */
  readonly tooDeep: boolean
  constructor(message: string, position: number, tooDeep = false) {
    // A body may have a million broken records, and where the scanner stood in the code takes longest to find out.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(message)
    Error.stackTraceLimit = stackTraceLimit
    this.name = 'JsonSyntaxError'
    this.position = position
    this.tooDeep = tooDeep
  }
}

/**
 * A cursor over bytes. After `value()` or `string()`, [start, stop) is the value: of a string, the bytes between its
 * quotes.
 */
export class JsonScanner {
  readonly bytes: Buffer
  pos: number
  end: number
  start = 0
  stop = 0

  constructor(bytes: Buffer, pos = 0, end = bytes.length) {
    this.bytes = bytes
    this.pos = pos
    this.end = end
  }

  fail(expected: string): never {
    throw new JsonSyntaxError(this.problem(expected), this.pos)
  }

  /** The sentence that `fail` throws. */
  problem(expected: string): string {
    const actual = this.pos >= this.end ? 'the end' : describeByte(this.bytes[this.pos]!)
    return `expected ${expected}, found ${actual} at byte ${this.pos}`
  }

  /** Skips white space and returns the next byte, or -1 at the end. */
  peek(): number {
    const { bytes, end } = this
    let pos = this.pos
    while (pos < end) {
      const byte = bytes[pos]!
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) {
        this.pos = pos
        return byte
      }
      pos++
    }
    this.pos = pos
    return -1
  }

  expect(byte: number, name: string): void {
    if (this.peek() !== byte) this.fail(name)
    this.pos++
  }

  /** Reads a string whose opening quote is next. */
  string(): ValueKind {
    if (this.peek() !== 0x22) this.fail('a string')
    const { bytes, end } = this
    let pos = this.pos + 1
    let kind: ValueKind = plainString
    this.start = pos
    while (pos < end) {
      const byte = bytes[pos]!
      if (byte === 0x22) {
        this.stop = pos
        this.pos = pos + 1
        return kind
      }
      if (byte === 0x5c) {
        const escape = bytes[pos + 1]!
        if (escape === 0x75) {
          kind = unicodeString
          if (pos + 6 > end || !isHex4(bytes, pos + 2)) {
            this.pos = pos
            this.fail('four hex digits after \\u')
          }
          pos += 6
          continue
        }
        if (!isEscape(escape)) {
          this.pos = pos + 1
          this.fail('an escape such as \\n')
        }
        if (escape === 0x2f) kind = unicodeString
        else if (kind === plainString) kind = escapedString
        pos += 2
        continue
      }
      if (byte < 0x20) kind = unicodeString
      pos++
    }
    this.pos = end
    this.fail('a closing quote')
  }

  /** Reads any value. An object or an array is checked to its end and becomes one range. */
  value(depth = 0): ValueKind | typeof nested {
    const byte = this.peek()
    switch (byte) {
      case 0x22:
        return this.string()
      case 0x7b:
      case 0x5b: {
        const start = this.pos
        this.skipNested(byte, depth + 1)
        this.start = start
        this.stop = this.pos
        return nested
      }
      case 0x74:
        return this.literal('true', trueValue)
      case 0x66:
        return this.literal('false', falseValue)
      case 0x6e:
        return this.literal('null', nullValue)
      default:
        return this.number(byte)
    }
  }

  /**
   * Skips an object or an array of any depth whose bracket is next, without looking at more than brackets and strings.
   * Throws JsonSyntaxError where the text ends before it does.
   */
  skipBrackets(): void {
    for (let depth = 0; ;) {
      const byte = this.peek()
      if (byte === -1) this.fail('a closing bracket')
      if (byte === 0x22) {
        this.string()
        continue
      }
      this.pos++
      if (byte === 0x7b || byte === 0x5b) depth++
      else if ((byte === 0x7d || byte === 0x5d) && --depth === 0) return
    }
  }

  private skipNested(open: number, depth: number): void {
    if (depth > depthMax)
      throw new JsonSyntaxError(`nested more than ${depthMax} deep at byte ${this.pos}`, this.pos, true)
    const close = open === 0x7b ? 0x7d : 0x5d
    this.pos++
    if (this.peek() === close) {
      this.pos++
      return
    }
    for (;;) {
      if (open === 0x7b) {
        this.string()
        this.expect(0x3a, '":"')
      }
      this.value(depth)
      const byte = this.peek()
      if (byte === close) {
        this.pos++
        return
      }
      if (byte !== 0x2c) this.fail(open === 0x7b ? '"," or "}"' : '"," or "]"')
      this.pos++
    }
  }

  private literal(text: string, kind: ValueKind): ValueKind {
    this.start = this.pos
    for (let i = 0; i < text.length; i++) {
      if (this.pos >= this.end || this.bytes[this.pos] !== text.charCodeAt(i)) this.fail(text)
      this.pos++
    }
    this.stop = this.pos
    return kind
  }

  private number(first: number): ValueKind {
    const { bytes, end } = this
    if (first !== 0x2d && !isDigit(first)) this.fail('a value')
    this.start = this.pos
    if (first === 0x2d) this.pos++
    if (bytes[this.pos] === 0x30 && this.pos < end) this.pos++
    else this.digits()
    if (this.pos < end && bytes[this.pos] === 0x2e) {
      this.pos++
      this.digits()
    }
    if (this.pos < end && (bytes[this.pos]! | 0x20) === 0x65) {
      this.pos++
      if (this.pos < end && (bytes[this.pos] === 0x2b || bytes[this.pos] === 0x2d)) this.pos++
      this.digits()
    }
    this.stop = this.pos
    return numberValue
  }

  private digits(): void {
    const from = this.pos
    while (this.pos < this.end && isDigit(this.bytes[this.pos]!)) this.pos++
    if (this.pos === from) this.fail('a digit')
  }
}

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39

function isEscape(byte: number): boolean {
  switch (byte) {
    case 0x22:
    case 0x5c:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return true
    default:
      return false
  }
}

function isHex4(bytes: Buffer, at: number): boolean {
  for (let i = at; i < at + 4; i++) {
    const byte = bytes[i]! | 0x20
    if (!(isDigit(bytes[i]!) || (byte >= 0x61 && byte <= 0x66))) return false
  }
  return true
}

function describeByte(byte: number): string {
  return byte > 0x20 && byte < 0x7f
    ? JSON.stringify(String.fromCharCode(byte))
    : `byte 0x${byte.toString(16).padStart(2, '0')}`
}

/** What a sender is told of a value that is nested too deep. */
export const tooDeepDetail = ({ message }: Error): string =>
  `a value is ${message}; send a value that is nested so deep as a string`
